"""What pages show of cases, in the shapes the components take (`ui.pieces`)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xactin.cases.applications import drafts
from xactin.cases.dossiers import paper_facts, queries
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.wording import limit_text
from xactin.cases.lists.queries import Filters
from xactin.cases.models import Case, Result, state_name
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.runtime import SEAL
from xactin.cases.states import NATIONAL_STATES, ORIGINS
from xactin.identity import queries as identity
from xactin.identity.queries import Actor
from xactin.kernel.procedure.description import Document
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.requirements.results import DRAFT
from xactin.ui.pieces import (
    Choice,
    FileCard,
    Filter,
    FlowStep,
    Line,
    ListedFile,
    PathStep,
    ProcedureCard,
    StepState,
)
from xactin.ui.templatetags.ui_tags import money, vi_datetime
from xactin.ui.writing import money_text


def acted_by(request: HttpRequest) -> Actor:
    """Who asks; the doors let only signed-in people come this far."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def entry_of(request: HttpRequest) -> UUID | None:
    """The statement's id that the page drew: the same form sent twice is one act."""
    try:
        return UUID(request.POST.get("entry", ""))
    except ValueError:
        return None


def fee_text(package: Package) -> str:
    """The fee in words, as far as it is the same for everybody."""
    fees = package.procedure.fee
    if not fees:
        return _("Free of charge")
    if all(isinstance(item.amount, int) for item in fees):
        return money_text(sum(int(item.amount) for item in fees))
    return _("By the case; shown before you send")


def procedure_card(package: Package) -> ProcedureCard:
    """A procedure in a list."""
    said, words = package.procedure, language()
    return ProcedureCard(
        code=package.code,
        name=text_in(said.name, words),
        url=reverse("cases:procedure", args=[package.code]),
        summary=text_in(said.summary, words),
        duration=limit_text(said.limit),
        fee=fee_text(package),
        handled_by=text_in(said.handled_by, words),
        online=_("Fully online") if said.online == "full" else _("Partly online"),
    )


def privacy(package: Package) -> dict[str, Any]:
    """The notice of each form: purpose, legal basis, receivers, how long it is kept."""
    told = package.procedure.privacy
    if told is None:
        return {}
    years = told.years
    kept = _("Permanently") if isinstance(years, str) else ngettext("%d year", "%d years", years) % years
    return {
        "purpose": told.purpose,
        "legal_basis": told.legal_basis,
        "receivers_text": "; ".join(told.receivers.get(language(), ())),
        "kept": f"{kept}. {told.basis}" if language() == "vi" else kept,
    }


def procedure_page(package: Package) -> dict[str, Any]:
    """All a person needs to know of a procedure before applying."""
    said, words = package.procedure, language()
    facts = [
        Line(_("How long"), limit_text(said.limit)),
        Line(_("How much"), fee_text(package)),
        Line(_("Who does it"), text_in(said.handled_by, words)),
        *([Line(_("What you get"), text_in(said.result.name, words))] if said.result else []),
        Line(_("Procedure code"), package.code),
    ]
    return {
        "code": package.code,
        "name": text_in(said.name, words),
        "summary": text_in(said.summary, words),
        "facts": facts,
        "documents": [_asked(document) for document in said.documents if not document.show_only],
        "privacy": privacy(package),
        "legal_basis": said.legal_basis,
    }


def _asked(document: Document) -> dict[str, str]:
    required = document.required
    when = (
        ""
        if required is True
        else _("If it applies to you")
        if isinstance(required, str)
        else _("If you have it")
    )
    return {
        "name": text_in(document.name, language()),
        "note": text_in(document.note or {}, language()),
        "when": when,
    }


def applicant_of(case: Case) -> str:
    """Whose dossier it is, or that the reader is not told."""
    return _("Name not given to consulted agencies") if case.applicant_withheld else case.applicant_name


def owner_of(case: Case) -> str:
    """Whose matter a dossier is, or that the reader is not told."""
    return case.owner_name or applicant_of(case)


def sender_of(case: Case) -> str:
    """Who sent it from their account, where that is somebody else; "" else."""
    return case.applicant_name if case.owner_name and case.owner_name != case.applicant_name else ""


def case_head(case: Case) -> dict[str, Any]:
    """The head of a case's page."""
    package = procedures.version(case.version_id).package
    return {
        "id": case.pk,
        "number": case.number,
        "name": text_in(package.procedure.name, language()),
        "applicant_name": applicant_of(case),
        "owner": owner_of(case),
        "sender": sender_of(case),
        "agency": case.agency.name_en if language() == "en" else case.agency.name_vi,
        "phase": case.phase,
        "state_text": state_name(case),
        "due_at": case.due_at,
        "finished_at": case.finished_at,
        "submitted_at": case.submitted_at,
        "received_at": case.received_at,
        "paused": case.phase == "supplement",
    }


