"""Drafts on their way into force: read, changed, reviewed by one person, published by another."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.errors import Forbidden, Invalid, Stale
from xactin.cases.models import OpenTask, ProcedureDraft, ProcedureVersion
from xactin.cases.procedures import queries as catalogue
from xactin.cases.procedures.commands import NotPublishable
from xactin.cases.procedures.designs.design import Design
from xactin.cases.procedures.designs.tests.test_files import a_design as written
from xactin.cases.procedures.designs.usual import usual_steps
from xactin.cases.procedures.drafts import commands, queries
from xactin.cases.procedures.drafts.differences import Difference, differences
from xactin.identity.queries import actor_for
from xactin.identity.testing import give_usually
from xactin.ledger.testing import run_audit, sequence_all

FILES = Path(__file__).parents[2] / "national/tests/files"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Specialists write procedures here; administrators publish them, as everywhere."""
    give_usually(monkeypatch, "procedures.design", {"officer", "administrator"})


def a_file(code: str = "1.115330", **changes: Any) -> bytes:
    """A file of the national database."""
    data = orjson.loads((FILES / f"{code}.json").read_bytes())["data"]
    return orjson.dumps({"data": data | changes})


def a_design(**changes: Any) -> Design:
    """A procedure of the usual steps, whose office is one that the small province has."""
    return written(**{"steps": usual_steps("Hộ tịch", {"civil_status"})} | changes)


def test_the_same_file_again_changes_nothing_and_a_changed_one_is_the_next_draft() -> None:
    testing.province_with()
    first = commands.import_file(by=None, sent=a_file())
    assert (first.outcome, first.draft.number) == (commands.NEW, 1)
    again = commands.import_file(by=None, sent=a_file())
    assert (again.outcome, again.draft.pk) == (commands.SAME, first.draft.pk)
    changed = commands.import_file(by=None, sent=a_file(name="Gia hạn sử dụng đất"))
    assert (changed.outcome, changed.draft.number) == (commands.CHANGED, 2)
    told = list(differences(first.draft.design, changed.draft.design))
    assert {one.place[0] for one in told} == {"name", "summary", "version"}
    assert ProcedureDraft.objects.count() == 2


def test_what_one_reviewed_another_publishes_and_somebody_applies() -> None:
    testing.province_with()
    writer, publisher = actor_for("chuyenvien1"), actor_for("quantri1")
    rows = [commands.import_file(by=writer, sent=a_file(code)).draft for code in ("1.115330", "2.000635")]
    with pytest.raises(Invalid) as refused:
        commands.publish(by=publisher, drafts=[row.pk for row in rows])
    assert set(refused.value.errors) == {"1.115330", "2.000635"}
    for row in rows:
        commands.review(by=writer, draft=row.pk, revision=1)
    with pytest.raises(Forbidden):
        commands.publish(by=writer, drafts=[row.pk for row in rows])
    own = commands.begin(by=publisher, design=a_design())
    commands.review(by=publisher, draft=own.pk, revision=1)
    with pytest.raises(Invalid) as alone:
        commands.publish(by=publisher, drafts=[own.pk, *(row.pk for row in rows)])
    assert set(alone.value.errors) == {own.code}
    assert not ProcedureVersion.objects.exists()
    commands.publish(by=publisher, drafts=[row.pk for row in rows])
    assert catalogue.today("1.115330").package.procedure.limit == {"working_day": 7, "working_hour": 4}
    package = catalogue.today("2.000635").package
    by = actor_for("congdan1")
    sent = applications.submit(
        by=by,
        code=package.code,
        data=package.examples["examples/usual.yaml"]["data"],
        documents=[],
        agency="H44.100",
    )
    assert OpenTask.objects.get(case=sent.case).role == "reception"
    sequence_all()
    assert run_audit(1) == []


def test_a_draft_that_was_saved_again_is_not_the_one_reviewed() -> None:
    testing.province_with()
    writer, publisher = actor_for("chuyenvien1"), actor_for("quantri1")
    row = commands.begin(by=writer, design=a_design())
    commands.review(by=writer, draft=row.pk, revision=1)
    saved = commands.change(by=writer, draft=row.pk, design=a_design(limit={"working_day": 4}), revision=1)
    assert saved.reviewed_at is None
    with pytest.raises(Stale):
        commands.change(by=writer, draft=row.pk, design=a_design(), revision=1)
    with pytest.raises(Stale):
        commands.review(by=writer, draft=row.pk, revision=1)
    with pytest.raises(Invalid):
        commands.publish(by=publisher, drafts=[row.pk])


def test_a_review_that_stands_only_in_a_table_publishes_nothing() -> None:
    testing.province_with()
    writer, publisher = actor_for("chuyenvien1"), actor_for("quantri1")
    row = commands.begin(by=writer, design=a_design())
    digest = queries.package_of(a_design()).digest
    ProcedureDraft.objects.filter(pk=row.pk).update(
        reviewed_by=writer.person_id, reviewed_at=row.created_at, reviewed_digest=digest
    )
    with pytest.raises(Invalid) as refused:
        commands.publish(by=publisher, drafts=[row.pk])
    assert "no longer" in refused.value.errors[row.code] or "không còn" in refused.value.errors[row.code]


def test_nobody_stands_behind_what_cannot_be_served() -> None:
    testing.province_with()
    writer = actor_for("chuyenvien1")
    nobody = a_design().model_copy(
        update={"steps": tuple(step.model_copy(update={"post": "nobody"}) for step in a_design().steps)}
    )
    row = commands.begin(by=writer, design=nobody)
    with pytest.raises(NotPublishable) as refused:
        commands.review(by=writer, draft=row.pk, revision=1)
    assert {problem.code for problem in refused.value.problems} == {"post_nobody_holds"}


def test_who_has_not_the_duty_neither_reads_nor_writes_drafts() -> None:
    testing.province_with()
    officer = actor_for("motcua1")
    with pytest.raises(Forbidden):
        commands.import_file(by=officer, sent=a_file())
    with pytest.raises(Forbidden):
        list(queries.drafts(officer))


def test_dropped_drafts_can_be_taken_up_again_and_are_found_by_words() -> None:
    testing.province_with()
    writer = actor_for("chuyenvien1")
    row = commands.import_file(by=writer, sent=a_file()).draft
    assert [one.pk for one in queries.drafts(writer, words="gia han dat")] == [row.pk]
    commands.drop(by=writer, draft=row.pk)
    assert not queries.drafts(writer)
    assert queries.drafts(writer, state="dropped")
    commands.restore(by=writer, draft=row.pk)
    assert queries.drafts(writer, state="open")


def test_things_with_an_id_are_compared_with_themselves() -> None:
    before = {"papers": [{"id": "a", "name": {"vi": "Một"}}, {"id": "b", "name": {"vi": "Hai"}}]}
    after = {"papers": [{"id": "b", "name": {"vi": "Hai"}}, {"id": "a", "name": {"vi": "Đơn"}}]}
    assert list(differences(before, after)) == [
        Difference(("papers", "a", "name"), {"vi": "Một"}, {"vi": "Đơn"})
    ]
