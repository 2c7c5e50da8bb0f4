"""What people send by mistake: told in their language, with the right status, and nothing is lost."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import commands
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn, Stale, TaskGone
from xactin.cases.models import Case, OpenTask
from xactin.cases.tests.asking import API, Asker, problem
from xactin.cases.tests.passkeys import enrol, signing
from xactin.identity.models import Account
from xactin.identity.queries import actor_for
from xactin.identity.tests.passkeys import assertion
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.errors import SignatureRefused
from xactin.ledger.testing import sequence_all
from xactin.vault import queries as vault
from xactin.vault.testing import a_photo

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


@pytest.fixture
def citizen() -> Asker:
    testing.province_with(testing.PERMIT)
    return Asker("congdan1")


def entries(case: Case) -> int:
    return len(ledger.entries_of(f"case:{case.pk}"))


# -- the form and its documents


def test_a_missing_and_a_wrong_field_are_named(citizen: Asker) -> None:
    body = citizen.application()
    del body["data"]["owner"]["full_name"]
    body["data"]["house"]["storeys"] = "ba"
    told = problem(citizen.post("/cases", body), 422)
    assert set(told["facts"]["errors"]) == {"/owner/full_name", "/house/storeys"}
    english = problem(Asker("congdan1", language="en").post("/cases", body), 422)
    assert english["title"] != told["title"]
    assert not Case.objects.exists()
    # The uploads are still there: the same files, with a mended form.
    body["data"] = testing.example(testing.PERMIT)["data"]
    assert citizen.post("/cases", body).status_code == 201


def test_a_missing_document_and_one_nobody_asked_for(citizen: Asker) -> None:
    body = citizen.application()
    first = body["documents"].pop(0)
    body["documents"].append({"kind": "selfie", "file": first["file"]})
    told = problem(citizen.post("/cases", body), 422)
    assert set(told["facts"]["errors"]) == {f"document.{first['kind']}", "document.selfie"}


def test_a_document_of_a_type_its_kind_does_not_take(citizen: Asker) -> None:
    png = a_photo("PNG")
    body = citizen.application()
    for given in body["documents"]:
        if given["kind"] == "drawing":
            given["file"] = citizen.upload(png, "anh.png").json()["id"]
    assert "document.drawing" in problem(citizen.post("/cases", body), 422)["facts"]["errors"]


def test_a_drawing_that_cannot_be_stamped_is_told_when_it_is_handed_in(citizen: Asker) -> None:
    """Locked by its author's certification: taken as any other paper, not as one that goes back stamped."""
    whole = copy_into_new_writer(PdfFileReader(io.BytesIO(testing.PDF)))
    whole.root["/Perms"] = DictionaryObject({pdf_name("/DocMDP"): DictionaryObject()})
    out = io.BytesIO()
    whole.write(out)
    body = citizen.application()
    for given in body["documents"]:
        if given["kind"] == "drawing":
            sent = citizen.upload(out.getvalue(), "ban-ve.pdf")
            assert sent.status_code == 201
            given["file"] = sent.json()["id"]
    told = problem(citizen.post("/cases", body), 422)["facts"]["errors"]
    assert "Chữ ký số trong tệp bản vẽ" in told["document.drawing"]


def test_one_file_for_two_documents(citizen: Asker) -> None:
    body = citizen.application()
    for given in body["documents"]:
        given["file"] = body["documents"][0]["file"]
    problem(citizen.post("/cases", body), 422)
    assert not Case.objects.exists()


def test_text_is_kept_in_one_spelling(citizen: Asker) -> None:
    """A Mac sends decomposed letters, a JavaScript client 3.0 for 3."""
    body = citizen.application()
    body["data"]["owner"]["full_name"] = "Nguye\u0302\u0303n Thi\u0323 Ha\u0323nh"
    body["data"]["house"]["storeys"] = 3.0
    case = citizen.post("/cases", body).json()["id"]
    content = citizen.get(f"/cases/{case}").json()["content"]
    assert content["form.owner"]["owner"]["full_name"] == "Nguyễn Thị Hạnh"
    assert content["form.house"]["house"]["storeys"] == 3


