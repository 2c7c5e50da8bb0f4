"""Drafts on the web: twins, two windows, several files for one paper; nothing that was entered or sent is lost."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xactin.cases import testing
from xactin.cases.applications import drafts
from xactin.cases.applications.tests.test_doors import answers, typed
from xactin.cases.models import Case, Draft
from xactin.cases.procedures import queries as procedures
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for

pytestmark = pytest.mark.django_db
BIRTH = "1.001193"
FORM = f"/procedures/{BIRTH}/apply/"


@pytest.fixture
def browser() -> Visitor:
    testing.province_with(testing.BIRTH, testing.PERMIT)
    return Visitor("congdan1")


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, testing.PDF)


def opened(browser: Visitor, draft: str = "") -> dict[str, str]:
    """The hidden inputs of the form as a window has them."""
    context = browser.open(FORM, **({"draft": draft} if draft else {})).context
    return {name: str(context[name]) for name in ("draft", "page", "seen")}


def sent(child: str, window: dict[str, str], **more: Any) -> dict[str, Any]:
    return dict(typed(answers(testing.BIRTH, {"/child/full_name": child}))) | window | more


def names() -> list[str]:
    return sorted(one.about for one in drafts.all_of(actor_for("congdan1"), BIRTH))


def test_twins_are_two_drafts_and_two_dossiers(browser: Visitor) -> None:
    for child in ("Trần An", "Trần Bình"):
        papers = {"document.birth_proof": pdf(f"{child}.pdf")}
        assert browser.send(FORM, **sent(child, opened(browser, str(uuid4())), **papers)).status_code == 302
    assert names() == ["Trần An", "Trần Bình"]
    page = browser.page("/cases/")
    assert "Trần An" in page
    first = next(one.id for one in drafts.all_of(actor_for("congdan1")) if one.about == "Trần An")
    check = browser.open(f"{FORM}check/", draft=first)
    office = next(one.value for one in check.context["handling"])
    assert office in check.content.decode()
    assert office.startswith("Ủy ban nhân dân")  # who signs sees whom it is for
    told = {"entry": str(check.context["entry"]), "shown": check.context["digest"]}
    assert browser.send(f"{FORM}check/?draft={first}", **told).status_code == 302
    assert Case.objects.count() == 1
    assert names() == ["Trần Bình"]


def test_a_draft_changed_in_another_window_is_told_and_never_overwritten(browser: Visitor) -> None:
    assert browser.send(f"{FORM}draft/", **sent("Một", opened(browser))).status_code == 200
    left, right = opened(browser), opened(browser)
    assert left["draft"] == right["draft"]
    assert browser.send(f"{FORM}draft/", **sent("Trái", left)).status_code == 200
    assert browser.send(f"{FORM}draft/", **sent("Trái nữa", left)).status_code == 200
    told = browser.send(f"{FORM}draft/", **sent("Phải", right))
    assert told.status_code == 409
    assert "cửa sổ khác" in told.json()["error"]
    assert names() == ["Phải", "Trái nữa"]
    # What the page now holds goes on as the draft it was given.
    assert (
        browser.send(f"{FORM}draft/", **sent("Phải nữa", right | {"draft": told.json()["draft"]})).status_code
        == 200
    )
    assert names() == ["Phải nữa", "Trái nữa"]
    page = browser.send(FORM, **sent("Không kịch bản", right))
    assert page.status_code == 409
    assert "cửa sổ khác" in page.content.decode()
    assert names() == ["Không kịch bản", "Phải nữa", "Trái nữa"]


def test_text_and_files_of_a_new_draft_that_come_at_once_are_one_draft(
    browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page sends its text and its first file in the same moment; each finds no draft yet and makes one."""
    person, mine = actor_for("congdan1"), uuid4()
    page = drafts.Page(own="page", seen="")
    meanwhile = [{"name": "text", "by": person}, {"name": "another's", "by": actor_for("congdan2")}]

    def sealed(value: bytes, context: str) -> bytes:
        # Between looking for the row and making it.
        while meanwhile and meanwhile[0]["name"] == told["first"]:
            one = meanwhile.pop(0)
            drafts.write(by=one["by"], code=BIRTH, draft=mine, page=page, data={"a": one["name"]}, agency="")
        return seal(value, context)

    told, seal = {"first": "text"}, drafts.secrets.seal
    monkeypatch.setattr(drafts.secrets, "seal", sealed)
    file = drafts.DraftFile("birth_proof", str(uuid4()), "a.pdf", 3, "application/pdf")
    drafts.change(by=person, code=BIRTH, draft=mine, how=lambda kept: drafts.with_files(kept, [file]))
    kept = drafts.of(person, BIRTH, mine)
    assert (kept.data, kept.files) == ({"a": "text"}, (file,))
    assert Draft.objects.count() == 1

    # What another made under this id stays the other's.
    Draft.objects.all().delete()
    told["first"] = "another's"
    own = drafts.write(by=person, code=BIRTH, draft=mine, page=page, data={"a": "own"}, agency="")
    assert own.id != str(mine)
    assert drafts.of(person, BIRTH, mine).data == {}


