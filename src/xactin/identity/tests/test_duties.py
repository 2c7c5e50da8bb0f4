"""Duties of posts: given within one's own part of the tree, the sensitive ones by two persons, never to oneself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from xactin.identity import commands, news
from xactin.identity.commands import attest_standing
from xactin.identity.errors import Forbidden, Invalid, NotFound, Refused
from xactin.identity.models import Account, Agency, Holding, Post, Proposal
from xactin.identity.posts import proposal_commands
from xactin.identity.posts.founding import meet
from xactin.identity.posts.queries import change_told, could_confirm, to_confirm, waiting_for
from xactin.identity.queries import actor_for
from xactin.identity.rights import Actor
from xactin.identity.testing import Province, citizen, signed_in
from xactin.ledger.audit import Finding, run_audit
from xactin.ledger.models import Entry
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(province: Province) -> Actor:
    """A second administrator, appointed by the authority itself."""
    post = Post.objects.get(code="H44:administrator")
    commands.appoint(person=province.person("soxd1"), post=post)
    return province.actor("soxd1", "administrator")


@pytest.fixture
def of_a_commune(province: Province) -> Actor:
    """An administrator of one commune."""
    commune = province.agencies["H44.100"]
    post = commands.create_post(agency=commune, role="administrator", title_vi="A", title_en="A")
    commands.appoint(person=province.person("motcua1"), post=post)
    return province.actor("motcua1", "administrator")


def _post(code: str) -> Post:
    return Post.objects.select_related("agency").get(code=code)


def _acts(post: Post) -> list[str]:
    rows = Entry.objects.filter(subject=f"post:{post.id}").order_by("seq")
    return [str(orjson.loads(row.statement)["act"]) for row in rows]


def _found() -> Sequence[Finding]:
    sequence_all()
    return run_audit(1)


def test_nobody_makes_themselves_chair(province: Province, second: Actor) -> None:
    first, chair = province.actor("quantri1"), _post("H44.100:chair")
    with pytest.raises(Refused, match="hai người"):
        commands.appoint(person=province.person("congdan1"), post=chair, by=first)
    for act in (commands.appoint, commands.propose_holder):
        with pytest.raises(Refused, match="tự bổ nhiệm"):
            act(person=province.person("quantri1"), post=_post("H44.100:clerk"), by=first)
    mine = commands.propose_holder(post=chair, person=province.person("soxd1"), by=first)
    with pytest.raises(Refused, match="người thứ hai"):
        commands.confirm(proposal=mine.pk, by=first)
    with pytest.raises(Refused, match="cho mình"):  # who gains by it
        commands.confirm(proposal=mine.pk, by=second)
    assert not Holding.objects.filter(post=chair, person=province.person("soxd1")).exists()


def test_a_new_post_of_the_same_role_signs_nothing_without_a_second_person(
    province: Province, second: Actor
) -> None:
    first = province.actor("quantri1")
    made = commands.create_post(
        agency=province.agencies["H44.100"],
        role="chair",
        name="chair-2",
        title_vi="A",
        title_en="A",
        by=first,
    )
    assert "results.sign" not in (made.duties or ())
    with pytest.raises(Refused, match="hai người"):  # nobody sits there already when the duty comes
        commands.appoint(person=province.person("congdan1"), post=made, by=first)
    (waiting,) = made.proposals.all()
    commands.confirm(proposal=waiting.pk, by=second)
    assert {"results.sign", "results.revoke", "duties.confirm"} <= set(_post("H44.100:chair-2").duties or ())
    assert _acts(made) == ["post.create", "post.propose", "post.confirm", "post.duties"]


def test_what_two_persons_agree_on_holds_and_is_audited(province: Province, second: Actor) -> None:
    first, person = province.actor("quantri1"), province.person("congdan2")
    proposal = commands.propose_holder(post=_post("H44.100:chair"), person=person, by=first)
    assert [one.pk for one in waiting_for(second)] == [proposal.pk]
    assert to_confirm(second) == 1
    assert to_confirm(first) == 0
    commands.confirm(proposal=proposal.pk, by=second)
    assert province.actor("congdan2", "chair").has("results.sign", "H44/H44.100/")
    with pytest.raises(NotFound):
        commands.confirm(proposal=proposal.pk, by=second)
    assert not _found()
    Proposal.objects.filter(pk=proposal.pk).update(proposed_by=person)
    assert any("proposal" in found.text for found in _found())
    Proposal.objects.filter(pk=proposal.pk).update(proposed_by=first.person_id)
    Post.objects.filter(code="H44.100:clerk").update(duties=["results.sign"])
    assert any("duties" in found.text for found in _found())


def test_a_proposal_is_declined_by_another_or_taken_back(province: Province, second: Actor) -> None:
    first, chair = province.actor("quantri1"), _post("H44.100:chair")
    one = commands.propose_holder(post=chair, person=province.person("congdan1"), by=first)
    with pytest.raises(Refused, match="đề nghị"):
        commands.propose_holder(post=chair, person=province.person("congdan1"), by=second)
    with pytest.raises(Forbidden):
        commands.decline(proposal=one.pk, by=province.actor("thanhtra1"))
    commands.decline(proposal=one.pk, by=second)
    other = commands.propose_holder(post=chair, person=province.person("congdan2"), by=first)
    commands.decline(proposal=other.pk, by=first)
    assert {one.outcome for one in Proposal.objects.all()} == {"declined"}
    assert not province.person("congdan1").holdings.exists()


def test_the_founder_alone_appoints_only_the_first_who_can_confirm() -> None:
    commands.found_authority(
        code="H44",
        name_vi="A",
        name_en="A",
        username="quantri1",
        full_name="A",
        password=None,
        unit_code="25",
    )
    founder, place = actor_for("quantri1"), Agency.objects.get(code="H44")
    people = [citizen(f"nguoi{number}", "B").person for number in range(3)]
    signer = commands.create_post(
        agency=place, role="signer", title_vi="A", title_en="A", duties=["results.sign"], by=founder
    )
    assert signer.duties == []  # a second person has to be there first
    made = commands.propose_holder(post=_post("H44:administrator"), person=people[0], by=founder)
    assert made.outcome == "confirmed"
    effects = [orjson.loads(row.effect) for row in Entry.objects.filter(subject=f"post:{made.post_id}")]
    assert [one["alone"] for one in effects if "alone" in one] == [True]
    waits = commands.propose_holder(post=_post("H44:administrator"), person=people[1], by=founder)
    assert waits.outcome == ""
    commands.confirm(proposal=waits.pk, by=actor_for("nguoi0"))
    with pytest.raises(Refused):
        commands.appoint(person=people[2], post=signer, by=founder)


def test_nobody_founds_the_authority_again_by_taking_what_others_confirm_with(province: Province) -> None:
    first, chair = province.actor("quantri1"), _post("H44.100:chair")
    less = [one for one in chair.duties or () if one != "duties.confirm"]
    with pytest.raises(Refused, match="cần hai người"):
        commands.set_duties(post=chair, duties=less, by=first)
    # The chair goes; then one who confirms is left, and taking the duty from an empty post makes it no worse.
    commands.end_holding(holding=Holding.objects.get(post=chair), by=first)
    commands.set_duties(post=chair, duties=less, by=first)
    crony = citizen("nguoi9", "B").person
    made = commands.propose_holder(post=_post("H44:administrator"), person=crony, by=first)
    assert made.outcome == ""
    with pytest.raises(Refused, match="người thứ hai"):
        commands.confirm(proposal=made.pk, by=first)


def test_a_post_that_was_trusted_while_nobody_sat_there_ends_no_founding() -> None:
    day = [datetime(2026, 1, number, tzinfo=UTC) for number in range(1, 6)]
    assert meet([(day[1], day[2])], [(day[0], None)])
    assert meet([(day[1], None)], [(day[3], day[4])])
    assert not meet([(day[1], day[2])], [(day[0], day[1]), (day[2], None)])
    assert not meet([], [(day[0], None)])


def test_duties_are_given_within_ones_own_part_of_the_tree(province: Province, of_a_commune: Actor) -> None:
    with pytest.raises(Forbidden, match="phạm vi"):
        commands.set_duties(post=_post("H44.02:consultant"), duties=[], by=of_a_commune)
    with pytest.raises(Forbidden):
        commands.appoint(person=province.person("congdan1"), post=_post("H44.02:consultant"), by=of_a_commune)
    with pytest.raises(Forbidden):
        commands.create_agency(
            code="H44.9", kind="unit", name_vi="A", parent=province.agencies["H44"], by=of_a_commune
        )
    commands.set_duties(post=_post("H44.100.01:officer"), duties=[], by=of_a_commune)
    assert _post("H44.100.01:officer").duties == []


def test_sensitive_duties_wait_and_the_others_hold_at_once(province: Province) -> None:
    clerk, by = _post("H44.100:clerk"), province.actor("quantri1")
    waits = commands.set_duties(post=clerk, duties=["cases.work", "results.revoke", "limits.set"], by=by)
    assert waits is not None
    assert (waits.duties, _post(clerk.code).duties) == (["results.revoke"], ["cases.work", "limits.set"])
    again = commands.set_duties(post=clerk, duties=["cases.work", "results.revoke", "limits.set"], by=by)
    assert again is None  # one page sent twice asks a second person once
    commands.confirm(proposal=waits.pk, by=province.actor("chutich1"))  # of that commune
    assert "results.revoke" in (_post(clerk.code).duties or ())
    assert commands.set_duties(post=clerk, duties=["cases.work"], by=by) is None
    assert _post(clerk.code).duties == ["cases.work"]  # taking takes one


def test_nobody_gives_duties_to_a_post_they_hold(province: Province) -> None:
    by = province.actor("quantri1")
    with pytest.raises(Refused, match="đang giữ"):
        commands.set_duties(post=_post("H44:administrator"), duties=[*by.duties, "limits.set"], by=by)


def test_who_holds_a_post_does_not_confirm_its_duties(province: Province, second: Actor) -> None:
    """Also who came to hold it while they were proposed."""
    post = commands.create_post(
        agency=province.agencies["H44.100"], role="officer", name="officer-9", title_vi="A", title_en="A"
    )
    waits = commands.propose_duties(post=post, duties=["results.revoke"], by=province.actor("quantri1"))
    commands.appoint(person=province.person("soxd1"), post=post)
    with pytest.raises(Refused, match="cho mình"):
        commands.confirm(proposal=waits.pk, by=second)
    assert "results.revoke" not in (_post(post.code).duties or ())


@pytest.mark.parametrize(
    ("duties", "refusal"),
    [(["no.such"], Invalid), (["cases.work", "people.manage"], Refused)],
)
def test_what_no_post_can_have_is_refused(
    province: Province, duties: list[str], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        commands.set_duties(post=_post("H44.100:clerk"), duties=duties, by=province.actor("quantri1"))


def test_the_last_who_administers_is_not_disarmed(province: Province, of_a_commune: Actor) -> None:
    """Of a commune's administrators the last may go: the province covers it. Not the other way round."""
    by = province.actor("quantri1")
    commands.set_duties(post=_post("H44.100:administrator"), duties=[], by=by)
    holding = Holding.objects.get(post__code="H44:administrator")
    with pytest.raises(Refused, match="cuối cùng"):
        commands.end_holding(holding=holding, by=by)


