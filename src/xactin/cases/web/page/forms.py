"""The forms of acts as somebody left them: sent and refused, or typed and not sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.datastructures import MultiValueDict

from xactin.cases.applications import act_drafts
from xactin.cases.applications.drafts import DraftFile
from xactin.cases.dossiers import queries
from xactin.cases.models import Case, OpenTask
from xactin.identity.queries import Actor
from xactin.ui.schema_form import parse

NOTE: Final = "note-to-colleagues"
"""The field of the note: no name that a field of a schema could have."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """An act that was not done: its form comes back as it was filled. Not `sent`: typed, and left before."""

    task: str
    act: str
    data: Mapping[str, Any]
    note: str
    errors: Mapping[str, str] = field(default_factory=dict)
    sent: bool = True
    files: Sequence[DraftFile] = ()
    """The files that came with it, kept as uploads; `fault`: what was wrong with another."""
    fault: str = ""

    def wrong(self, errors: Mapping[str, str]) -> "Tried":
        """The same with what has to be mended."""
        return replace(self, errors=errors)


Begun = Mapping[tuple[str, str], Tried]
"""What the forms of acts hold, by task and act."""


def begun(actor: Actor, found: Case, tasks_of: Sequence[queries.TaskOf]) -> dict[tuple[str, str], Tried]:
    """What the actor typed for acts that they may do now, and has not sent."""
    acts = {(one.row.token, act.id): act for one in tasks_of if one.mine for act in one.task.acts}
    typed = {}
    for left in act_drafts.of(actor, found.pk):
        if (left.task, left.act) in acts:
            sent = MultiValueDict({name: list(values) for name, values in left.fields.items()})
            schema = acts[left.task, left.act].data_schema
            data, note = parse(schema, sent) if schema else {}, str(sent.get(NOTE, ""))
            if data or note:
                typed[left.task, left.act] = Tried(
                    task=left.task, act=left.act, data=data, note=note, sent=False
                )
    return typed


def orphaned(actor: Actor, found: Case, tried: Tried | None) -> list[str]:
    """What the actor wrote for tasks that are gone meanwhile: it is shown once more, to be copied."""
    open_now = set(OpenTask.objects.filter(case=found).values_list("token", flat=True))
    texts: list[str] = []
    for left in act_drafts.of(actor, found.pk):
        if left.task not in open_now:
            texts += _texts(left.fields.values())
    if tried is not None and tried.task not in open_now:
        texts += _texts([*tried.data.values(), tried.note])
    return list(dict.fromkeys(texts))


def _texts(values: Iterable[Any]) -> list[str]:
    listed = (value if isinstance(value, list | tuple) else [value] for value in values)
    return [str(one) for value in listed for one in value if one not in (None, "")]
