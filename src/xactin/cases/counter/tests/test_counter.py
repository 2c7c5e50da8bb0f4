"""At the counter: an official begins a case for a person, known or new, who is its applicant from then on."""

import re
from typing import Any

import pytest
from django.test import Client

from xactin.cases import testing
from xactin.cases.counter import code_commands
from xactin.cases.counter import queries as counter
from xactin.cases.counter.commands import NOTHING_SAID, Received, Seen, Visitor, begin_for
from xactin.cases.dossiers import queries
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.models import Case, Receipt
from xactin.cases.papers.testing import words
from xactin.cases.parties.tests import package
from xactin.cases.parties.tests.test_parties import OWNER, province
from xactin.cases.procedures import commands as procedures
from xactin.cases.tests.asking import Asker, problem
from xactin.cases.tests.test_passkey_doors import sent, with_passkey_alone
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


def taken(visitor: Visitor, username: str = DESK, seen: Seen = NOTHING_SAID, **changed: Any) -> Received:
    data = package.FORM | changed
    return begin_for(by=actor_for(username), visitor=visitor, code=package.CODE, data=data, seen=seen)


def begun(visitor: Visitor, username: str = DESK, seen: Seen = NOTHING_SAID, **changed: Any) -> Case:
    return Case.objects.get(pk=taken(visitor, username, seen, **changed).case)


def test_for_a_known_person_whose_own_it_is_then() -> None:
    case = begun(card_of(OWNER))
    first = ledger.entries_of(f"case:{case.pk}")[0]
    owner = actor_for(OWNER)
    assert (case.origin, case.applicant_id) == ("counter", owner.person_id)
    assert (first.statement["act"], first.effect["applicant"]) == ("case.begin", str(owner.person_id))
    assert first.statement["by"]["post"]
    assert first.effect["counter"] == {"agency": owner_agency(case), "present": False, "papers": {}}
    assert (case.received_at, case.due_at is not None) == (case.submitted_at, True)  # the limit runs
    assert queries.sees(owner, case.pk)
    assert queries.sees(actor_for(DESK), case.pk)
    assert queries.may_withdraw(owner, case)
    sequence_all()
    assert run_audit() == []
    Case.objects.filter(pk=case.pk).update(applicant_id=actor_for("congdan1").person_id)
    assert ["applicant" in one.text for one in run_audit()] == [True]


def owner_agency(case: Case) -> str:
    return str(case.agency.code)


def test_for_a_new_person_who_is_not_taken_for_compared() -> None:
    case = begun(NEW)
    assert case.applicant_id is not None
    person = Person.objects.get(pk=case.applicant_id)
    assert (person.id_number, person.full_name, person.verified_at) == ("025199012345", NEW.name, None)
    with pytest.raises(Invalid) as asked:  # two counters, one paper
        begun(NEW)
    assert list(asked.value.errors) == ["again"]
    assert case.number in asked.value.errors["again"]
    again = begun(NEW, seen=Seen(despite=["again"]))
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


def test_another_name_under_the_number_is_told_and_changes_nobody() -> None:
    begun(NEW)
    other = Visitor(number=NEW.number, name="Hà Thị Cũ")
    with pytest.raises(Invalid) as asked:
        begun(other)
    assert list(asked.value.errors) == ["namesake"]
    assert NEW.name not in asked.value.errors["namesake"]
    case = begun(other, seen=Seen(despite=["namesake"]))
    assert case.applicant_name == other.name
    named = Person.objects.filter(id_number="025199012345").values_list("full_name", flat=True)
    assert sorted(named) == ["Hà Thị Cũ", NEW.name]


def test_a_code_follows_the_dossier_until_another_takes_its_place() -> None:
    done = taken(NEW)
    first = ledger.entries_of(f"case:{done.case}")[1]
    assert first.statement["act"] == "case.follow_code"
    assert done.follow_code not in str(first.effect)
    found = counter.followed(done.number, done.follow_code.lower().replace("-", " "))
    assert found is not None
    assert found.pk == done.case
    other = taken(NEW, seen=Seen(despite=["again"]))
    for number, code in (
        (done.number, other.follow_code),
        (done.number, ""),
        (done.number, done.follow_code[:-1] + ("0" if done.follow_code[-1] != "0" else "1")),
        ("H44.100-261127-9999", done.follow_code),
    ):
        assert counter.followed(number, code) is None
    second = code_commands.replace(by=actor_for(DESK), case=done.case)
    assert counter.followed(done.number, done.follow_code) is None
    assert counter.followed(done.number, second) is not None
    with pytest.raises(Forbidden):
        code_commands.replace(by=actor_for("vanthu1"), case=done.case)
    # By a device: the code that is handed out is the one that it signed for.
    key, page = with_passkey_alone(DESK), f"/desk/receipts/{done.case}/code/"
    assert sent(Browser(DESK), key, page, compared="yes").status_code in (200, 302)
    assert counter.followed(done.number, second) is None
    sequence_all()
    assert run_audit() == []
    receipts = Receipt.objects.filter(case=done.case)
    receipts.update(mac=counter.mac_of(done.case, "0000-0000-0000"))
    assert ["receipt" in one.text for one in run_audit()] == [True]


