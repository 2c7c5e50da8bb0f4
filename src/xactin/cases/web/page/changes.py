"""What changed between the page that somebody saw and now: each part before and after, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.state import content
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.web import shown
from xactin.cases.web.page import facts, opinions
from xactin.identity.queries import Actor
from xactin.kernel.procedure.package import Package
from xactin.ui.schema_form import SchemaForm


@dataclass(frozen=True)
class Change:
    """One answer or file that is another now. "" where there was none, or there is none now."""

    label: str
    before: str
    after: str
    url: str = ""


def since(actor: Actor, found: Case, seen: str, parts: Sequence[str]) -> list[Change]:
    """What of these parts is another than on the page that carried `seen` (`engine.shown_of`)."""
    if not parts:
        return []  # nothing is opened, and nobody is said to have compared
    package = procedures.version(found.version_id).package
    readable = queries.readable_parts(actor, found)
    named = [part for part in parts if part in readable]
    texts = [part for part in named if not content.is_file(package, part)]
    newest = seen.partition(".")[0]
    before = queries.content_before(actor, found, texts, int(newest) if newest.isdecimal() else -1)
    opened = queries.content_of(actor, found, purpose="changed")
    after = {part: opened[part] for part in texts if part in opened}
    return [*_answers(package, before, after), *_files(actor, found, named, texts)]


def _answers(package: Package, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    was, now = _told(package, before), _told(package, after)
    for place in dict.fromkeys([*was, *now]):
        old, new = was.get(place, ("", "")), now.get(place, ("", ""))
        if old[1] != new[1]:
            yield Change(new[0] or old[0], old[1], new[1])


def _told(package: Package, parts: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Label and text of everything in the parts, each at a place of its own."""
    data = content.form_data(parts)
    summary = SchemaForm(package.form_schema, data=data, only=list(data)).summary() if data else []
    told = {place: (one.label, one.value) for place, one in facts.answers_by_place(summary).items()}
    for opinion in opinions.given(package, parts):
        text = "\n".join(str(line.value) for line in opinion.lines)
        told[opinion.part] = (opinion.title, text or opinion.title)
    return told


def _files(actor: Actor, found: Case, named: Sequence[str], texts: Sequence[str]) -> Iterator[Change]:
    parts = [part for part in named if part not in texts]
    for card in shown.file_cards(actor, found, parts=parts) if parts else ():
        yield Change(card.title or card.name, _("Another file"), card.name, card.preview_url)
