"""Whatever door an act comes by, a post that signs with a passkey alone can do it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.erasure import commands as erasure
from xactin.cases.models import Case, Erasure, Result
from xactin.cases.rights import ERASE
from xactin.cases.tests.asking import Asker
from xactin.cases.tests.passkeys import enrol
from xactin.cases.tests.visiting import Visitor
from xactin.identity import commands as identity
from xactin.identity.models import Post
from xactin.identity.queries import actor_for
from xactin.identity.testing import give_usually
from xactin.identity.tests.passkeys import assertion
from xactin.kernel.signatures import b64u
from xactin.kernel.testing import SoftPasskey
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
BASIS = "Điều 14 Luật Bảo vệ dữ liệu cá nhân"
WORK = {"title": "Rà soát", "request": "Nêu nguyên nhân", "units": ["H44.100.01"]}


def with_passkey_alone(username: str) -> SoftPasskey:
    """From now on the post of this account signs with its passkey alone."""
    post = Post.objects.get(code=actor_for(username).post_code)
    identity.require_passkey(post=post, required=True, by=actor_for("quantri1"))
    return enrol(username)


def brought(asked: Mapping[str, Any], key: SoftPasskey) -> dict[str, Any]:
    """What comes back with the same request."""
    credential = assertion(key, bytes.fromhex(asked["challenge"]))
    return {"token": asked["token"], "credential": credential}


def sent(who: Visitor, key: SoftPasskey, path: str, **data: Any) -> Any:
    """A form as the page's script sends it: rehearsed, signed by the device, sent."""
    asked = who.send(path, headers={"Xactin-Rehearsal": "1"}, **data)
    assert asked.status_code == 428, asked.content
    return who.send(path, **data, **{"passkey-signature": json.dumps(brought(asked.json(), key))})


def signed_acts(case: Case) -> list[str]:
    """The acts of a case that a passkey signed."""
    return [row.statement["act"] for row in entries_of(f"case:{case.pk}") if row.custody == "passkey"]


def test_a_result_is_revoked() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    Result.objects.create(case=case, code="0" * 28, issued_at=now())
    key, chair = with_passkey_alone("chutich1"), Visitor("chutich1")
    place = f"/desk/cases/{case.pk}/revoke/"
    assert chair.send(place, reason="Cấp sai").status_code == 428  # without the script: a page that says why
    assert chair.send(place, headers={"Xactin-Rehearsal": "1"}, reason=" ").status_code == 204
    answer = sent(chair, key, place, reason="Cấp sai thẩm quyền")
    assert answer.status_code == 302, answer.content.decode()
    assert Result.objects.get(case=case).revoked_reason == "Cấp sai thẩm quyền"
    assert signed_acts(case) == ["case.revoke"]


def test_an_erasure_is_ordered_and_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    give_usually(monkeypatch, ERASE, {"chair", "auditor"})
    case = testing.finished_work()
    chair, place = Visitor("chutich1"), f"/desk/cases/{case.pk}/erase/"
    identity.require_passkey(
        post=Post.objects.get(code="H44.100:chair"), required=True, by=actor_for("quantri1")
    )
    order = {"part": "form.task", "basis": BASIS}
    # A page that says why it did not sign is no question for a device: the script sends the form, and shows it.
    assert chair.send(place, headers={"Xactin-Rehearsal": "1"}, **order).status_code == 204
    assert "chưa đăng ký khóa nào" in chair.send(place, **order).content.decode()
    key = enrol("chutich1")
    assert sent(chair, key, place, **order).status_code == 302
    erasure.drop(by=actor_for("thanhtra1"), erasure=Erasure.objects.get().pk)
    waiting = erasure.order(by=actor_for("thanhtra1"), case=case.pk, basis=BASIS)
    assert sent(chair, key, f"{place}{waiting}/").status_code == 302
    assert Erasure.objects.get(pk=waiting).outcome == "erased"
    assert signed_acts(case) == ["case.order_erasure", "case.erase"]
    sequence_all()
    assert run_audit(1) == []


def test_a_case_begins_by_page_and_by_the_api() -> None:
    testing.province_with("internal-task")
    key, chair = with_passkey_alone("chutich1"), Visitor("chutich1")
    assert sent(chair, key, "/desk/begin/NB.01/", **WORK).status_code == 302
    assert signed_acts(Case.objects.get()) == ["case.begin"]

    program, body = Asker("chutich1"), {"procedure": "NB.01", "data": WORK}
    asked = program.post("/cases", body, key="viec")
    assert asked.status_code == 428
    assert [one["act"] for one in asked.json()["statements"]] == ["case.begin"]
    assert Case.objects.count() == 1
    header = b64u(json.dumps(brought(asked.json(), key)).encode())
    other = program.post("/cases", body | {"data": WORK | {"title": "Khác"}}, signature=header)
    assert (other.status_code, Case.objects.count()) == (422, 1)
    done = program.post("/cases", body, key="viec", signature=header)
    assert done.status_code == 201, done.content
    assert signed_acts(Case.objects.get(number=done.json()["number"])) == ["case.begin"]
    sequence_all()
    assert run_audit(1) == []


def test_the_api_says_what_is_wrong_before_it_asks_for_a_signature() -> None:
    testing.province_with("internal-task")
    program = Asker("chutich1")
    with_passkey_alone("chutich1")
    wrong = program.post("/cases", {"procedure": "NB.01", "data": WORK | {"units": ["H44.999"]}})
    assert wrong.status_code == 422
    for header in ("!", b64u(b"{}"), b64u(b'{"token": "aa", "credential": {}}')):
        assert (
            program.post("/cases", {"procedure": "NB.01", "data": WORK}, signature=header).status_code == 422
        )
    assert not Case.objects.exists()
