"""A substitute acts: the work is theirs within scope, the paper and the page say for whom."""

from datetime import timedelta

import pytest

from xactin.cases import testing
from xactin.cases.errors import Forbidden
from xactin.cases.lists import queries as lists
from xactin.cases.office.pieces import pieces
from xactin.cases.papers.context import signature_lines
from xactin.cases.tests.visiting import Visitor
from xactin.identity.commands import name_substitute
from xactin.identity.models import Post
from xactin.identity.queries import actor_for
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db


def test_within_scope_the_work_is_the_substitutes_and_the_page_says_for_whom() -> None:
    province = testing.province_with(testing.BIRTH, testing.PERMIT)
    birth, permit = testing.apply(testing.BIRTH), testing.apply(testing.PERMIT)
    by = actor_for("motcua1")
    post = Post.objects.select_related("agency").get(code=by.post_code)
    offered = {piece.id: piece for piece in pieces(post)}
    wanted = offered[f"{birth.version.code}/receive"]
    name_substitute(
        by=by,
        post=post,
        absent=province.person("motcua1"),
        people=[province.person("vanthu1")],
        until=now() + timedelta(days=1),
        capacity="TUQ.",
        acts=wanted.acts,
        scope=[wanted.id],
    )
    stands = actor_for("vanthu1", "reception")
    assert [row.case_id for row in lists.inbox(stands, lists.Filters())] == [birth.pk]
    assert len(lists.inbox(by, lists.Filters())) == 2
    task = testing.open_task(permit, "receive").token
    with pytest.raises(Forbidden, match="ngoài phạm vi"):
        testing.commands.act(by=stands, case=permit.pk, task=task, act="accept")
    task = testing.open_task(birth, "receive").token
    testing.commands.act(by=stands, case=birth.pk, task=task, act="accept")
    said = entries_of(f"case:{birth.pk}")[-1].statement
    assert said["for"] == {"person": str(by.person_id)}
    page = Visitor("motcua1").page(f"/desk/cases/{birth.pk}/")
    assert "Bùi Thị Lan, reception (ký thay Trần Thị Hồng Nhung)" in page
    sequence_all()
    assert run_audit() == []


def test_the_block_of_signature_follows_the_capacity() -> None:
    said = signature_lines(title="Chánh Văn phòng", capacity="TUQ.", head="Chủ tịch")
    assert said == ["TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"]
    said = signature_lines(title="Phó Chủ tịch", capacity="KT.", head="Chủ tịch", body="Ủy ban nhân dân")
    assert said == ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
