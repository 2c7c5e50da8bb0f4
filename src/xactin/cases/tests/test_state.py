"""What is derived of a dossier's state: whose delay it is, and whose matter. No database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from xactin.cases.dossiers.state import content, lateness
from xactin.cases.dossiers.state.people import known

AT = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
SOON = AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "party", "phase", "late"),
    [
        ("user", "", "processing", True),
        ("service", "", "processing", True),
        ("user", "neighbour", "processing", False),  # a citizen's delay is not the authority's
        ("supply", "applicant", "supplement", False),
        ("user", "", "refused", False),
    ],
)
def test_only_a_step_of_the_authoritys_can_be_late(
    monkeypatch: pytest.MonkeyPatch, kind: str, party: str, phase: str, late: bool
) -> None:
    open_now = [SimpleNamespace(due=SOON, kind=kind, party=party)]
    monkeypatch.setattr(lateness.engine, "open_tasks", lambda _package, _state: open_now)
    nothing: Any = None
    found = lateness.late_after(nothing, {"phase": phase, "due": None}, was=None, at=AT)
    assert found == (SOON if late else None)


@pytest.mark.parametrize(("owner", "told"), [("Lê Văn An", ""), ("Trần Thị Bích", "Trần Thị Bích")])
def test_an_owner_is_named_where_it_is_another_than_who_applied(owner: str, told: str) -> None:
    """Else each line of a list would say one name twice."""
    said = SimpleNamespace(owner="/owner/name", found_by=(), name={"vi": "Cấp giấy phép"})
    package: Any = SimpleNamespace(procedure=said)
    found = known(package, number="1", applicant="Lê Văn An", data={"owner": {"name": owner}})
    assert found.owner_name == told
    assert "an" in found.words


@pytest.mark.parametrize(
    ("part", "task"),
    [("answer.opinion", "consult"), ("answer.opinion.2", "consult"), ("answer.opinion.1.12", "consult"),
     ("answer.opinion.x", ""), ("answer.other", ""), ("", "")],
)  # fmt: skip
def test_which_task_wrote_a_part(part: str, task: str) -> None:
    assert content.writer_of({"answer.opinion": "consult"}, part) == task
