"""What the papers of a dossier say: the facts that the templates of `papers` print."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.progress import facts as progress
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.wording import lapse_text, limit_text
from xactin.cases.errors import FormBroken, NotFound
from xactin.cases.models import Case
from xactin.cases.papers.context import Agency as LetterAgency
from xactin.cases.papers.context import Capacity, signature_lines, signed_lines
from xactin.cases.papers.qr import verify_url
from xactin.cases.papers.render import FORMS, Kind, RenderError, render_form
from xactin.cases.procedures import queries as procedures
from xactin.identity import queries as identity
from xactin.identity.agencies.units import unit
from xactin.identity.calendars.queries import calendar
from xactin.identity.models import Agency
from xactin.identity.queries import Actor
from xactin.kernel.local import local_day, local_time
from xactin.kernel.procedure.description import Signature
from xactin.kernel.procedure.package import Package
from xactin.kernel.working_time import add_working, effective_start
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now

ONE_STOP: Final = "Trung tâm Phục vụ hành chính công"
"""The unit of a People's Committee that issues forms 01 to 03 (Circular 03/2025/TT-VPCP)."""
COMMITTEES: Final = (Agency.Kind.PROVINCE, Agency.Kind.COMMUNE)


def letterhead(agency: Agency) -> LetterAgency:
    """Who issues, as its papers name it. A People's Committee stands alone: no body is its superior (Decree 30/2020,
    Appendix I, "tên của cơ quan chủ quản trực tiếp (nếu có)")."""
    above = identity.agency(agency.parent_id) if agency.parent_id and agency.kind not in COMMITTEES else None
    return {"name": agency.name_vi, "place": _place(agency), "parent": above.name_vi if above else None}


def one_stop(agency: Agency) -> LetterAgency:
    """The unit that receives for an agency, under the name of the agency."""
    return {"name": ONE_STOP, "place": _place(agency), "parent": agency.name_vi}


def _place(agency: Agency) -> str:
    """What stands before the date: the ward's or commune's name, in full where it is a number (Decree 30/2020)."""
    served = unit(agency.unit_code) if agency.unit_code else None
    if served is None:
        return agency.name_vi
    short = served.name.removeprefix("Phường ").removeprefix("Xã ")
    return served.name if short.isdigit() else short


def appointment(case: Case, package: Package) -> datetime:
    """When the result is due; before the dossier is received, as if it had been received at once."""
    if case.due_at:
        return case.due_at
    days = calendar(case.agency_id)
    return add_working(effective_start(case.submitted_at, days), package.procedure.limit, days)


def follow_url(case: Case) -> str:
    """The whole address at which the applicant follows the dossier: their own page, or by number and code."""
    base = settings.XACTIN_URL.rstrip("/")
    if case.origin == "counter":
        return base + reverse("cases:follow") + "?" + urlencode({"number": case.number})
    return base + reverse("cases:own", args=[case.pk])


def taken_in(case: Case) -> Mapping[str, Any]:
    """How a counter took the dossier in, as its first entry says it; {} where none did."""
    if case.origin != "counter":
        return {}
    (first, *_later) = ledger.entries_of(f"case:{case.pk}")
    return {"by": first.statement["by"], **first.effect.get("counter", {})}


def issuing(case: Case, taken: Mapping[str, Any]) -> Agency:
    """The agency whose one-stop unit gave the receipt: that of the counter, else the one that handles it."""
    if taken.get("agency") in (None, case.agency.code):
        return case.agency
    return Agency.objects.get(code=taken["agency"])


def _case(case: Case, package: Package) -> dict[str, Any]:
    local = {
        name: local_time(moment) if moment else None
        for name, moment in (
            ("submitted", case.submitted_at),
            ("received", case.received_at),
            ("due", appointment(case, package)),
        )
    }
    return {"number": case.number, "procedure": package.procedure.name["vi"], **local}