def test_the_public_page_locks_a_number_after_five_wrong_codes(client: Client) -> None:
    done = taken(NEW)
    assert "theo dõi" in client.get("/follow/", {"number": done.number}).content.decode()
    right = {"number": done.number, "code": done.follow_code}
    shown = client.post("/follow/", right)
    assert (shown.status_code, shown.headers["cache-control"].count("no-store")) == (200, 1)
    text = shown.content.decode()
    assert done.number in text
    assert NEW.name not in text
    for number in (done.number, "H44.100-261127-9999"):
        for _try in range(5):
            assert client.post("/follow/", {"number": number, "code": "0000-0000-0000"}).status_code == 422
        assert client.post("/follow/", {"number": number, "code": "0000-0000-0000"}).status_code == 429
    assert client.post("/follow/", right).status_code == 429  # locked, also for who has the code


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


CARD = "025199012345||HÀ THỊ MỚI|02091999|Nữ|Tổ 3, phường Hòa Bình, tỉnh Phú Thọ|01072021"


def test_from_the_desk_with_nothing_typed_lost() -> None:
    desk = Browser(DESK)
    where = f"/desk/receive/{package.CODE}/"
    assert where in desk.page("/desk/begin/")
    assert Browser("vanthu1").open(where).status_code == 404
    assert "Đồng sở hữu cùng ký" in desk.page(where)
    card = {"visitor_number": "123", "visitor_name": NEW.name, "visitor_phone": "", "present": "yes"}
    short = desk.send(where, **card, **package.FORM)
    assert short.status_code == 422
    text = short.content.decode()
    assert package.FORM["title"] in text
    assert 'id="visitor_number-error"' in text
    absent = desk.send(where, **card | {"visitor_number": NEW.number, "present": ""}, **package.FORM)
    assert 'id="present-error"' in absent.content.decode()
    assert Case.objects.count() == 0
    sent = desk.send(where, **card | {"visitor_number": NEW.number}, **package.FORM)
    case = Case.objects.get()
    assert sent.headers["location"] == f"/desk/receipts/{case.pk}/"
    assert "Nhận tại Trung tâm Phục vụ hành chính công" in desk.page(f"/desk/cases/{case.pk}/")


def test_a_scan_fills_the_card_and_never_sends_the_form() -> None:
    desk = Browser(DESK)
    asked = desk.send("/desk/counter/", scan=f"{CARD}\n", words="tach thua")
    text = asked.content.decode()
    assert 'value="025199012345"' in text
    assert 'value="Hà Thị Mới"' in text
    assert f'formaction="/desk/receive/{package.CODE}/"' in text
    wrong = desk.send("/desk/counter/", scan="025199012345|x", visitor_name="Giữ Lại")
    assert wrong.status_code == 422
    assert 'value="Giữ Lại"' in wrong.content.decode()
    opened = desk.send(f"/desk/receive/{package.CODE}/", scan=CARD, present="yes", **package.FORM)
    assert opened.status_code == 200
    assert package.FORM["title"] in opened.content.decode()
    assert Case.objects.count() == 0


def test_a_receipt_is_printed_again_under_the_same_number_and_only_here_with_its_code() -> None:
    desk, colleague = Browser(DESK), Browser(DESK)
    card = {"visitor_number": NEW.number, "visitor_name": NEW.name, "present": "yes"}
    where = desk.send(f"/desk/receive/{package.CODE}/", **card, **package.FORM).headers["location"]
    case = Case.objects.get()
    printed = [words(desk.open(f"{where}01.pdf").content) for _time in range(2)]
    assert all(case.number in one for one in printed)
    page = desk.page(where)
    code = re.search(r'xt-code">([0-9A-Z-]{14})<', page)
    assert code is not None
    assert all(code[1] in one for one in printed)
    assert "mã theo dõi" not in words(colleague.open(f"{where}01.pdf").content)
    refused = desk.send(f"{where}code/")
    assert refused.status_code == 422
    desk.send(f"{where}code/", compared="yes")
    assert code[1] not in desk.page(where)
    assert counter.followed(case.number, code[1]) is None
    assert case.number in desk.page("/desk/receipts/")
    assert Browser("chuyenvien2").open(where).status_code == 404
    assert Browser("chuyenvien2").open(f"{where}01.pdf").status_code == 404