def path_steps(now: int) -> list[PathStep]:
    """The applicant's path: fill in, check, receipt."""
    labels = (_("Fill in and attach"), _("Check and attest"), _("Receipt"))
    return [
        PathStep(label, "done" if place < now else "current" if place == now else "ahead")
        for place, label in enumerate(labels)
    ]


def flow_steps(package: Package) -> list[FlowStep]:
    """The tasks of a procedure in words."""
    tasks = package.procedure.tasks.values()
    return [FlowStep(task.id, text_in(task.name, language()), "") for task in tasks]


def flow_of(case: Case) -> list[FlowStep]:
    """Where a case stands in the flow of its version: "you are here"; nothing is still to come once it is finished."""
    package = procedures.version(case.version_id).package
    done = {step["n"] for step in case.state["steps"].values()}
    here = {token["n"] for token in case.state["tokens"].values()}
    other: StepState = "unneeded" if case.finished_at and not here else "waiting"
    return [
        replace(step, state="current" if step.id in here else "done" if step.id in done else other)
        for step in flow_steps(package)
    ]


def own_filters(sent: QueryDict) -> tuple[Filters, list[Filter]]:
    """What the address of an applicant's list asks for, and its filters; what cannot be read does not filter."""
    state, after = sent.get("state", ""), sent.get("after", "")
    try:
        last = UUID(after) if after else None
    except ValueError:
        last = None
    asked = Filters(
        words=identity.folded(sent.get("q", "")[:200]),
        state=int(state) if state.isascii() and state.isdigit() and 1 <= int(state[:3]) <= 10 else None,
        late=sent.get("late") == "1",
        after=last,
    )
    states = [Choice(str(int(state)), str(name)) for state, name in NATIONAL_STATES.items()]
    late = [Choice("1", _("Late only"))]
    return asked, [
        Filter("state", _("State"), sent.get("state", ""), states),
        Filter("late", _("Deadline"), sent.get("late", ""), late),
    ]


def is_filtered(sent: QueryDict) -> bool:
    """Whether a list shows a choice only, so that an empty one says nothing about the whole."""
    return any(sent.get(name) for name in ("q", "state", "late", "after"))


def procedure_choices() -> list[Choice]:
    """The procedures in force, to choose from."""
    english = language() == "en"
    return [Choice(row.code, row.name_en if english else row.name_vi) for row in procedures.catalogue()[:100]]


def case_facts(case: Case) -> list[Line]:
    """What is known of a case at once."""
    english = language() == "en"
    lines = [
        Line(_("Dossier number"), case.number),
        Line(_("Handled by"), case.agency.name_en if english else case.agency.name_vi),
        Line(
            _("Sent"),
            vi_datetime(case.submitted_at),
            "" if case.origin == "person" else str(ORIGINS[case.origin]),
        ),
    ]
    if case.received_at:
        lines.append(Line(_("Received"), vi_datetime(case.received_at)))
    if case.phase == "supplement":
        lines.append(Line(_("Appointment"), _("Settled anew when you have brought what is asked for")))
    elif not case.finished_at:
        package = procedures.version(case.version_id).package
        note = "" if case.received_at else _("Expected; settled when the dossier is received")
        lines.append(Line(_("Appointment"), vi_datetime(paper_facts.appointment(case, package)), note))
    if case.finished_at:
        lines.append(Line(_("Finished"), vi_datetime(case.finished_at)))
    lines.append(Line(_("Fee"), money(case.fee)))
    return lines


def file_cards(actor: Actor, case: Case, *, parts: Collection[str] | None = None) -> list[FileCard]:
    """The files of a case that the actor may open; those of some parts, where these are named."""
    return [card for _part, card in cards_by_part(actor, case, parts=parts)]


def cards_by_part(
    actor: Actor, case: Case, *, parts: Collection[str] | None = None
) -> list[tuple[str, FileCard]]:
    """The same, each with the part that it is."""
    package = procedures.version(case.version_id).package
    names = {one.kind: text_in(one.name, language()) for one in package.procedure.documents}
    result = content.written_by(package, SEAL)
    names |= {content.paper(package): _("Signed paper, not yet sealed")}
    names |= {content.written_by(package, DRAFT): _("Draft of the result"), result: _("Result")}
    return [
        (
            row.part,
            FileCard(
                name=row.name,
                url=reverse("cases:file", args=[row.id]),
                size=row.size,
                media_type=row.media_type,
                title=_title(row.part, names, result),
                preview_url=reverse("cases:file", args=[row.id]) + "?view",
            ),
        )
        for row in queries.files_of(actor, case)
        if parts is None or row.part in parts
    ]


