"""At the counter: an official begins a case for a person, known or new, who is its applicant from then on."""

from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.counter.commands import Visitor, begin_for
from xactin.cases.dossiers import queries
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.models import Case
from xactin.cases.parties.tests import package
from xactin.cases.parties.tests.test_parties import OWNER, province
from xactin.cases.procedures import commands as procedures
from xactin.cases.tests.asking import Asker, problem
from xactin.cases.tests.visiting import Visitor as Browser
from xactin.identity.models import Person
from xactin.identity.queries import actor_for
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
__all__ = ["province"]
DESK = "motcua1"
NEW = Visitor(number="025 199 012 345", name="Hà Thị Mới", phone="0912000009")


def card_of(username: str) -> Visitor:
    person = Person.objects.get(account__username=username)
    return Visitor(number=person.id_number, name=person.full_name)


def begun(visitor: Visitor, username: str = DESK, **changed: Any) -> Case:
    done = begin_for(by=actor_for(username), visitor=visitor, code=package.CODE, data=package.FORM | changed)
    return Case.objects.get(pk=done.case)


def test_for_a_known_person_whose_own_it_is_then() -> None:
    case = begun(card_of(OWNER))
    first = ledger.entries_of(f"case:{case.pk}")[0]
    owner = actor_for(OWNER)
    assert (case.origin, case.applicant_id) == ("counter", owner.person_id)
    assert (first.statement["act"], first.effect["applicant"]) == ("case.begin", str(owner.person_id))
    assert first.statement["by"]["post"]
    assert queries.sees(owner, case.pk)
    assert queries.sees(actor_for(DESK), case.pk)
    assert queries.may_withdraw(owner, case)
    sequence_all()
    assert run_audit() == []
    Case.objects.filter(pk=case.pk).update(applicant_id=actor_for("congdan1").person_id)
    assert ["applicant" in one.text for one in run_audit()] == [True]


def test_for_a_new_person_who_is_not_taken_for_compared() -> None:
    case = begun(NEW)
    assert case.applicant_id is not None
    person = Person.objects.get(pk=case.applicant_id)
    assert (person.id_number, person.full_name, person.verified_at) == ("025199012345", NEW.name, None)
    again = begun(NEW)
    assert again.applicant_id == case.applicant_id
    sequence_all()
    assert run_audit() == []


def test_what_is_refused_leaves_nobody_behind() -> None:
    before = Person.objects.count()
    for visitor, field in (
        (Visitor(number="123", name=NEW.name), "number"),
        (Visitor(number=NEW.number, name="Hà"), "name"),
    ):
        with pytest.raises(Invalid) as refused:
            begun(visitor)
        assert list(refused.value.errors) == [field]
    with pytest.raises(Invalid):
        begun(NEW, title="")
    with pytest.raises(Forbidden):
        begun(NEW, username="vanthu1")
    with pytest.raises(Forbidden):
        begun(NEW, username="congdan1")
    with pytest.raises(Invalid):  # the number is a verified person's, who is called otherwise
        begun(Visitor(number=card_of(OWNER).number, name="Người Nào Khác"))
    assert (Person.objects.count(), Case.objects.count()) == (before, 0)


def test_nobody_receives_their_own_dossier() -> None:
    desk = actor_for(DESK)
    Person.objects.filter(pk=desk.person_id).update(id_number="025080000001")
    with pytest.raises(Forbidden):
        begun(card_of(DESK))


def test_by_a_program_and_not_where_the_package_names_no_counter() -> None:
    body = {"procedure": package.CODE, "data": package.FORM}
    visitor = {"number": NEW.number, "name": NEW.name}
    answer = Asker(DESK).post("/cases", body | {"visitor": visitor})
    assert (answer.status_code, answer.json()["origin"]) == (201, "counter")
    problem(Asker("congdan1").post("/cases", body | {"visitor": visitor}), 403)
    procedures.publish_folder(by=actor_for("quantri1"), folder=testing.package_folder("internal-task"))
    problem(Asker(DESK).post("/cases", body | {"visitor": visitor, "procedure": "NB.01"}), 403)


def test_from_the_desk_with_nothing_typed_lost() -> None:
    desk = Browser(DESK)
    where = f"/desk/receive/{package.CODE}/"
    assert where in desk.page("/desk/begin/")
    assert Browser("vanthu1").open(where).status_code == 404
    assert "Đồng sở hữu cùng ký" in desk.page(where)
    card = {"visitor_number": "123", "visitor_name": NEW.name, "visitor_phone": ""}
    short = desk.send(where, **card, **package.FORM)
    assert short.status_code == 422
    text = short.content.decode()
    assert package.FORM["title"] in text
    assert 'id="visitor_number-error"' in text
    sent = desk.send(where, **card | {"visitor_number": NEW.number}, **package.FORM)
    case = Case.objects.get()
    assert sent.headers["location"] == f"/desk/cases/{case.pk}/"
    assert "Nhận tại Trung tâm Phục vụ hành chính công" in desk.page(f"/desk/cases/{case.pk}/")
