"""What agencies added to a case while their tasks stayed open: each by whom, when, with its versions and files.

Such acts are known by their kind (`kernel/procedure/flow/lasting.py`), not by their name. What fell is shown too,
marked as such: that somebody spoke against an earlier draft is part of what happened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import Case
from xactin.cases.office.queries import whole_name
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.web import shown
from xactin.cases.web.page.opinions import lines_of
from xactin.cases.web.timeline import post_names
from xactin.identity import queries as identity
from xactin.identity.queries import Actor
from xactin.kernel.attestation import parse_time
from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.flow.lasting import LASTING, base
from xactin.kernel.procedure.package import Package
from xactin.ledger.queries import EntryRow, entries_of
from xactin.ui.pieces import FileCard, Line
from xactin.vault import queries as vault


@dataclass(frozen=True, kw_only=True)
class Version:
    """What somebody said at a time. `commitment` names the very value."""

    seq: int
    at: datetime
    person: str
    post: str
    commitment: str
    lines: Sequence[Line] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    agency: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A part that was added, as it stands, with its earlier versions, the newest first.

    `draft`: it is the one text that is written anew again and again. `fallen`: it no longer stands, for what it
    relied on is another.
    """

    part: str
    label: str
    now: Version
    earlier: Sequence[Version] = ()
    objects: bool = False
    draft: bool = False
    fallen: bool = False
    files: Sequence[FileCard] = ()

    @property
    def key(self) -> str:
        """An id within the page."""
        return f"entry-{self.part.replace('.', '-')}-{self.now.seq if self.fallen else 'now'}"


@dataclass(kw_only=True)
class _Written:
    """Every version of one part, as entries tell it."""

    act: Act
    versions: list[Version] = field(default_factory=list)
    voided: set[int] = field(default_factory=set)


def lasting_parts(package: Package, parts: Iterable[str]) -> set[str]:
    """Those of these parts that acts write after which their task stays open."""
    wrote = {part for act in _acts(package) for part in act.writes}
    return {part for part in parts if any(part == one or part.startswith(f"{one}.") for one in wrote)}


def has_thread(package: Package) -> bool:
    """Whether anything can be added to such a case while its tasks stay open."""
    return any(True for _one in _acts(package))


def _acts(package: Package) -> Iterable[Act]:
    for task in package.procedure.tasks.values():
        yield from (act for act in task.acts if act.kind in LASTING)


def of(actor: Actor, case: Case) -> list[Entry]:
    """What was added that the actor may read, in the order in which it was said first."""
    package = procedures.version(case.version_id).package
    if not has_thread(package):
        return []
    written = _written(package, entries_of(f"case:{case.pk}"))
    readable = queries.readable_ever(actor, case)
    known = {part: one for part, one in written.items() if readable(part)}
    standing = queries.readable_parts(actor, case)
    said = _said(actor, case, known)
    cards = _cards(actor, case)
    found = [
        entry for part, one in known.items() for entry in _entries(part, one, case, standing, said, cards)
    ]
    return sorted(found, key=lambda entry: (entry.earlier[-1] if entry.earlier else entry.now).seq)