def _title(part: str, names: Mapping[str, str], result: str) -> str:
    """What a file is: a document, the result, or a document that goes back stamped (`result.drawing`)."""
    if part in names:
        return names[part]
    name = names.get(content.document_kind(part), "")
    return _("%s, stamped with the result") % name if name and part.startswith(f"{result}.") else name


def result_of(case: Case) -> dict[str, Any] | None:
    """The issued result of a case."""
    found = Result.objects.filter(case=case, issued_at__isnull=False).first()
    if found is None:
        return None
    return {
        "number": found.number,
        "pdf_url": reverse("cases:result", args=[case.pk]),
        "verify_url": reverse("cases:verify-code", args=[found.code]),
        "revoked_at": found.revoked_at,
        "revoked_reason": found.revoked_reason,
    }


def papers_of(case: Case) -> list[dict[str, str]]:
    """Forms 02, 04 and 05, where they were sent: label and address. Form 03 stands beside the reason of a refusal."""
    asked = {"02": _("Request for more (form 02)")} if queries.was_asked(case) else {}
    return [
        {"label": label, "url": reverse("cases:paper", args=[case.pk, form])}
        for form, label in (asked | _later_papers(case)).items()
    ]


def _later_papers(case: Case) -> dict[str, str]:
    """Forms 04 and 05, where there is one: the apology, and that it was stopped."""
    found = {}
    if "extended" in case.state:
        found["04"] = _("Apology and another date (form 04)")
    if case.phase in ("withdrawn", "stopped"):
        found["05"] = _("Notice of stopping (form 05)")
    return found


def desk_papers(actor: Actor, case: Case) -> list[dict[str, str]]:
    """The letters to the applicant that an official prints: forms 01 to 05, as far as they were sent, and the slip."""
    if case.applicant_id is None or not queries.writes_to_applicant(actor, case):
        return []
    labels = {"01": _("Receipt (form 01)")}
    if queries.was_asked(case):
        labels["02"] = _("Request for more (form 02)")
    if case.phase == "refused":
        labels["03"] = _("Refusal (form 03)")
    labels |= _later_papers(case)
    if queries.knows_way(actor, case):
        labels["06"] = _("Control slip (form 06)")
    return [
        {"label": label, "url": reverse("cases:paper", args=[case.pk, form]) + "?view"}
        for form, label in labels.items()
    ]


def draft_card(file: drafts.DraftFile) -> FileCard:
    """A file that was uploaded and is not part of any dossier yet."""
    place = reverse("cases:file", args=[file.id])
    return FileCard(file.name, place, file.size, file.media_type, preview_url=f"{place}?view")


def drafts_of(actor: Actor) -> list[dict[str, Any]]:
    """The actor's drafts of procedures that are in force, the last written first."""
    found = []
    for one in drafts.all_of(actor):
        try:
            said = procedures.today(one.code).package.procedure
        except procedures.NoSuchProcedure:
            continue
        found.append(asdict(one) | {"name": text_in(said.name, language())})
    return found


def sent_cards(actor: Actor, case: Case) -> dict[str, list[FileCard]]:
    """The documents a case has, by kind: what new files would replace, one by one."""
    note = _("Sent already; new files take the place of these, in this order")
    found: dict[str, list[FileCard]] = {}
    for row in queries.files_of(actor, case):
        if row.part.startswith("document."):
            place = reverse("cases:file", args=[row.id])
            card = FileCard(row.name, place, row.size, row.media_type, note=note, preview_url=f"{place}?view")
            found.setdefault(content.document_kind(row.part), []).append(card)
    return found


def document_lines(
    package: Package,
    draft: drafts.Content,
    errors: Mapping[str, str],
    sent: Mapping[str, Sequence[FileCard]] | None = None,
) -> list[dict[str, Any]]:
    """The inputs for documents, in the package's order; `sent` are those the case has already."""
    lines = []
    for line in drafts.documents(package, draft, errors):
        described = line.described
        files = [ListedFile(draft_card(file), file.id) for file in line.files]
        help_texts = [text_in(described.note or {}, language()), _asked(described)["when"]]
        lines.append(
            {
                "name": f"document.{line.kind}",
                "anchor": f"u-document-{line.kind}",
                "label": text_in(described.name, language()),
                "accept": ",".join(described.media),
                "help": " ".join(filter(None, help_texts)),
                "required": described.required is True,
                "error": line.error,
                "files": [*files, *(ListedFile(card) for card in (sent or {}).get(line.kind, ()))],
            }
        )
    return lines
