"""Agencies as a tree, posts held for a time."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from xactin.identity import commands, queries
from xactin.identity.agencies.units import Unit, provinces
from xactin.identity.errors import Forbidden, Invalid, NotFound, Refused
from xactin.identity.models import Agency, Holding, KeyMandate, Post
from xactin.identity.testing import Province, signed_in
from xactin.kernel.attestation import time_text
from xactin.ledger import commands as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.errors import MandateEnded
from xactin.ledger.models import Entry
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db


def test_a_commune_takes_its_name_from_the_list_of_units(province: Province) -> None:
    commune = province.agencies["H44.100"]
    assert commune.name_vi.startswith("Ủy ban nhân dân phường")
    assert commune.name_en.endswith("Ward")
    assert commune.path == "H44/H44.100/"


@pytest.mark.parametrize(("code", "unit"), [("h44.7", ""), ("H44.7", "99999"), ("H44.100", "")])
def test_wrong_codes_are_told_by_field(province: Province, code: str, unit: str) -> None:
    with pytest.raises(Invalid) as refused:
        commands.create_agency(
            code=code, kind="unit", name_vi="A", parent=province.agencies["H44"], unit_code=unit
        )
    assert refused.value.facts["field"] in ("code", "unit_code")


def test_the_tree_is_told_parents_first(province: Province) -> None:
    codes = [agency.code for _, agency in queries.agency_tree()]
    assert codes[0] == "H44"
    assert codes.index("H44.100") < codes.index("H44.100.01")
    assert {agency.code: depth for depth, agency in queries.agency_tree()}["H44.01.01"] == 2


def test_a_task_goes_to_the_nearest_agency_of_its_function(province: Province) -> None:
    commune = province.agencies["H44.100"]
    other = commands.create_agency(
        code="H44.101", kind="commune", parent=province.agencies["H44"], unit_code="07942"
    )
    theirs = commands.create_agency(
        code="H44.101.01", kind="unit", name_vi="B", parent=other, functions=["construction"]
    )
    assert queries.agency_for(commune.id, "construction") == province.agencies["H44.100.01"].id
    assert queries.agency_for(other.id, "construction") == theirs.id
    assert queries.agency_for(other.id, "land") == province.agencies["H44.01.01"].id
    assert queries.agency_for(commune.id, "handling") == commune.id
    with pytest.raises(LookupError):
        queries.agency_for(commune.id, "astronomy")
    found = queries.agencies_with(function="construction", near=commune)
    assert [agency.code for agency in found] == ["H44.100.01", "H44.101.01"]


def test_filled_posts_are_those_somebody_holds(province: Province) -> None:
    filled = queries.posts_filled()
    assert {("handling", "reception"), ("handling", "chair"), ("land", "consultant")} <= filled
    assert ("construction", "officer") in filled
    assert ("construction", "chair") not in filled
    chair = Holding.objects.get(post__code="H44.100:chair")
    commands.end_holding(holding=chair, by=province.actor("quantri1"))
    assert ("handling", "chair") not in queries.posts_filled()


def test_an_appointment_gives_a_hat_with_a_mandate_for_each_key(province: Province) -> None:
    person = province.person("congdan1")
    post = Post.objects.get(code="H44.100:clerk")
    holding = commands.appoint(person=person, post=post, by=province.actor("quantri1"))
    assert [hat.post_code for hat in queries.hats_of(province.accounts["congdan1"])] == [
        "H44.100:clerk",
        None,
    ]
    clerk = province.actor("congdan1", "clerk")
    assert clerk.agency_code == "H44.100"
    assert KeyMandate.objects.get(holding=holding).id == clerk.mandate_id
    signed = Entry.objects.filter(subject=f"post:{post.id}").latest("seq")
    since = time_text(holding.since)
    statement, effect = orjson.loads(signed.statement), orjson.loads(signed.effect)
    assert statement["act"] == "post.appoint"
    assert statement["by"]["post"] == "H44:administrator"
    assert effect == {"holding": str(holding.id), "person": str(person.id), "since": since, "until": None}
    with ledger.acting(subject="case:1", mandates=[clerk.mandate_id]) as chain:
        assert chain.seq == 0
    assert person.id in queries.holders_of(province.agencies["H44.100"].id, "clerk")


def test_the_end_of_a_post_ends_the_hat_and_its_mandates(province: Province) -> None:
    chair = province.actor("chutich1")
    holding = Holding.objects.get(post__code="H44.100:chair")
    commands.end_holding(holding=holding, by=province.actor("quantri1"))
    assert KeyMandate.objects.get(pk=chair.mandate_id).ended_at is not None
    assert province.actor("chutich1").post_code is None
    with pytest.raises(MandateEnded), ledger.acting(subject="case:1", mandates=[chair.mandate_id]):
        pass
    with pytest.raises(NotFound):
        commands.end_holding(holding=holding, by=province.actor("quantri1"))


def test_a_post_may_be_held_until_a_day(province: Province) -> None:
    person, post = province.person("congdan2"), Post.objects.get(code="H44.100:clerk")
    with pytest.raises(Invalid):
        commands.appoint(person=person, post=post, until=now() - timedelta(days=1))
    holding = commands.appoint(person=person, post=post, until=now() + timedelta(days=1))
    assert province.actor("congdan2", "clerk").post_code == "H44.100:clerk"
    Holding.objects.filter(pk=holding.pk).update(
        since=now() - timedelta(days=2), until=now() - timedelta(seconds=1)
    )
    with pytest.raises(queries.NoSuchHat):
        province.actor("congdan2", "clerk")


def test_nobody_holds_the_same_post_twice(province: Province) -> None:
    with pytest.raises(Refused):
        commands.appoint(person=province.person("chutich1"), post=Post.objects.get(code="H44.100:chair"))


def test_the_last_administrator_stays(province: Province) -> None:
    holding = Holding.objects.get(post__role="administrator")
    with pytest.raises(Refused):
        commands.end_holding(holding=holding, by=province.actor("quantri1"))


@pytest.mark.parametrize("username", ["chutich1", "thanhtra1", "congdan1"])
def test_only_an_administrator_changes_agencies_and_posts(province: Province, username: str) -> None:
    by = province.actor(username)
    with pytest.raises(Forbidden):
        commands.create_agency(code="H44.9", kind="unit", name_vi="A", by=by)
    with pytest.raises(Forbidden):
        commands.appoint(person=province.person(username), post=Post.objects.get(code="H44:auditor"), by=by)
    with pytest.raises(Forbidden):
        commands.end_holding(holding=Holding.objects.get(post__code="H44.100:clerk"), by=by)
    assert not Agency.objects.filter(code="H44.9").exists()


@pytest.mark.parametrize(
    ("name", "committee"),
    [
        ("Phường Hòa Bình", "Ủy ban nhân dân phường Hòa Bình"),
        ("Tỉnh Phú Thọ", "Ủy ban nhân dân tỉnh Phú Thọ"),
        ("Đặc khu Phú Quốc", "Ủy ban nhân dân đặc khu Phú Quốc"),
        ("Phường 1", "Ủy ban nhân dân Phường 1"),
    ],
)
def test_a_committee_is_named_as_on_papers(name: str, committee: str) -> None:
    assert Unit("1", "commune", "", name, "").committee == committee


def test_every_province_of_the_list_has_its_noun_within_a_sentence() -> None:
    assert {one.in_sentence.split()[0] for one in provinces()} == {"tỉnh", "thành"}
    assert next(one for one in provinces() if one.code == "25").in_sentence == "tỉnh Phú Thọ"


def test_an_agency_and_a_post_are_mended_and_closed(province: Province) -> None:
    by = province.actor("quantri1")
    unit = province.agencies["H44.100.02"]
    commands.edit_agency(agency=unit, name_vi="Phòng  Tư pháp", name_en="", functions=["civil_status"], by=by)
    post = Post.objects.get(code="H44.100.02:officer")
    commands.rename_post(post=post, title_vi="Công chức", title_en="Official", by=by)
    with pytest.raises(Refused, match="chưa đóng"):
        commands.close_agency(agency=unit, by=by)
    with pytest.raises(Refused, match="đảm nhiệm"):
        commands.close_post(post=post, by=by)
    commands.end_holding(holding=Holding.objects.get(post=post), by=by)
    commands.close_post(post=post, by=by)
    with pytest.raises(Refused, match="đã đóng"):
        commands.appoint(person=province.person("congdan1"), post=post, by=by)
    commands.close_agency(agency=unit, by=by)
    with pytest.raises(LookupError):
        queries.agency_for(province.agencies["H44.100"].id, "civil_status")
    sequence_all()
    assert run_audit(1) == []
    Agency.objects.filter(code=unit.code).update(name_vi="Khác")
    Post.objects.filter(pk=post.pk).update(closed_at=None)
    assert {one.subject for one in run_audit(1)} == {f"agency:{unit.code}", f"post:{post.pk}"}


def test_only_who_manages_mends_and_the_first_agency_stays(province: Province) -> None:
    with pytest.raises(Forbidden):
        commands.close_agency(agency=province.agencies["H44.02"], by=province.actor("chutich1"))
    with pytest.raises(Forbidden):
        commands.rename_post(
            post=Post.objects.get(code="H44.100:clerk"),
            title_vi="A",
            title_en="",
            by=province.actor("chutich1"),
        )
    with pytest.raises(Refused, match="đứng đầu"):
        commands.close_agency(agency=province.agencies["H44"], by=province.actor("quantri1"))
    client = signed_in("quantri1")
    sent = {"title_vi": "Công chức văn thư", "title_en": ""}
    assert client.post("/agencies/posts/H44.100:clerk/edit/", sent).status_code == 302
    assert "Công chức văn thư" in client.get("/agencies/H44.100/").content.decode()
    assert client.post("/agencies/H44.100/edit/", {"name_vi": " "}).status_code == 422


def test_a_tree_read_by_another_thread_before_the_commit_is_not_kept(
    province: Province, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = commands.create_agency(
            code="H44.100.09", kind="unit", name_vi="Phòng", parent=province.agencies["H44.100"]
        )
        Agency.objects.filter(pk=made.pk).update(name_vi="Cũ")
        assert queries.agency(made.pk).name_vi == "Cũ"  # as another thread reads it until then
        Agency.objects.filter(pk=made.pk).update(name_vi="Phòng")
    assert queries.agency(made.pk).name_vi == "Phòng"