@dataclass(frozen=True, kw_only=True)
class Form:
    """All that a form says; to press it takes the time of a PDF, and no reading."""

    kind: Kind
    context: Mapping[str, Any]
    at: datetime
    agency: Agency
    by_one_stop: bool

    def pressed(self) -> bytes:
        """The PDF. Papers of the State are Vietnamese, whatever the language of the page. Raises FormBroken for an own
        text of the authority that cannot be printed."""
        trial, own = settings.XACTIN_TRIAL, own_template(self.kind)
        try:
            with override("vi"):
                return render_form(self.kind, self.context, trial=trial, at=self.at, template=own)
        except RenderError as error:
            if own is None:
                raise
            told = _("The authority's own form%(kind)s.typ cannot be printed: %(why)s")
            raise FormBroken(told % {"kind": self.kind, "why": error.detail or error.code}) from error


def own_template(kind: str) -> bytes | None:
    """The authority's own text of a form, where it put one (`forms/form04.typ` in its data folder)."""
    place = Path(settings.XACTIN_DATA) / "forms" / f"form{kind}.typ"
    return place.read_bytes() if place.is_file() else None


def form(actor: Actor, case: Case, kind: str, *, follow_code: str = "") -> Form:
    """A form of Circular 03/2025 about one dossier: 01 receipt, 02 supplement, 03 refusal, 04 apology, 05 stopping, 06
    control slip. Raises NotFound.

    `follow_code` is printed on a receipt by whoever gave it a moment ago; nobody finds it later.
    """
    # They are letters to the applicant, but for the slip, which goes with the dossier inside the authority.
    if case.applicant_id is None or not queries.writes_to_applicant(actor, case):
        raise NotFound
    if kind not in FORMS or (kind == "06" and not queries.knows_way(actor, case)):
        raise NotFound
    package = procedures.version(case.version_id).package
    with override("vi"):
        taken = taken_in(case)
        facts = _facts(case, package, str(actor.person_id), kind, taken)
        if facts is None:
            raise NotFound
        day, signer = facts.pop("at"), _signer(package, facts.pop("by"), facts.pop("title"))
        told = content.form_data(queries.content_of(actor, case, purpose="form"))
        # A refusal after the dossier was received is the agency's own, and so is its apology; all else is the one-stop
        # unit's.
        by_one_stop = kind != "04" and facts.get("stage") != "decision"
        issuer = issuing(case, taken) if kind == "01" else case.agency
        context = {
            "agency": one_stop(issuer) if by_one_stop else letterhead(issuer),
            "date": local_day(day),
            "case": _case(case, package),
            "verify": {"code": "", "url": follow_url(case)},
            "applicant": _applicant(case, package, told),
            "desk": f"{ONE_STOP}, {issuer.name_vi}",
            "handled_by": case.agency.name_vi if issuer.pk != case.agency_id else "",
            "follow_code": follow_code,
            "at_counter": case.origin == "counter",
            **({"delivery": delivery} if (delivery := _delivery(package, told)) else {}),
            **({"signer": signer} if signer else {}),
            **facts,
        }
        chosen = cast(Kind, kind)
        return Form(kind=chosen, context=context, at=day, agency=issuer, by_one_stop=by_one_stop)


def asked_of_applicant(case: Case, *, by: str) -> dict[str, Any] | None:
    """What the applicant is asked to bring now, why, and until when; None where nothing is. `by` is logged."""
    said = queries.said_last(case, "supplement", by=by) if case.phase == "supplement" else None
    if said is None:
        return None
    return {"items": list(said.items), "reason": said.reason, "until": queries.asked_until(case)}


_MARKS: Final = {
    "seen": "đã xem bản chính, trả lại",
    "kept": "bản giấy, đã số hóa",
    "later": "bản giấy, số hóa sau",
}