def test_what_is_attested_is_what_was_shown(browser: Visitor) -> None:
    window = opened(browser)
    papers = {"document.birth_proof": pdf("a.pdf")}
    assert browser.send(FORM, **sent("Trần An", window, **papers)).status_code == 302
    check = browser.open(f"{FORM}check/", draft=window["draft"])
    told = {"entry": str(check.context["entry"]), "shown": check.context["digest"]}
    assert browser.send(f"{FORM}draft/", **sent("Trần Ân", window)).status_code == 200
    again = browser.send(f"{FORM}check/?draft={window['draft']}", **told)
    assert again.status_code == 409
    assert "Trần Ân" in again.content.decode()
    assert not Case.objects.exists()


def test_one_paper_may_be_several_files_each_removed_by_itself(browser: Visitor) -> None:
    window = opened(browser)
    two = {"document.birth_proof": [pdf("mat-truoc.pdf"), pdf("mat-sau.pdf")]}
    assert browser.send(FORM, **sent("Trần An", window, **two)).status_code == 302
    more = browser.send(
        f"{FORM}files/", **{"document.birth_proof": pdf("trang-3.pdf"), "draft": window["draft"]}
    )
    assert more.status_code == 201
    actor = actor_for("congdan1")
    kept = drafts.of(actor, BIRTH)
    assert [file.name for file in kept.files] == ["mat-truoc.pdf", "mat-sau.pdf", "trang-3.pdf"]
    page = browser.send(FORM, **sent("Trần Ân", window, remove=kept.files[1].id))
    assert page.status_code == 200
    assert "mat-sau.pdf" not in page.content.decode()
    assert names() == ["Trần Ân"]
    # Something else is wrong: the files stay.
    wrong = browser.send(FORM, **sent("   ", window))
    assert wrong.status_code == 422
    assert "mat-truoc.pdf" in wrong.content.decode()
    assert "trang-3.pdf" in wrong.content.decode()


def test_a_supplement_keeps_its_files_on_an_error_and_takes_several(browser: Visitor) -> None:
    case = testing.apply(testing.PERMIT)
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "supplement", {"items": ["Bản vẽ các tầng"]})
    door = f"/cases/{case.pk}/supply/"
    data = dict(typed(answers(testing.PERMIT, {"/house/footprint": "9999"})))
    drawings = {"document.drawing": [pdf("tang-1.pdf"), pdf("tang-2.pdf")]}
    wrong = browser.send(door, **data, **drawings)
    assert wrong.status_code == 422
    line = next(one for one in wrong.context["documents"] if one["name"] == "document.drawing")
    ids = [one.id for one in line["files"] if one.id]
    assert [one.card.name for one in line["files"] if one.id] == ["tang-1.pdf", "tang-2.pdf"]
    right = dict(typed(answers(testing.PERMIT, {})))
    assert browser.send(door, **right, **{"document.drawing_id": ids}).status_code == 302
    case.refresh_from_db()
    assert {"document.drawing", "document.drawing.1"} <= set(case.state["parts"])
    assert not Draft.objects.exists()


def test_what_is_known_stands_only_where_it_is_that() -> None:
    """A firm's tax code is no number of a CCCD; a person's is."""
    testing.province_with(testing.BIRTH)
    known = {"full_name": "Công ty Sông Đà Xanh", "id_number": "0100109106", "phone": "0912000001"}
    package = procedures.today(BIRTH).package
    assert "0100109106" not in drafts.prefilled(package, known).values()
    assert {"Công ty Sông Đà Xanh", "0912000001"} <= set(drafts.prefilled(package, known).values())
    assert "025190000123" in drafts.prefilled(package, known | {"id_number": "025190000123"}).values()