def test_a_body_that_is_no_json(citizen: Asker) -> None:
    headers = {"authorization": citizen._headers["authorization"]}
    answer = Client().post(f"{API}/cases", "{", content_type="application/json", headers=headers)
    problem(answer, 400)


def test_a_body_that_is_too_large_or_too_deep(citizen: Asker) -> None:
    body = citizen.application()
    problem(citizen.post("/cases", body | {"data": {"text": "x" * 6 * MEGABYTE}}), 413)
    deep: Any = []
    for _level in range(200):
        deep = [deep]
    problem(citizen.post("/cases", body | {"data": body["data"] | {"deep": deep}}), 400)
    assert not Case.objects.exists()


# -- files


def test_a_file_of_sixty_megabytes(citizen: Asker) -> None:
    told = problem(citizen.upload(b"%PDF-1.7\n" + bytes(60 * MEGABYTE)), 413)
    assert told["code"] == "file_too_large"


def test_a_pdf_that_is_a_page(citizen: Asker) -> None:
    told = problem(citizen.upload(b"<!DOCTYPE html><html><script>alert(1)</script></html>"), 415)
    assert "HTML" in told["title"]


def test_a_pdf_that_is_only_its_beginning(citizen: Asker) -> None:
    told = problem(citizen.upload(b"%PDF-1.7\n"), 422)
    assert told["code"] == "file_unreadable"
    assert "Xin Ông/Bà" in told["title"]


def test_an_encrypted_pdf(citizen: Asker) -> None:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(testing.PDF)))
    writer.encrypt("bí mật")
    out = io.BytesIO()
    writer.write(out)
    assert problem(citizen.upload(out.getvalue()), 422)["code"] == "file_encrypted"


def test_an_empty_file_and_none(citizen: Asker) -> None:
    assert problem(citizen.upload(b""), 422)["code"] == "file_empty"
    answer = Client().post(f"{API}/files", {}, headers=citizen._headers)
    problem(answer, 422)


def test_files_of_others_are_not_found(citizen: Asker) -> None:
    mine = citizen.upload().json()["id"]
    other = Asker("congdan2")
    problem(other.get(f"/files/{mine}"), 404)
    body = other.application()
    body["documents"][0]["file"] = mine
    problem(other.post("/cases", body), 422)
    assert citizen.get(f"/files/{mine}").status_code == 200


# -- acts


def test_an_act_out_of_turn_by_the_wrong_post_and_after_the_end(citizen: Asker) -> None:
    case = testing.apply()
    counter, chair, land = Asker("motcua1"), Asker("chutich1"), Asker("chuyenvien2")
    task = counter.task(case, "receive")["id"]
    where = f"/cases/{case.pk}/acts"
    problem(counter.post(where, {"task": "t99", "act": "approve"}), 409)
    assert problem(counter.post(where, {"task": task, "act": "approve"}), 409)["code"] == "out_of_turn"
    problem(counter.post(where, {"task": task, "act": "accept", "data": {"stray": 1}}), 422)
    problem(counter.post(where, {"task": task, "act": "refuse"}), 422)
    problem(land.post(where, {"task": task, "act": "accept"}), 404)
    problem(citizen.post(where, {"task": task, "act": "accept"}), 403)
    # The chair of the handling agency has no part yet, but the agency has: told why, not hidden.
    assert "title" in problem(chair.post(where, {"task": task, "act": "accept"}), 403)
    assert entries(case) == 1
    assert (
        counter.post(
            where, {"task": task, "act": "refuse", "data": {"reason": "Không thuộc thẩm quyền"}}
        ).status_code
        == 201
    )
    told = problem(counter.post(where, {"task": task, "act": "accept"}), 409)
    assert told["facts"]["act"] == "case.receive.refuse"
    problem(citizen.post(where, {"task": "withdraw", "act": "withdraw"}), 409)
    assert entries(case) == 2


