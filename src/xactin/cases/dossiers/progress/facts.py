"""What forms 04 to 06 report: that a date was put off, that a dossier was stopped, which offices had it when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from xactin.cases.models import Case
from xactin.cases.runtime import EXTEND
from xactin.identity import queries as identity
from xactin.identity.models import Agency
from xactin.kernel.attestation import parse_time
from xactin.kernel.local import local_day, local_time
from xactin.kernel.procedure.package import Package
from xactin.ledger import queries as ledger
from xactin.ledger.queries import EntryRow
from xactin.vault import queries as vault

_STOPPED: Final = ("withdrawn", "stopped")


def apology(case: Case, *, by: str) -> dict[str, Any] | None:
    """Form 04: who put the date off, when, from when, and why; None where nobody did. The opening is logged."""
    rows = [row for row in _entries(case) if row.statement["act"] == EXTEND]
    if not rows:
        return None
    row = rows[-1]
    part = f"note.{row.statement['id']}"
    named = {part: str(row.statement["content"])}
    opened = vault.open_named(by=by, purpose="form", subject=f"case:{case.pk}", named=named)
    value = opened[part][0] if part in opened else {}
    was = local_time(parse_time(case.state["extended"]["was"]))
    reason = str(value.get("data", {}).get("reason", ""))
    return {"at": row.at, "by": row.statement["by"], "title": "", "reason": reason, "was": was}


def stopping(case: Case, reason: str) -> dict[str, Any] | None:
    """Form 05: when it was stopped, and whether the applicant asked for it; None where it was not. `reason` is what an
    official who stopped it said, "" where the time for a supplement ran out."""
    if case.phase not in _STOPPED or case.finished_at is None:
        return None
    lapsed = "Quá thời hạn bổ sung hồ sơ theo Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ."
    return {
        "at": case.finished_at,
        "by": None,
        "title": "",
        "requested": case.phase == "withdrawn",
        "stopped": local_time(case.finished_at),
        "reason": "" if case.phase == "withdrawn" else reason or lapsed,
    }


@dataclass(kw_only=True)
class _Stay:
    """A dossier at one office: who gave it, since when, until when, and who ended it."""

    giver: Mapping[str, Any]
    agency: str
    node: str
    given: datetime
    due: datetime | None
    taker: Mapping[str, Any] | None = None
    done: datetime | None = None


def way(case: Case, package: Package) -> dict[str, Any]:
    """Form 06: every hand-over to an office, in order, with what became of it in time."""
    stays = list(_stays(_entries(case)))
    names = dict(Agency.objects.filter(code__in={one.agency for one in stays}).values_list("code", "name_vi"))
    people = _Signers(stays)
    others = {names.get(one.agency, one.agency) for one in stays if one.agency != case.agency.code}
    extended = case.state.get("extended")
    return {
        "handling": case.agency.name_vi,
        "coordinating": sorted(others),
        "rows": [_row(one, package, names, people) for one in stays],
        **({"was": local_time(parse_time(extended["was"]))} if extended else {}),
    }


def _entries(case: Case) -> Sequence[EntryRow]:
    return ledger.entries_of(f"case:{case.pk}")


def _stays(entries: Sequence[EntryRow]) -> Iterator[_Stay]:
    """The stays in the order in which they began."""
    found: dict[str, _Stay] = {}
    every: list[_Stay] = []
    for row in entries:
        effect, by = row.effect, row.statement["by"]
        for closed in effect.get("closed", ()):
            if (stay := found.pop(closed["id"], None)) is not None:
                stay.taker, stay.done = by, row.at
        for moved in effect.get("moved", ()):
            if moved["id"] in found:
                found[moved["id"]].due = _moment(moved["due"])
        for opened in effect.get("opened", ()):
            agency = effect.get("asked", {}).get(opened["id"])
            if agency is not None:
                due = _moment(opened["due"])
                stay = _Stay(giver=by, agency=agency, node=opened["node"], given=row.at, due=due)
                found[opened["id"]] = stay
                every.append(stay)
    return iter(every)


def _moment(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


class _Signers:
    """Names of people and their agencies, asked for once."""

    def __init__(self, stays: Sequence[_Stay]) -> None:
        signers = [by for one in stays for by in (one.giver, one.taker) if by]
        self._people = identity.full_names([UUID(by["person"]) for by in signers if by.get("person")])
        self._posts = identity.posts_named(by.get("post") for by in signers)

    def name(self, by: Mapping[str, Any] | None) -> str:
        """Who signed; "" for nobody, yet or at all."""
        if by is None:
            return ""
        return self._people.get(UUID(by["person"]), "") if by.get("person") else "Hệ thống"

    def office(self, by: Mapping[str, Any]) -> str:
        """For which office somebody signed."""
        post = self._posts.get(by.get("post") or "")
        if post is not None:
            return f"{post.agency.name_vi} ({post.title_vi})"
        return "Người nộp hồ sơ" if by.get("person") else "Hệ thống"


def _row(stay: _Stay, package: Package, names: Mapping[str, str], people: _Signers) -> dict[str, Any]:
    rule = package.rules.get(stay.node)
    return {
        "giver": people.office(stay.giver),
        "giver_name": people.name(stay.giver),
        "taker": names.get(stay.agency, stay.agency),
        "taker_name": people.name(stay.taker),
        "given": local_time(stay.given),
        "outcome": _outcome(stay),
        "note": rule.name["vi"] if rule else "",
        **({"done": local_time(stay.done)} if stay.done else {}),
    }


def _outcome(stay: _Stay) -> str:
    """Before the due day, on it, or after its hour, as the form asks; "" of a step that has no limit."""
    if stay.done is None:
        return "Đang giải quyết"
    if stay.due is None:
        return "Không đặt thời hạn"
    if stay.done > stay.due:
        return "Quá hạn"
    return "Trước hạn" if local_day(stay.done) < local_day(stay.due) else "Đúng hạn"