def test_posts_of_before_get_their_usual_duties_once_attested(province: Province) -> None:
    Post.objects.update(duties=None)
    assert not province.actor("thanhtra1").duties
    total = Post.objects.count()
    assert commands.give_usual_duties() == total
    assert commands.give_usual_duties() == 0
    assert province.actor("thanhtra1").duties == {"cases.inspect", "readings.inspect"}
    assert _acts(_post("H44:auditor"))[-1] == "post.duties"
    assert not _found()


def test_who_confirms_and_who_inspects_are_told(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, object]] = []
    monkeypatch.setattr(news, "_listeners", [lambda body: told.append(dict(body))])
    by, chair = province.actor("quantri1"), _post("H44.100:chair")
    commands.propose_holder(post=chair, person=province.person("congdan1"), by=by)
    (event,) = told
    change = change_told(event)
    assert set(change.people) == {province.person("chutich1").pk, province.person("thanhtra1").pk}
    assert "Nguyễn Thị Hạnh" in change.text["vi"]
    assert change.title["vi"] != change.title["en"]
    assert change.url == "/proposals/"


def test_who_loses_a_duty_is_told_and_whoever_makes_a_post_weaker_is_not_alone_with_it(
    province: Province, second: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, object]] = []
    monkeypatch.setattr(news, "_listeners", [lambda body: told.append(dict(body))])
    by, auditor, chair = province.actor("quantri1"), _post("H44:auditor"), _post("H44.100:chair")
    commands.set_duties(post=auditor, duties=[], by=by)
    commands.set_duties(post=chair, duties=["cases.work"], by=by)
    commands.require_passkey(post=_post("H44.100:clerk"), required=True, by=by)
    commands.require_passkey(post=_post("H44.100:clerk"), required=False, by=by)
    commands.deactivate_account(person=second.person_id, by=by)
    assert [one["act"] for one in told] == ["post.duties", "post.duties", "post.policy", "account.deactivate"]
    lost, taken, weaker, gone = map(change_told, told)
    assert province.person("thanhtra1").pk in lost.people
    assert province.person("chutich1").pk in taken.people
    assert province.person("vanthu1").pk in weaker.people
    assert weaker.text["vi"].startswith("clerk")
    assert second.person_id in gone.people
    assert "Đỗ Minh Khôi" in gone.text["vi"]


