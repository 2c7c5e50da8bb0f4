"""The screen of a case for an official: what is asked, what others attested, what this post may do."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from xactin.cases.applications import act_drafts
from xactin.cases.counter import handover
from xactin.cases.dossiers import queries
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.visibility import handles, inspects
from xactin.cases.extension.queries import is_open, may_extend
from xactin.cases.models import Case, state_name
from xactin.cases.office import queries as office
from xactin.cases.parties.queries import joinable, may_invite
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.results.commands import may_revoke
from xactin.cases.states import ORIGINS
from xactin.cases.web import parties, shown, timeline
from xactin.cases.web.page import facts, forms, opinions, thread
from xactin.cases.web.page.walk import Walk
from xactin.cases.web.timeline import party_name
from xactin.identity import queries as identity
from xactin.identity.queries import Actor
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.requirements.results import DRAFT
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now
from xactin.notices.queries import matter_of
from xactin.notices.queries import troubles as noticed_troubles
from xactin.ui.pieces import ListedFile
from xactin.ui.schema_form import SchemaForm
from xactin.ui.schema_form.form import FormError
from xactin.vault.ids import new_id


def _purpose(actor: Actor, found: Case) -> str:
    """Why the page opens a dossier: whoever inspects works on none of it."""
    return "inspect" if inspects(actor, found) and not handles(actor, found) else "desk"


def case(actor: Actor, found: Case, *, way: Walk, tried: forms.Tried | None = None) -> dict[str, Any]:
    """Everything of a case that this actor may see, for the template."""
    package = procedures.version(found.version_id).package
    opened = queries.content_of(actor, found, purpose=_purpose(actor, found))
    entries = thread.of(actor, found)
    open_now = tasks(actor, found, tried=tried, query=way.query, said=thread.last_said(entries))
    readable = sorted({part.removeprefix("form.") for part in opened if part.startswith("form.")})
    data = content.form_data(opened)
    summary = SchemaForm(office.form_read(package, data), data=data, only=list(data)).summary()
    people = facts.people(package, found, facts.answers_by_place(summary))
    said = list(opinions.given(package, opened, timeline.places_of(found, opened)))
    added = thread.lasting_parts(package, opened)
    for task in open_now:
        signs = _signed_by(package, task)
        read = engine.objections(package, found.state, task["token"]) if task["acts"] else []
        task["objections"] = [one for one in said if one.objects and (signs or one.part in read)]
        if signs:
            task["facts"] = facts.before_signing(package, people, opinions.counted(package, said))
    return {
        "case": shown.case_head(found),
        "people": people,
        "origin": ORIGINS[found.origin],
        "unverified": _unverified(actor, found),
        "way": way,
        "papers": shown.desk_papers(actor, found),
        "crumbs": [(_back(way), way.back), (found.number, "")],
        "tasks": open_now,
        "any_mine": any(task["mine"] for task in open_now),
        "result": shown.result_of(found),
        "may_revoke": may_revoke(actor, found.pk),
        "may_hand_over": handover.is_open(actor, found),
        "may_extend": may_extend(actor, found) and is_open(found),
        "troubles": troubles(found),
        "error_list": faults_of(open_now),
        "opinions": [one for one in said if not one.by_party and one.part not in added],
        **_several(found, package, entries),
        **_led(actor, found),
        "head": ledger.head_of(f"case:{found.pk}"),
        "parties_said": [one for one in said if one.by_party],
        "cards": shown.file_cards(actor, found),
        "summary": summary if readable else [],
        "timeline": timeline.timeline(actor, found),
        "has_parties": bool(joinable(package)) and not found.applicant_withheld,
        "parties": parties.listed(actor, found),
        "may_invite": bool(may_invite(actor, found)),
        "flow_url": reverse("cases:diagram", args=[package.digest]),
        "flow_steps": shown.flow_of(found),
    }


def _several(found: Case, package: Package, entries: Sequence[thread.Entry]) -> dict[str, Any]:
    """What a page shows where agencies add what they have to say while their tasks stay open."""
    return {
        "has_thread": thread.has_thread(package),
        "participants": thread.participants(found),
        "drafts": [one for one in entries if one.draft and not one.fallen],
        "dissent": [one for one in entries if one.objects],
        "said": [one for one in entries if not one.objects and (not one.draft or one.fallen)],
    }


def _led(actor: Actor, found: Case) -> dict[str, Any]:
    """What a case came from and what it led to, as far as the actor sees it; what they may begin from it."""
    begun = [
        {
            "name": text_in(package.procedure.name, language()),
            "url": reverse("cases:begin", args=[package.code]),
        }
        for package in office.beginnings(actor, office.FROM_CASE)
    ]
    return {
        "source": next((_brief(one) for one in queries.source_of(actor, found)), None),
        "led_to": [_brief(one) for one in queries.led_to(actor, found)],
        "may_begin": begun,
    }


def _brief(case: Case) -> dict[str, Any]:
    """A case in one line that leads to it."""
    name = text_in(procedures.version(case.version_id).package.procedure.name, language())
    return {
        "number": case.number,
        "name": name,
        "state": state_name(case),
        "url": reverse("cases:desk-case", args=[case.pk]),
        "late": case.late_at is not None and case.late_at < now() and case.finished_at is None,
    }


def _unverified(actor: Actor, found: Case) -> dict[str, str] | None:
    """Where the account's owner was never compared with a card: `url` of the page for that, for who has the duty.

    None where that was done, and for agencies that are not told whose dossier it is.
    """
    owner = found.applicant_id
    if owner is None or found.applicant_withheld or not identity.unverified([owner]):
        return None
    place = reverse("identity:verify_person", args=[owner])
    back = urlencode({"next": reverse("cases:desk-case", args=[found.pk])})
    return {"url": f"{place}?{back}" if identity.may_verify(actor, owner) else ""}


def _back(way: Walk) -> str:
    return _("Dossiers") if way.back.startswith(reverse("cases:desk-list")) else _("Inbox")


def _signed_by(package: Package, task: Mapping[str, Any]) -> bool:
    """Whether the task is the actor's and an act of it signs the result."""
    result = package.procedure.result
    return bool(task["mine"] and result and result.signed_by == task["node"])


