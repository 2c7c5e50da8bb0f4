"""Pictures of signatures and seals: who sets them, that papers show them, and that the audit sees them."""

import io

import pytest

from xactin.cases import testing
from xactin.cases.errors import Forbidden
from xactin.cases.models import Case, Result
from xactin.cases.papers.signing.seal import CHAIR
from xactin.cases.papers.tests.test_pictures import BLACK, BLUE, RED, picture
from xactin.cases.results import commands, pictures
from xactin.cases.tests.visiting import Visitor
from xactin.identity.models import Agency
from xactin.identity.queries import actor_for
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
PAGE = "/desk/signatures/"


def file(colour: tuple[int, int, int, int]) -> io.BytesIO:
    sent = io.BytesIO(picture(colour))
    sent.name = "chu-ky.png"
    return sent


@pytest.fixture(autouse=True)
def _province() -> None:
    testing.province_with(testing.PERMIT)


def test_a_signers_own_picture_is_what_their_papers_show() -> None:
    case = testing.apply()
    chair = actor_for("chutich1")
    commands.set_signature(by=chair, stream=file(BLUE))
    testing.to_result(case)
    by = {"person": str(chair.person_id), "post": chair.post_code}
    assert set(pictures.shown(by, "H44.100", by="result")) == {CHAIR}
    kept = pictures.opened(pictures.signature_subject(chair.person_id), by="result", purpose="seal")
    assert kept
    assert kept.startswith(b"\x89PNG")
    assert Result.objects.get(case=Case.objects.get(pk=case.pk)).sha256
    sequence_all()
    assert run_audit() == []


@pytest.mark.parametrize("username", ["motcua1", "quantri1", "congdan1"])
def test_nobody_else_has_a_signature_on_papers(username: str) -> None:
    with pytest.raises(Forbidden):
        commands.set_signature(by=actor_for(username), stream=file(BLUE))


def test_an_administrator_sets_the_picture_of_a_seal() -> None:
    agency = Agency.objects.get(code="H44.100")
    with pytest.raises(Forbidden):
        commands.set_seal(by=actor_for("chutich1"), agency=agency, stream=file(RED))
    admin = Visitor("quantri1")
    assert "Phường Hòa Bình".lower() in admin.page(PAGE).lower()
    assert admin.send(PAGE, **{"seal": agency.code, agency.code: file(BLACK)}).status_code == 422
    assert pictures.standing(pictures.seal_subject(agency.code)) is None
    assert admin.send(PAGE, **{"seal": agency.code, agency.code: file(RED)}).status_code == 302
    shown = admin.open(f"{PAGE}seal/{agency.code}.png")
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/png"
    assert f"{PAGE}seal/{agency.code}.png" in admin.page(PAGE)


def test_the_page_is_for_who_signs_or_administers() -> None:
    assert "Chữ ký của tôi" in Visitor("chutich1").page(PAGE)
    assert Visitor("motcua1").open(PAGE).status_code == 403
    assert Visitor("chutich1").open(f"{PAGE}seal/H44.100.png").status_code == 404
    assert Visitor("chutich1").open(f"{PAGE}hand.png").status_code == 404, "none is set yet"
    wrong = Visitor("chutich1").send(PAGE, hand=file(BLACK))
    assert wrong.status_code == 422
    assert "màu xanh" in wrong.content.decode()