def test_the_second_is_told_what_the_first_did(citizen: Asker) -> None:
    case = testing.apply()
    task = testing.open_task(case, "receive").token
    done = testing.do(case, "receive", "accept")
    with pytest.raises(TaskGone) as refused:
        commands.act(by=actor_for("motcua1"), case=case.pk, task=task, act="accept")
    facts = refused.value.facts
    assert (facts["act"], facts["entry"]) == ("case.receive.accept", str(done.entry))
    assert facts["by"] == actor_for("motcua1").by()
    assert "Trần Thị Hồng Nhung" in str(refused.value)


def test_a_rule_that_cannot_be_kept_leaves_the_case_as_it_was(citizen: Asker) -> None:
    case = testing.apply()
    testing.to_approval(case)
    testing.do(case, "approve", "approve")
    testing.do(case, "issue", "issue")
    with pytest.raises(OutOfTurn):
        applications.withdraw(by=actor_for("congdan1"), case=case.pk)


# -- content that changes


def asked_for_more(case: Case) -> None:
    """All three have answered; the appraisal asks the applicant for another drawing."""
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "consult")
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        testing.do(case, node, "agree", {"opinion": "Đồng ý"})
    testing.do(case, "appraise", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})


def test_a_changed_drawing_voids_only_the_answers_that_saw_it(citizen: Asker) -> None:
    case = testing.apply()
    asked_for_more(case)
    task = citizen.task(case, "supply")
    assert task["mine"]
    problem(citizen.post(f"/cases/{case.pk}/acts", {"task": "supply", "act": "supply"}), 422)
    problem(Asker("motcua1").post(f"/cases/{case.pk}/acts", {"task": "supply", "act": "supply"}), 403)
    problem(Asker("congdan2").post(f"/cases/{case.pk}/acts", {"task": "supply", "act": "supply"}), 404)
    drawing = {"kind": "drawing", "file": citizen.upload().json()["id"]}
    done = citizen.act(case, "supply", "supply", {"documents": [drawing]})
    assert done.status_code == 201, done.content
    # Infrastructure saw the drawing; land and environment did not, and their answers stand.
    assert set(OpenTask.objects.filter(case=case).values_list("node", flat=True)) == {
        "consult_infrastructure"
    }
    testing.do(case, "consult_infrastructure", "agree", {"opinion": "Đã xem bản vẽ mới"})
    assert OpenTask.objects.get(case=case).node == "appraise"
    files = {row.part: row for row in vault.files(subject=f"case:{case.pk}")}
    assert str(files["document.drawing"].id) == drawing["file"]
    sequence_all()
    assert run_audit(1) == []


def test_an_older_upload_that_is_sent_later_is_the_one_in_force(citizen: Asker) -> None:
    older = citizen.upload().json()["id"]
    case = testing.apply()
    asked_for_more(case)
    assert (
        citizen.act(case, "supply", "supply", {"documents": [{"kind": "drawing", "file": older}]}).status_code
        == 201
    )
    shown = {row["part"]: row["id"] for row in citizen.get(f"/cases/{case.pk}").json()["documents"]}
    assert shown["document.drawing"] == older


def test_answers_of_the_form_may_be_changed_and_nothing_else_falls(citizen: Asker) -> None:
    case = testing.apply()
    asked_for_more(case)
    data = testing.example(testing.PERMIT)["data"]
    data["schedule"]["months"] = 9
    assert citizen.act(case, "supply", "supply", {"data": data}).status_code == 201
    assert OpenTask.objects.get(case=case).node == "appraise"
    problem(
        citizen.post(f"/cases/{case.pk}/acts", {"task": "supply", "act": "supply", "data": {"data": data}}),
        409,
    )


