"""What a case came from stands in the effect of its first entry, and the audit looks at it."""

from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.dossiers import beginning
from xactin.cases.dossiers.beginning import Matter
from xactin.cases.office.commands import NOBODY
from xactin.cases.runtime import BEGIN
from xactin.cases.tests.test_internal_task import CODE, WORK
from xactin.identity import queries as identity
from xactin.identity.queries import actor_for
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all
from xactin.vault.ids import new_id

pytestmark = pytest.mark.django_db


def begun(source: str) -> dict[str, Any]:
    """The effect that began a case of the chair's."""
    chair = actor_for("chutich1")
    assert chair.agency_id is not None
    handling = identity.agency(chair.agency_id)
    matter = Matter(handling=handling, data=WORK, files={}, asks=None, facts=NOBODY, source=source)
    done = beginning.begin(
        by=chair, code=CODE, act=BEGIN, origin="post", matter=lambda _package: matter, entry=None
    )
    (row,) = ledger.entries_of(f"case:{done.case}")
    effect: dict[str, Any] = row.effect
    return effect


def test_a_case_may_say_what_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    testing.province_with("internal-task")
    before = f"case:{new_id()}"
    assert begun(before)["source"] == before
    assert "source" not in begun("")
    with pytest.raises(ValueError, match="no subject"):
        begun("a letter")
    sequence_all()
    assert run_audit() == []
    monkeypatch.setattr(beginning, "is_subject", lambda _value: True)
    begun("a letter")
    sequence_all()
    assert [(one.kind, "came from" in one.text) for one in run_audit()] == [("place", True)]
