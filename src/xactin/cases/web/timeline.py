"""The timeline of a case: what was attested, by whom, with its proof, and who has it now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.statements import Remark
from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.visibility import doers_at
from xactin.cases.models import Case, OpenTask
from xactin.cases.parties import queries as party_queries
from xactin.cases.parties.queries import Member
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.runtime import (
    ATTACH,
    BEGIN,
    DECLINE,
    DROP_ERASURE,
    ERASE,
    ERASURE,
    EXTEND,
    FOLLOW_CODE,
    HAND_OVER,
    INVITE,
    JOIN,
    NOTIFY,
    REVOKE_INVITATION,
    SEAL,
    SUBMIT,
    SUPPLY,
    TICK,
    WITHDRAW,
)
from xactin.identity import queries as identity
from xactin.identity.models import Post
from xactin.identity.queries import Actor
from xactin.kernel.procedure.flow.lasting import base
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.requirements.results import DRAFT
from xactin.ledger.queries import entries_of
from xactin.ui.pieces import TimelineStep

MOST_NAMES: Final = 3


def act_title(package: Package, act: str) -> str:
    """The name of an act as people read it: "Tiếp nhận hồ sơ: Tiếp nhận"."""
    named = {
        INVITE: _("A party invited"),
        JOIN: _("A party joined"),
        DECLINE: _("An invitation declined"),
        REVOKE_INVITATION: _("An invitation taken back"),
        SUBMIT: _("Application sent"),
        BEGIN: _("Begun"),
        SUPPLY: _("Additional documents sent"),
        WITHDRAW: _("Application withdrawn"),
        TICK: _("A time limit passed"),
        FOLLOW_CODE: _("Code of the receipt given"),
        EXTEND: _("Apology, and another date"),
        HAND_OVER: _("Result handed out"),
        ATTACH: _("Scans attached that the intake promised"),
        "case.amend": _("Answers corrected"),
        ERASURE: _("Erasure ordered"),
        ERASE: _("Content erased"),
        DROP_ERASURE: _("Order to erase dropped"),
    }
    if act in named:
        return named[act]
    _case, _dot, rest = act.partition(".")
    node, _dot, offered = rest.partition(".")
    described = package.procedure.tasks.get(node)
    if described is None:
        return _service_title(package, node) or act
    begun = package.offers[node].acts.values() if node in package.offers else ()
    label = next((one.label for one in (*described.acts, *begun) if one.id == base(offered)), None)
    name = text_in(described.name, language())
    if offered == "silence":
        return _("%(task)s: no answer in time, taken as consent") % {"task": name}
    said = text_in(label, language()) if label else ""
    return name if said.casefold() in name.casefold() else f"{name}: {said}"


def _service_title(package: Package, node: str) -> str:
    """What a service did: in the package's words, else in those of its kind."""
    service = package.procedure.services.get(node)
    if service is None:
        return ""
    kinds = {DRAFT: _("Result drawn up"), SEAL: _("Result sealed"), NOTIFY: _("Notice sent")}
    return text_in(service.name, language()) if service.name else kinds.get(service.kind, "")


def party_name(package: Package, kind: str) -> str:
    """What a package calls one of its parties."""
    party = package.procedure.parties.get(kind)
    return text_in(party.name, language()) if party else _("Applicant")


def _party_of(package: Package, case: Case, members: Sequence[Member], by: Mapping[str, Any]) -> str:
    """As which party a person in no post signed."""
    kind = next((one.kind for one in members if str(one.person) == by.get("person")), "")
    if by.get("party") == "party":
        return _("A party to the dossier")
    return party_name(package, package.procedure.asks if by.get("person") == str(case.applicant_id) else kind)


def post_names(post: Post) -> tuple[str, str]:
    """A post's title and its agency, in the page's language."""
    if language() == "en":
        return post.title_en, post.agency.name_en
    return post.title_vi, post.agency.name_vi


def _by(name: str, title: str) -> str:
    """A person in a post; real-time status names both (Decree 224/2026)."""
    return ", ".join(filter(None, [name, title]))


def _signed_by(one: queries.Attested, names: Mapping[UUID, str], title: str) -> str:
    """Who signed, in which post; and for whom, where they stood in."""
    who = _by(names.get(UUID(one.by["person"]), "") if one.by.get("post") else "", title)
    if not one.instead_of:
        return who
    absent = names.get(UUID(one.instead_of), "")
    return _("%(who)s (signed for %(name)s, who was represented)") % {"who": who, "name": absent}


def _holders(task: OpenTask) -> str:
    """Who can do an open task now."""
    if task.agency_id is None:
        return ""
    people = doers_at(task.agency_id, task.role)
    names = sorted(identity.full_names(people).values())
    return ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")


def _remarked(remark: Remark | None, *, shown: bool) -> str:
    note = [_("Note for colleagues: %s") % remark.note] if remark and remark.note else []
    blind = [] if shown else [_("Signed through a program, with no mark of what had been read.")]
    return "\n".join([*(remark.lines if remark else ()), *note, *blind])


def places_of(case: Case, parts: Iterable[str]) -> dict[str, str]:
    """The agencies that wrote those of the parts of which there are several (`answer.report.1`)."""
    several = {part for part in parts if part.rpartition(".")[2].isdigit()}
    if not several:
        return {}
    wrote = {
        part: row.statement["by"].get("post")
        for row in entries_of(f"case:{case.pk}")
        for part in several & (row.statement.get("wrote") or {}).keys()
    }
    posts = identity.posts_named(wrote.values())
    return {part: post_names(posts[code])[1] for part, code in wrote.items() if code in posts}


def timeline(actor: Actor, case: Case) -> list[TimelineStep]:
    """What was attested, by whom, with its proof, and who has it now."""
    package = procedures.version(case.version_id).package
    entries = queries.attestations(actor, case)
    posts = identity.posts_named(one.by.get("post") for one in entries)
    people = {UUID(one.by["person"]) for one in entries if one.by.get("post")}
    people |= {UUID(one.instead_of) for one in entries if one.instead_of}
    names, remarks = identity.full_names(people), queries.remarks(actor, case)
    english, members = language() == "en", party_queries.members(actor, case)
    steps = []
    for one in entries:
        post = posts.get(one.by.get("post") or "")
        title, agency_name = post_names(post) if post else (_party_of(package, case, members, one.by), "")
        steps.append(
            TimelineStep(
                title=act_title(package, one.act),
                state="void" if one.voided else "done",
                agency=agency_name,
                who=_("The system") if "system" in one.by else _signed_by(one, names, title),
                done_at=one.at,
                note=_remarked(remarks.get(one.entry), shown=one.shown),
                proof_url=reverse("cases:bundle", args=[case.pk]) if one.index is not None else "",
            )
        )
    waiting = []
    for found in queries.tasks_of(actor, case):
        if found.task.kind == "offer":
            continue  # nobody has to do what may be begun
        agency = found.row.agency
        waiting.append(
            TimelineStep(
                title=text_in(found.task.name, language()),
                state="current",
                agency=(agency.name_en if english else agency.name_vi)
                if agency
                else party_name(package, found.row.role),
                who=_holders(found.row),
                since=found.row.opened_at,
                due=found.row.due_at,
            )
        )
    if len(waiting) > 1:
        waiting = [
            TimelineStep(title=_("Several agencies at the same time"), state="current", branches=waiting)
        ]
    return [*steps, *waiting]