def test_the_pages_propose_and_confirm(province: Province, second: Actor) -> None:
    client = signed_in("quantri1")
    sent = {"person": str(province.person("congdan1").id)}
    page = client.post("/agencies/posts/H44.100:chair/appoint/?q=hanh", sent, follow=True).content.decode()
    assert "đề nghị" in page
    (waiting,) = Proposal.objects.all()
    other = signed_in("soxd1")
    other.post("/me/hat/", {"hat": "H44:administrator"})
    page = other.get("/proposals/").content.decode()
    assert "Nguyễn Thị Hạnh" in page
    assert "Ký ban hành kết quả" in page
    assert other.post(f"/proposals/{waiting.pk}/", {"answer": "confirm"}).status_code == 302
    assert province.person("congdan1").holdings.filter(post__code="H44.100:chair").exists()
    duties = client.post("/agencies/posts/H44.100:clerk/duties/", {"duties": ["cases.work", "limits.set"]})
    assert duties.status_code == 302
    assert _post("H44.100:clerk").duties == ["cases.work", "limits.set"]
    refused = client.post("/agencies/posts/H44.100:clerk/duties/", {"duties": ["cases.work", "duties.give"]})
    assert refused.status_code == 422
    assert signed_in("motcua1").post(f"/proposals/{waiting.pk}/", {"answer": "confirm"}).status_code in (
        403,
        404,
    )


