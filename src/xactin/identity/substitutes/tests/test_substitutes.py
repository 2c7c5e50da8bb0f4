"""Who stands in for whom: for a time, within limits, never in a circle, and proven by mandates."""

from datetime import timedelta
from json import loads
from time import sleep

import pytest

from xactin.identity import commands
from xactin.identity.errors import Forbidden, Invalid, Refused
from xactin.identity.models import Holding, Person, Post, Proposal
from xactin.identity.queries import Actor, actor_for, hats_of
from xactin.identity.rights import Instead
from xactin.identity.substitutes.commands import end_substitution, name_substitute, tend
from xactin.identity.substitutes.rules import first_free
from xactin.identity.testing import Province, small_province
from xactin.kernel.mandates import MandateError, check_cover
from xactin.ledger import commands as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.errors import LedgerError
from xactin.ledger.models import Mandate
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def province() -> Province:
    return small_province()


def post_of(actor: Actor) -> Post:
    return Post.objects.get(code=actor.post_code)


def named(username: str, *people: Person, **more: object) -> Holding:
    by = actor_for(username)
    told = {"until": now() + DAY, "absent": Person.objects.get(pk=by.person_id)} | more
    made = name_substitute(by=by, post=post_of(by), people=people, **told)  # type: ignore[arg-type]
    assert isinstance(made, Holding)
    return made


def titles(province: Province, username: str) -> list[str | None]:
    return [hat.post_code for hat in hats_of(province.accounts[username])]


def test_the_work_comes_with_the_first_moment_and_goes_with_the_last(province: Province) -> None:
    clerk = province.person("vanthu1")
    made = named("motcua1", clerk, until=now() + timedelta(seconds=2))
    actor = actor_for("vanthu1", "reception")
    assert actor.instead == Instead(
        person_id=province.person("motcua1").pk,
        name="Trần Thị Hồng Nhung",
        capacity="KT.",
        title_vi="clerk",
        title_en="clerk",
    )
    assert actor.post_title == "reception (thay Trần Thị Hồng Nhung)"
    said = ledger.statement_of(commands.signer_of(actor), subject="case:1", act="case.receive.accept")
    assert said["for"] == {"person": str(province.person("motcua1").pk)}
    sleep(2.1)
    assert titles(province, "vanthu1") == ["H44.100:clerk", None]
    with (
        pytest.raises(LedgerError),
        ledger.acting(subject="case:1", mandates=[actor.mandate_id]) as chain,
    ):  # over since a second
        chain.attest(commands.signer_of(actor), act="case.receive.accept", effect={})
    assert made.until
    later = named("motcua1", clerk, since=now() + DAY, until=now() + 2 * DAY)
    assert titles(province, "vanthu1") == ["H44.100:clerk", None]
    end_substitution(holding=later.pk, by=actor_for("motcua1"))
    sequence_all()
    assert run_audit() == []
    Holding.objects.filter(pk=later.pk).update(terms=None)
    assert any("holding" in found.text for found in run_audit())


def test_a_mandate_covers_its_acts_its_time_and_whom_it_is_for(province: Province) -> None:
    named("motcua1", province.person("vanthu1"), acts=["case.receive.*"], scope=["1.0/receive"])
    actor = actor_for("vanthu1", "reception")
    mandate = loads(bytes(Mandate.objects.get(pk=actor.mandate_id).mandate))
    said = ledger.statement_of(commands.signer_of(actor), subject="case:1", act="case.receive.accept")
    check_cover(mandate, said, said["at"])
    for changed, code in (
        ({"act": "case.approve.approve"}, "mandate_act"),
        ({"for": None}, "mandate_for"),
    ):
        with pytest.raises(MandateError) as wrong:
            check_cover(mandate, {**said, **changed}, said["at"])
        assert wrong.value.code == code
    with pytest.raises(MandateError, match="mandate_ended"):
        check_cover(mandate, said, mandate["until"])
    with pytest.raises(LedgerError):
        name_substitute_outside(actor)


def name_substitute_outside(actor: Actor) -> None:
    """An act that the mandate does not name."""
    with ledger.acting(subject="case:2", mandates=[actor.mandate_id]) as chain:
        chain.attest(commands.signer_of(actor), act="case.approve.approve", effect={})


def test_who_is_away_stands_in_for_nobody_and_nobody_delegates_in_turn(province: Province) -> None:
    clerk, counter = province.person("vanthu1"), province.person("motcua1")
    officer = province.person("chuyenvien1")
    named("motcua1", clerk)
    with pytest.raises(Refused, match="cũng vắng: Trần Thị Hồng Nhung"):  # a circle
        named("vanthu1", counter)
    by = actor_for("vanthu1", "reception")
    with pytest.raises(Forbidden):
        name_substitute(by=by, post=post_of(by), absent=clerk, people=[officer], until=now() + DAY)
    with pytest.raises(Refused, match="chức vụ khác"):
        named("vanthu1", province.person("soxd1"))  # of another line of the tree
    with pytest.raises(Invalid):
        named("vanthu1", officer, until=now() - DAY)
    with pytest.raises(Refused, match="tự bổ nhiệm"):
        named("vanthu1", clerk)
    assert first_free(["a", "b"], {"a"}) == (1, "b")


def test_where_the_substitute_goes_away_the_next_stands_in_and_at_the_end_it_is_told(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("xactin.identity.news.tell", lambda by, act, post, **more: told.append(act))
    clerk, officer = province.person("vanthu1"), province.person("chuyenvien1")
    named("motcua1", clerk, officer)
    assert tend() == 0
    named("vanthu1", province.person("chuyenvien3"))
    assert tend() == 1
    assert "H44.100:reception" in titles(province, "chuyenvien1")
    assert titles(province, "vanthu1") == ["H44.100:clerk", None]
    named("chuyenvien1", province.person("chuyenvien3"))
    assert tend() == 1
    assert told[-1] == "post.unattended"
    assert tend() == 0
    sequence_all()
    assert run_audit() == []


def test_a_sensitive_duty_takes_two_persons(province: Province) -> None:
    by = actor_for("chutich1")
    absent = province.person("chutich1")
    made = name_substitute(
        by=by, post=post_of(by), absent=absent, people=[province.person("vanthu1")], until=now() + DAY
    )
    assert isinstance(made, Proposal)
    assert "H44.100:chair" not in titles(province, "vanthu1")
    with pytest.raises(Refused):
        commands.confirm(proposal=made.pk, by=by)
    commands.confirm(proposal=made.pk, by=actor_for("quantri1"))
    stands = actor_for("vanthu1", "chair")
    assert stands.instead is not None
    assert "results.sign" in stands.duties
    end_substitution(holding=Holding.objects.get(terms__isnull=False).pk, by=by)
    assert "H44.100:chair" not in titles(province, "vanthu1")
    sequence_all()
    assert run_audit() == []


def test_who_stands_in_ends_with_whom_they_stand_in_for(province: Province) -> None:
    """Else somebody who was removed for cause would leave behind whoever they had named, for up to a year."""
    made = named("chuyenvien1", province.person("motcua1"), until=now() + 30 * DAY)
    ahead = named("chuyenvien1", province.person("vanthu1"), since=now() + DAY, until=now() + 2 * DAY)
    held = Holding.objects.get(person=province.person("chuyenvien1"), post=made.post, terms__isnull=True)
    commands.end_holding(holding=held, by=province.actor("quantri1"))
    for one in (made, ahead):
        one.refresh_from_db()
        assert one.until is not None
        assert one.until <= max(now(), one.since)
    assert "officer" not in str(titles(province, "motcua1"))
    sequence_all()
    assert run_audit(1) == []