def last_said(entries: Iterable[Entry]) -> dict[str, Mapping[str, Any]]:
    """What was said last in each part, whether it stands or not: from there one goes on writing."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for one in entries:
        if one.now.seq >= found.get(one.part, (-1, {}))[0]:
            found[one.part] = (one.now.seq, one.now.data)
    return {part: data for part, (_seq, data) in found.items()}


@dataclass(frozen=True, kw_only=True)
class Participant:
    """An agency that was asked to take part. `here`: it does so now."""

    agency: str
    since: datetime
    here: bool


def participants(case: Case) -> list[Participant]:
    """The agencies that were chosen for a task of the case, in the order in which they were asked."""
    tokens = [(token, True) for token in case.state["tokens"].values() if "end" not in token]
    for step in case.state["steps"].values():
        tokens += [(token, False) for token in step["in"].values() if "end" not in token]
    found: dict[str, Participant] = {}
    for token, here in sorted(tokens, key=lambda one: (one[0].get("at", ""), one[1])):
        if code := token.get("agency"):
            before = found.get(code)
            since = before.since if before else parse_time(token["at"])
            found[code] = Participant(agency=code, since=since, here=here)
    names = {
        row.code: whole_name(row)[language()] for _depth, row in identity.agency_tree() if row.code in found
    }
    return [replace(one, agency=names.get(code, code)) for code, one in found.items()]


def _written(package: Package, entries: Sequence[EntryRow]) -> dict[str, _Written]:
    found: dict[str, _Written] = {}
    voided = {void["seq"] for row in entries for void in row.effect.get("voided", ())}
    for row in entries:
        _case, _dot, rest = row.statement["act"].partition(".")
        node, _dot, offered = rest.partition(".")
        task = package.procedure.tasks.get(node)
        act = next((one for one in task.acts if one.id == base(offered)), None) if task else None
        if act is None or act.kind not in LASTING:
            continue
        for part, commitment in (row.statement["wrote"] or {}).items():
            if content.is_file(package, part):
                continue
            one = found.setdefault(part, _Written(act=act))
            by = row.statement["by"]
            said = Version(
                seq=row.seq,
                at=row.at,
                person=str(by.get("person") or ""),
                post=str(by.get("post") or ""),
                commitment=commitment,
            )
            one.versions.append(said)
            one.voided |= {row.seq} & voided
    return found


def _said(actor: Actor, case: Case, written: Mapping[str, _Written]) -> dict[int, Version]:
    """Each version with its words and who said them, by its place; what was erased has no words."""
    versions = [version for one in written.values() for version in one.versions]
    posts = identity.posts_named(one.post for one in versions)
    names = identity.full_names({UUID(one.person) for one in versions if one.person})
    words: dict[int, Any] = {}
    rounds = max((len(one.versions) for one in written.values()), default=0)
    for turn in range(rounds):
        named = {part: one.versions[turn] for part, one in written.items() if len(one.versions) > turn}
        opened = vault.open_named(
            by=str(actor.person_id),
            purpose="desk",
            subject=f"case:{case.pk}",
            named={part: version.commitment for part, version in named.items()},
        )
        for part, (value, _salt) in opened.items():
            words[named[part].seq] = value
    acts = {version.seq: one.act for one in written.values() for version in one.versions}
    found = {}
    for one in versions:
        value = words.get(one.seq)
        data = value.get("data") or {} if isinstance(value, Mapping) else {}
        title = post_names(posts[one.post])[0] if one.post in posts else ""
        agency = whole_name(posts[one.post].agency)[language()] if one.post in posts else ""
        name = names.get(UUID(one.person), "") if one.person else ""
        who = ", ".join(filter(None, [name, title]))
        lines = lines_of(acts[one.seq], value)
        found[one.seq] = replace(one, lines=lines, data=data, who=who, agency=agency)
    return found


def _cards(actor: Actor, case: Case) -> dict[str, list[FileCard]]:
    """The files that came with what was added, by the end of the part's name: `0.1` of `document.attachment.0.1.2`."""
    found: dict[str, list[FileCard]] = {}
    for part, card in shown.cards_by_part(actor, case):
        _document, _dot, rest = part.partition(".")
        found.setdefault(".".join(rest.split(".")[1:3]), []).append(card)
    return found


def _entries(
    part: str,
    one: _Written,
    case: Case,
    standing: set[str],
    said: Mapping[int, Version],
    cards: Mapping[str, Sequence[FileCard]],
) -> list[Entry]:
    """A part as it stands with its versions; where nothing of it stands, or of an earlier one, what fell."""
    here = case.state["written"].get(part) if part in standing else None
    versions = [said[version.seq] for version in one.versions]
    drawn = Entry(
        part=part,
        label=text_in(one.act.label, language()),
        now=versions[-1],
        objects=one.act.objects,
        draft=one.act.kind == "write",
    )
    fallen = [version for version in versions if version.seq in one.voided]
    kept = [version for version in versions if version.seq not in one.voided and version.seq != here]
    found = [replace(drawn, now=version, fallen=True) for version in fallen]
    if here is not None:
        end = ".".join(part.split(".")[2:4])
        files = cards.get(end, ()) if one.act.attaches else ()
        found.append(replace(drawn, now=said[here], earlier=list(reversed(kept)), files=files))
    return found