def troubles(found: Case) -> list[dict[str, Any]]:
    """The steps of this case that the system failed to do, twice or more, and has not done since."""
    return [
        {
            "job": one.job,
            "name": matter_of(one).in_language(language()),
            "attempts": one.attempts,
            "since": one.since,
            "next_at": one.next_at,
        }
        for one in noticed_troubles()
        if one.event and one.event.body.get("case") == str(found.pk)
    ]


def tasks(
    actor: Actor,
    found: Case,
    *,
    tried: forms.Tried | None = None,
    query: str = "",
    said: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """The open tasks of a case, those of the actor with the acts they may do; `query` goes with their addresses.
    `said`: what was written last in parts that are written anew."""
    tasks_of = queries.tasks_of(actor, found)
    begun = forms.begun(actor, found, tasks_of) | ({(tried.task, tried.act): tried} if tried else {})
    drawn = [_task(actor, found, one, begun, query, said or {}) for one in tasks_of]
    for key, act in enumerate((act for task in drawn for act in task["acts"]), 1):
        act["key"] = key if key < 10 else ""
    for task in drawn:
        for place, act in enumerate(task["acts"]):
            act["leads"] = place == 0 and act["kind"] == "advance"
    return drawn


def faults_of(drawn: list[dict[str, Any]]) -> list[FormError]:
    """What is wrong in the acts that were tried."""
    forms = [act["form"] for task in drawn for act in task["acts"] if act["open"] and act["form"]]
    return [error for form in forms for error in form.error_list()]


def _task(
    actor: Actor,
    case: Case,
    found: queries.TaskOf,
    begun: forms.Begun,
    query: str,
    said: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    row = found.row
    agency = row.agency
    return {
        "token": row.token,
        "node": row.node,
        "name": text_in(found.task.name, language()),
        "agency": (agency.name_en if language() == "en" else agency.name_vi)
        if agency
        else party_name(procedures.version(case.version_id).package, row.role),
        "due_at": row.due_at,
        "mine": found.mine,
        "cards": shown.file_cards(actor, case, parts=_to_look_at(actor, found)) if found.mine else [],
        "acts": [_act(actor, case, found, act, begun, query, said) for act in found.task.acts]
        if found.mine
        else [],
        "is": "|".join(
            [row.token, str(row.due_at), *(f"{act}={is_}" for act, is_ in found.shown_by.items())]
        ),
        "offer": found.task.kind == "offer",
    }


def _to_look_at(actor: Actor, found: queries.TaskOf) -> list[str]:
    """The files that stand beside the acts: for officials what they are to sign, for applicants all of the task."""
    package = procedures.version(found.row.case.version_id).package
    made = {content.written_by(package, DRAFT), content.paper(package)}
    return [part for part in found.task.reads if not actor.post_code or part in made]


def _files(case: Case, act: Act, again: forms.Tried | None) -> dict[str, Any] | None:
    """The input for files that come with an act, where some may; with those that came before."""
    if not act.attaches:
        return None
    kind = content.document_kind(act.attaches)
    said = procedures.version(case.version_id).package.procedure
    described = next(one for one in said.documents if one.kind == kind)
    return {
        "name": f"document.{kind}",
        "label": text_in(described.name, language()),
        "accept": ",".join(described.media),
        "files": [ListedFile(shown.draft_card(file), file.id) for file in again.files] if again else [],
        "error": again.fault if again else "",
    }


def _label(act: Act) -> str:
    """What an act is called; of several that mend what was said, which of them."""
    name, (_base, _dot, number) = text_in(act.label, language()), act.id.partition(".")
    return f"{name} ({number})" if number else name


def _act(
    actor: Actor,
    case: Case,
    found: queries.TaskOf,
    act: Act,
    begun: forms.Begun,
    query: str,
    said: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    row = found.row
    again = begun.get((row.token, act.id))
    schema = act.data_schema
    before = said.get(act.writes[0]) if act.kind in ("write", "revise") and act.writes else None
    form = None
    if schema:
        form = SchemaForm(
            office.form_for(actor, schema),
            data=again.data if again else before,
            errors=again.errors if again else {},
            prefix=f"{row.token}-{act.id}",
        )
    place = {"case": case.pk, "task": row.token, "act": act.id}
    door = "cases:act" if actor.post_code else "cases:own-act"
    return {
        "id": act.id,
        "anchor": f"{row.token}-{act.id}",
        "kind": act.kind,
        "label": _label(act),
        "is": f"{found.shown_by.get(act.id, found.shown)}|{act.writes}",
        "form": form,
        "open": again is not None,
        "note": again.note if again else "",
        "files": _files(case, act, again),
        "not_sent": again is not None and not again.sent,
        "writer": act_drafts.writer_token(actor, case.pk, row.token, act.id),
        "typed_url": reverse("cases:typed", kwargs=place) if actor.post_code else "",
        "entry": new_id(),
        "shown": found.shown_by.get(act.id, found.shown),
        "url": reverse(door, kwargs=place) + query,
        "prepare_url": reverse("cases:prepare", kwargs=place),
        "sign_url": reverse("cases:sign", kwargs={"case": case.pk}) + query,
        "passkey": bool(actor.passkeys and actor.post_code),
        "server_key": not actor.requires_passkey,
    }