def _papers(case: Case, package: Package, marks: Mapping[str, str]) -> list[str]:
    """What was handed in, in the package's order, each with what the counter said of it."""
    handed_in = {content.document_kind(part) for part in case.state["parts"] if part.startswith("document.")}
    return [
        f"{one.name['vi']} ({_MARKS[marks[one.kind]]})" if marks.get(one.kind) in _MARKS else one.name["vi"]
        for one in package.procedure.documents
        if one.kind in handed_in or one.kind in marks
    ]


def _facts(
    case: Case, package: Package, by: str, kind: str, taken: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What a form reports: when, by whom, and what; None where it was not sent."""
    if kind == "04":
        return progress.apology(case, by=by)
    if kind == "05":
        stopped = queries.said_last(case, "stop", by=by)
        return progress.stopping(case, stopped.reason if stopped else "")
    if kind == "06":
        drawn = {"at": now(), "by": None, "title": ""}
        return drawn | progress.way(case, package)
    if kind == "01":
        return {
            "at": case.received_at or case.submitted_at,
            "by": (taken.get("by") if "agency" in taken else None) or queries.received_by(case),
            "title": "Người tiếp nhận hồ sơ",
            "papers": ["Đơn, tờ khai điện tử", *_papers(case, package, taken.get("papers", {}))],
            "limit": limit_text(package.procedure.limit),
            "fee": case.fee,
        }
    if kind not in ("02", "03"):
        return None
    said = queries.said_last(case, "supplement" if kind == "02" else "refuse", by=by)
    if said is None:
        return None
    told: dict[str, Any] = {"at": said.at, "by": said.by, "reason": said.reason}
    if kind == "02":
        until = queries.asked_until(case)
        return told | {
            "title": "Người hướng dẫn",
            "items": said.items,
            **({"until": local_time(until), "after": lapse_text(package)["vi"]} if until else {}),
        }
    at_counter = case.received_at is None
    return told | {
        "title": "Người tiếp nhận hồ sơ" if at_counter else "",
        "stage": "reception" if at_counter else "decision",
    }


def _signer(package: Package, by: Mapping[str, Any] | None, title: str) -> dict[str, Any] | None:
    """Who attested what a form reports, under the form's own title, else that of the post; None: nobody yet. A post
    that signs results signs as it does there, for the body that its package names."""
    if by is None:
        return None
    post = identity.posts_named([by.get("post")]).get(by.get("post") or "")
    person = UUID(by["person"])
    name = identity.full_names([person]).get(person, "")
    said = package.procedure.result
    if not title and post and said and post.role == package.procedure.tasks[said.signed_by].post:
        return _signing(package, Signatory(post=post.title_vi, name=name))
    return {"lines": signature_lines(title=title or (post.title_vi if post else "")), "name": name}


def _applicant(case: Case, package: Package, data: Mapping[str, Any]) -> dict[str, str]:
    """Whose dossier it is, all of one person: the form's name beside the form's number, never the account's beside it.
    Who sent it for them is named apart."""
    found = _reached_at(package, data)
    name = found.pop("full_name", "") or case.applicant_name
    sent = {"sender": case.applicant_name} if name.casefold() != case.applicant_name.casefold() else {}
    return {"name": name, **found, **sent}


def _reached_at(package: Package, data: Mapping[str, Any]) -> dict[str, str]:
    """Who applies, where they are reached and by which number known, as the form says it: its fields that the account
    could have filled."""
    found: dict[str, str] = {}

    def walk(schema: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        for name, inner in schema.get("properties", {}).items():
            fact, value = inner.get("x-ui", {}).get("fill", "").removeprefix("person."), told.get(name)
            if (
                fact in ("full_name", "address", "phone", "email", "id_number")
                and isinstance(value, str)
                and value
            ):
                found.setdefault(fact, value)
            if isinstance(value, Mapping):
                walk(inner, value)

    walk(package.form_schema, data)
    return found


def _delivery(package: Package, data: Mapping[str, Any]) -> str:
    """How the result is received, in the words of the form's own choice (`/delivery/method`)."""
    schema = package.form_schema.get("properties", {}).get("delivery", {}).get("properties", {})
    options = schema.get("method", {}).get("x-ui", {}).get("options", {})
    chosen = options.get((data.get("delivery") or {}).get("method"))
    return str(chosen["vi"]) if chosen else ""


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Who signs a result, as it prints them: the title of their post and their name."""

    post: str
    name: str
    capacity: Capacity = ""


def signatory(by: Actor) -> Signatory:
    """The actor as a paper names them, in Vietnamese; who stands in for somebody by their own post and capacity."""
    if by.instead is not None:
        return Signatory(post=by.instead.title_vi, name=by.name, capacity=cast(Capacity, by.instead.capacity))
    post = identity.posts_named([by.post_code]).get(by.post_code or "")
    return Signatory(post=post.title_vi if post else "", name=by.name)


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What makes a result the one that is signed: its number, its code, the time of signing, who signs. Packages of
    before have their number earlier, when nobody knows yet who will sign: then the mark of the signature has the name.
    """

    number: str
    code: str
    at: datetime
    signer: Signatory | None = None

    def printed(self) -> dict[str, Any]:
        """As a paper prints it."""
        url = verify_url(settings.XACTIN_URL, self.code)
        return {
            "date": local_day(self.at),
            "number": self.number,
            "verify": {"code": self.code, "url": url},
        }


def result_context(case: Case, opened: Mapping[str, Any], issue: Issue | None) -> dict[str, Any]:
    """What a result prints (documents.context.ResultContext), from the opened parts of a case. Without `issue` it
    is a draft, which has neither number nor date nor code."""
    package = procedures.version(case.version_id).package
    written = content.writers(package)
    return {
        "agency": letterhead(case.agency),
        **(issue.printed() if issue else {"date": None}),
        "case": _case(case, package),
        "signer": _signing(package, issue.signer if issue else None),
        "form": content.form_data(opened),
        "answers": {
            part.partition(".")[2]: value.get("data", {})
            for part, value in opened.items()
            if content.writer_of(written, part)
        },
        "legal_basis": list(package.procedure.legal_basis),
        # Only what is there goes back: a paper that names drawings has some (`results/services.py` stamps them).
        "attached": _going_back(case, package),
        "place_of_registration": _with_province(case.agency),
    }


def _signing(package: Package, signer: Signatory | None) -> dict[str, Any]:
    """The lines above the signature and the name below it; a draft names the head, and nobody."""
    said = package.procedure.result
    block = said.signature if said and said.signature else Signature()
    head, form = block.title["vi"], cast(Capacity, block.form)
    if signer is not None and signer.capacity and head:
        body = block.body["vi"] if form == "TM." else ""
        lines = signature_lines(title=signer.post, capacity=signer.capacity, body=body, head=head)
    elif signer is None or form not in ("", "TM."):
        lines = signature_lines(title=head, capacity=form, body=block.body["vi"])
    else:
        body = block.body["vi"] if form == "TM." else ""
        lines = signed_lines(signer.post, head=head or signer.post, body=body)
    return {"lines": lines, "name": signer.name if signer else ""}


def _with_province(agency: Agency) -> str:
    """An agency's name with its province, as papers say where something was registered."""
    served = unit(agency.unit_code) if agency.unit_code else None
    province = unit(served.province_code) if served and served.province_code else None
    return agency.name_vi if province is None else f"{agency.name_vi}, {province.in_sentence}"


def _going_back(case: Case, package: Package) -> list[str]:
    """The names of the documents that go back stamped with the result, of those that were handed in."""
    said = package.procedure.result
    names = {f"document.{one.kind}": one.name["vi"] for one in package.procedure.documents}
    there = {
        f"document.{content.document_kind(part)}"
        for part in case.state["parts"]
        if part.startswith("document.")
    }
    return [names.get(part, part) for part in (said.attach if said else ()) if part in there]