@pytest.mark.parametrize("data", [{"documents": 1}, {"documents": [{"kind": "drawing"}]}, {"data": []}])
def test_a_supplement_that_is_not_of_its_form(citizen: Asker, data: dict[str, Any]) -> None:
    case = testing.apply()
    asked_for_more(case)
    problem(citizen.act(case, "supply", "supply", data), 422)
    assert Case.objects.get(pk=case.pk).phase == "supplement"


def test_a_signature_over_what_changed_meanwhile_is_refused(citizen: Asker) -> None:
    """A slow passkey: the drawing was replaced between reading and signing."""
    case = testing.apply()
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "consult")
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        testing.do(case, node, "agree", {"opinion": "Đồng ý"})
    key = enrol("chuyenvien1")
    by = signing("chuyenvien1")
    prepared = commands.prepare(
        by=by, case=case.pk, task=testing.open_task(case, "appraise").token, act="submit"
    )
    testing.do(case, "appraise", "supplement", {"items": ["Bản vẽ mới"]})
    applications.supply(
        by=actor_for("congdan1"),
        case=case.pk,
        documents=[applications.Given(kind="adjacent_safety", file=testing.an_upload(actor_for("congdan1")))],
    )
    with pytest.raises((Stale, TaskGone)):
        commands.complete(
            by=actor_for("chuyenvien1"),
            case=case.pk,
            entry=prepared.statement["id"],
            credential=assertion(key, prepared.challenge),
        )
    sequence_all()
    assert run_audit(1) == []


def test_a_signature_of_another_challenge_writes_nothing(citizen: Asker) -> None:
    case = testing.apply()
    key = enrol("motcua1")
    prepared = commands.prepare(
        by=signing("motcua1"), case=case.pk, task=testing.open_task(case, "receive").token, act="accept"
    )
    before = entries(case)
    with pytest.raises(SignatureRefused):
        commands.complete(
            by=actor_for("motcua1"),
            case=case.pk,
            entry=prepared.statement["id"],
            credential=assertion(key, b"\1" * 32),
        )
    assert entries(case) == before


# -- withdrawing


def test_only_the_applicant_withdraws(citizen: Asker) -> None:
    case = testing.apply()
    with pytest.raises(NotFound):
        applications.withdraw(by=actor_for("congdan2"), case=case.pk)
    with pytest.raises(Forbidden):
        applications.withdraw(by=actor_for("motcua1"), case=case.pk)
    applications.withdraw(by=actor_for("congdan1"), case=case.pk, note="Đổi ý")
    case.refresh_from_db()
    assert (case.phase, OpenTask.objects.filter(case=case).count()) == ("withdrawn", 0)
    sequence_all()
    assert run_audit(1) == []


def test_an_application_in_a_post_is_refused(citizen: Asker) -> None:
    with pytest.raises(Forbidden):
        applications.submit(by=actor_for("motcua1"), code="1.013225", data={})
    with pytest.raises(Invalid):
        applications.submit(by=actor_for("congdan1"), code="1.013225", data={"owner": 1.5})


def test_a_note_is_signed_whole_or_refused(citizen: Asker) -> None:
    """Line ends count once, as on a page; what is longer than a note may be is told, never cut."""
    case = testing.apply()
    client = Client()
    client.force_login(Account.objects.get(username="congdan1"))
    where = f"/cases/{case.pk}/withdraw/"
    refused = client.post(where, {"note": "a" * 4001})
    assert refused.status_code == 422
    assert {"4001", "a" * 4001} <= set(re.findall(r"\b(?:a+|4001)\b", refused.content.decode()))
    assert client.post(where, {"note": "b\r\n" * 1999 + "b"}).status_code == 302
    entry = ledger.entries_of(f"case:{case.pk}")[-1]
    part = f"note.{entry.id}"
    kept = vault.open_named(
        by="test", purpose="test", subject=f"case:{case.pk}", named={part: entry.statement["content"]}
    )
    assert kept[part][0] == {"note": "b\n" * 1999 + "b"}