def test_where_nobody_is_left_who_could_confirm_the_machine_does_it_late_and_told(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, chair = province.actor("quantri1"), _post("H44.100:chair")
    made = commands.propose_holder(post=chair, person=province.person("congdan1"), by=first)
    with pytest.raises(Refused, match="Vẫn có người xác nhận được"):
        commands.confirm_for_want_of_others(proposal=made.pk)
    Account.objects.filter(person__in=_confirmers() - {first.person_id}).update(is_active=False)
    assert could_confirm(made) == []
    with pytest.raises(Refused, match="phải chờ đến"):
        commands.confirm_for_want_of_others(proposal=made.pk)
    assert not Holding.objects.filter(post=chair, person=province.person("congdan1")).exists()

    told: list[Mapping[str, Any]] = []
    monkeypatch.setattr(news, "_listeners", [told.append])
    monkeypatch.setattr(proposal_commands, "WAITS", timedelta(0))
    commands.confirm_for_want_of_others(proposal=made.pk)
    assert Holding.objects.filter(post=chair, person=province.person("congdan1")).exists()
    row = entries_of(f"post:{chair.pk}")[-2]
    assert (row.statement["act"], row.statement["by"]) == ("post.confirm", {"system": "identity"})
    assert row.effect["want"] is True
    change = change_told(told[-1])
    assert province.person("thanhtra1").pk in change.people
    assert "không còn ai xác nhận được" in change.text["vi"]
    Account.objects.update(is_active=True)
    attest_standing()
    assert _found() == []


def _confirmers() -> set[UUID]:
    held = Holding.objects.filter(post__duties__contains=["duties.confirm"])
    return set(held.values_list("person_id", flat=True))
