"""Parties by the pages and by programs: invited, told, answered, signed."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from xactin.cases import openings
from xactin.cases.dossiers import queries
from xactin.cases.models import Party
from xactin.cases.parties import notices
from xactin.cases.parties.tests import package
from xactin.cases.parties.tests.test_parties import ASKER, OTHER, OWNER, begun, province
from xactin.cases.tests.asking import Asker, problem
from xactin.cases.tests.visiting import Visitor
from xactin.cases.web import access
from xactin.cases.web.lists import rows
from xactin.identity.models import Person
from xactin.identity.queries import actor_for
from xactin.notices.models import Notice
from xactin.notices.topics import Event

pytestmark = pytest.mark.django_db
__all__ = ["province"]


def named(username: str) -> dict[str, str]:
    person = Person.objects.get(account__username=username)
    return {"number": person.id_number, "name": person.full_name}


def told(**body: str) -> None:
    """What the relay does with the event of an act."""
    notices.told(Event(id=1, topic="case.party", body=body, created=datetime(2026, 11, 2, tzinfo=UTC)))


def test_in_a_browser_from_the_invitation_to_the_signature() -> None:
    case, asker, owner = begun(), Visitor(ASKER), Visitor(OWNER)
    where = f"/cases/{case.pk}/parties/"
    assert "Đồng sở hữu" in asker.page(where)
    assert owner.open(where).status_code == 404
    wrong = asker.send(where, kind="co_owner", number="000", name="Ai Đó")
    assert wrong.status_code == 422
    assert 'value="Ai Đó"' in wrong.content.decode()  # what was typed is not lost
    assert asker.send(where, kind="co_owner", **named(OWNER)).status_code == 302
    assert "Chưa trả lời" in asker.page(where)
    row = Party.objects.get()
    told(case=str(case.pk), invitation=str(row.pk), by="x")
    assert Notice.objects.get(person=row.person).url == f"/cases/invitations/{row.pk}/"
    page = owner.page(f"/cases/invitations/{row.pk}/")
    assert case.number in page
    assert package.FORM["title"] not in page
    assert f"/cases/invitations/{row.pk}/" in owner.page("/cases/")
    assert Visitor(OTHER).open(f"/cases/invitations/{row.pk}/").status_code == 404
    answer = owner.send(f"/cases/invitations/{row.pk}/answer/", answer="accept")
    assert answer.status_code == 302
    told(case=str(case.pk), invitation=str(row.pk))
    assert Notice.objects.filter(person=case.applicant_id).exists()
    page = owner.page(f"/cases/{case.pk}/")
    assert package.FORM["title"] in page
    assert package.FORM["price"] not in page
    for form in ("01", "02", "03"):
        assert owner.open(f"/cases/{case.pk}/papers/{form}.pdf").status_code == 404
    # Who joined is told of what is opened, and nobody calls them what they are not.
    assert f"case:{case.pk}" in openings._about(row.person_id)
    assert [one["holders"] for one in rows.with_holders([case], "/desk/")] == [
        ["Đồng sở hữu ký: Đồng sở hữu"]
    ]
    (waiting,) = queries.tasks_of(actor_for(OWNER), case)
    signed = owner.send(f"/cases/{case.pk}/{waiting.row.token}/agree/", shown=waiting.shown)
    assert signed.status_code == 302
    assert "Đồng sở hữu" in Visitor("chutich1").page(f"/desk/cases/{case.pk}/")


def test_taken_back_in_a_browser_and_by_a_program() -> None:
    case, asker, program = begun(), Visitor(ASKER), Asker(ASKER)
    where = f"/cases/{case.pk}/parties/"
    asker.send(where, kind="co_owner", **named(OWNER))
    row = Party.objects.get()
    assert f"{where}{row.pk}/revoke/" in asker.page(where)
    assert Visitor(OWNER).send(f"{where}{row.pk}/revoke/").status_code == 404
    assert asker.send(f"{where}{row.pk}/revoke/").status_code == 302
    assert f"{where}{row.pk}/revoke/" not in asker.page(where)
    assert asker.send(f"{where}{row.pk}/revoke/").status_code == 409
    told(case=str(case.pk), invitation=str(row.pk))
    assert "rút lại" in Notice.objects.get(person=row.person).title_vi
    page = Visitor(OWNER).page(f"/cases/invitations/{row.pk}/")
    assert "Đã rút lại" in page
    assert "/answer/" not in page
    sent = program.post(f"/cases/{case.pk}/parties", {"kind": "co_owner", **named(OWNER)}).json()
    place = f"/cases/{case.pk}/parties/{sent['invitation']}/revoke"
    problem(Asker(OWNER).post(place, {}), 404)
    assert program.post(place, {}).json()["state"] == "revoked"
    assert problem(program.post(place, {}), 409)["code"] == "out_of_turn"


def test_nobody_finds_out_a_number_by_inviting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "INVITATIONS", "3/h/key")
    cache.clear()
    case, asker, program = begun(), Visitor(ASKER), Asker(ASKER)
    guess = {"kind": "co_owner", "number": "025190000999", "name": "Trần Văn Minh"}
    assert [asker.send(f"/cases/{case.pk}/parties/", **guess).status_code for _time in range(2)] == [422] * 2
    problem(program.post(f"/cases/{case.pk}/parties", guess), 422)
    refused = program.post(f"/cases/{case.pk}/parties", guess | named(OWNER))
    assert problem(refused, 429)["code"] == "too_often"
    assert refused.headers["Retry-After"] == "3600"
    answer = asker.send(f"/cases/{case.pk}/parties/", **guess)
    assert answer.status_code == 429
    assert 'value="Trần Văn Minh"' in answer.content.decode()
    assert asker.open(f"/cases/{case.pk}/parties/").status_code == 200
    cache.clear()


def test_by_programs() -> None:
    case, asker, owner = begun(), Asker(ASKER), Asker(OWNER)
    body = {"kind": "co_owner", **named(OWNER)}
    where = f"/cases/{case.pk}/parties"
    problem(owner.post(where, body), 404)
    problem(asker.post(where, body | {"kind": "asker"}), 422)
    first, again = (asker.post(where, body, key="one") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    (waiting,) = owner.get("/invitations").json()["items"]
    assert (waiting["number"], waiting["kind"]) == (case.number, "co_owner")
    place = f"/invitations/{waiting['invitation']}/answer"
    problem(Asker(OTHER).post(place, {"accept": True}), 404)
    assert owner.post(place, {"accept": True}).json()["state"] == "accepted"
    assert problem(owner.post(place, {"accept": False}), 409)["code"] == "out_of_turn"
    assert [one["state"] for one in asker.get(where).json()["items"]] == ["accepted"]
    assert owner.act(case, "report", "agree").status_code == 201
    whole = owner.get(f"/cases/{case.pk}").json()
    assert package.FORM["price"] not in str(whole)
