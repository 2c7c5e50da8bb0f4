"""The API by its document and its answers: the whole path, lists, repeated requests."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from xactin.cases import testing
from xactin.cases.dossiers import commands, services
from xactin.cases.models import Case, OpenTask, PendingAct
from xactin.cases.tests.asking import API, Asker, body_of, problem
from xactin.cases.tests.passkeys import enrol, signing
from xactin.identity import commands as identity
from xactin.identity.models import Post, Reply
from xactin.identity.queries import actor_for
from xactin.identity.tests.passkeys import assertion
from xactin.identity.web import idempotency
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
OFFICIALS = (
    "motcua1",
    "chuyenvien1",
    "chuyenvien2",
    "soxd1",
    "sonnmt1",
    "chutich1",
    "vanthu1",
    "chuyenvien3",
)


def workers() -> None:
    """What runs beside the web: the log, and services of flows."""
    sequence_all()
    for row in OpenTask.objects.filter(kind="service"):
        services.run_service(case=row.case_id, token=row.token)


def brought_to_an_end(case: str, askers: list[Asker]) -> dict[str, Any]:
    """Takes the act of kind `advance` of every task, with its example, until the case has ended."""
    for _round in range(20):
        workers()
        for asker in askers:
            answer = asker.get(f"/cases/{case}/tasks")
            for task in answer.json()["items"] if answer.status_code == 200 else ():
                if task["mine"]:
                    act = next(act for act in task["acts"] if act["kind"] == "advance")
                    done = asker.post(
                        f"/cases/{case}/acts",
                        {"task": task["id"], "act": act["id"], "data": act.get("example", {})},
                    )
                    assert done.status_code == 201, done.content
        told: dict[str, Any] = askers[0].get(f"/cases/{case}").json()
        if told["finished_at"]:
            break
    return told


@pytest.mark.parametrize(("name", "code"), [(testing.PERMIT, "1.013225"), (testing.BIRTH, "1.001193")])
def test_the_whole_path_by_the_document_and_the_answers_alone(name: str, code: str) -> None:
    testing.province_with(name)
    document = Client().get(f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    citizen = Asker("congdan1")
    assert code in {row["code"] for row in citizen.get("/procedures").json()["items"]}
    example = citizen.get(f"/procedures/{code}").json()["example"]
    documents = [{"kind": kind, "file": citizen.upload().json()["id"]} for kind in example["documents"]]
    applied = citizen.post("/cases", {"procedure": code, "data": example["data"], "documents": documents})
    assert applied.status_code == 201, applied.content
    case = applied.json()["id"]
    told = brought_to_an_end(case, [citizen, *map(Asker, OFFICIALS)])
    assert (told["phase"], told["state"]) == ("done", 10)
    assert body_of(citizen.get(f"/cases/{case}/result.pdf")).startswith(b"%PDF-")
    sequence_all()
    attested = citizen.get(f"/cases/{case}/attestations").json()["items"]
    assert [one["seq"] for one in attested] == list(range(len(attested)))
    assert all(one["index"] is not None for one in attested)
    assert b'"entries"' in citizen.get(f"/cases/{case}/bundle").content
    assert run_audit(1) == []


@pytest.fixture
def citizen() -> Asker:
    testing.province_with(testing.PERMIT)
    return Asker("congdan1")


def test_lists_are_filtered_and_paged(citizen: Asker) -> None:
    made = [testing.apply() for _number in range(3)]
    testing.do(made[0], "receive", "accept")
    counter = Asker("motcua1")
    first = counter.get("/cases", limit=2).json()
    assert [row["id"] for row in first["items"]] == [str(made[2].pk), str(made[1].pk)]
    rest = counter.get("/cases", limit=2, after=first["next"]).json()
    assert ([row["id"] for row in rest["items"]], rest["next"]) == ([str(made[0].pk)], None)

    def listed(**query: Any) -> list[str]:
        return [row["id"] for row in counter.get("/cases", **query).json()["items"]]

    assert listed(state=2) == [str(made[0].pk)]
    assert len(listed(state=1)) == 2
    assert listed(q="nguyen thi hanh") == listed(q="Nguyễn Thị Hạnh") == listed()
    assert listed(q=made[1].number) == [str(made[1].pk)]
    assert listed(q="khong co ai") == []
    later, sooner = ((now() + timedelta(days=days)).isoformat() for days in (60, 0))
    assert listed(due_before=later) == [str(made[0].pk)]
    assert listed(due_before=sooner) == []
    problem(counter.get("/cases", state=11), 422)
    problem(counter.get("/cases", due_before="2026-11-24T00:00:00"), 422)
    problem(counter.get("/cases", after="first"), 422)
    assert counter.get("/cases", q="a\0b").status_code in (400, 422)


def test_the_inbox_is_paged_and_of_who_asks(citizen: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        testing.apply()
    received = testing.apply()
    testing.do(received, "receive", "accept")
    monkeypatch.setattr("xactin.cases.lists.queries.PAGE", 2)
    counter = Asker("motcua1")
    seen, after = [], ""
    while True:
        page = counter.get("/tasks", after=after).json()
        seen += page["items"]
        if not page["next"]:
            break
        after = page["next"]
    assert [task["node"] for task in seen] == ["receive"] * 3
    assert len({task["case"]["id"] for task in seen}) == 3
    assert citizen.get("/tasks").json()["items"] == []
    assert len(citizen.get("/tasks", mine="false").json()["items"]) == 2
    assert [task["node"] for task in Asker("chuyenvien1").get("/tasks").json()["items"]] == ["review"]
    assert Asker("sonnmt1").get("/tasks").json() == {"items": [], "next": None}


def test_the_same_request_twice_is_one_application(citizen: Asker) -> None:
    body = citizen.application()
    first, second = (citizen.post("/cases", body, key="don-1") for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Case.objects.count() == 1
    told = problem(citizen.post("/cases", body | {"agency": "H44.100"}, key="don-1"), 422)
    assert told["code"] == "idempotency_key_reused"
    assert citizen.post("/cases", citizen.application(), key="don-2").status_code == 201
    # Another person's key of the same name is another key.
    other = Asker("congdan2")
    assert other.post("/cases", other.application(), key="don-1").status_code == 201
    assert Case.objects.count() == 3
    # What somebody did for themselves is no answer to what they ask in a post.
    officer = Asker("motcua1")
    officer._headers["xactin-post"] = "self"
    body = officer.application()
    assert officer.post("/cases", body, key="don-1").status_code == 201
    del officer._headers["xactin-post"]
    assert problem(officer.post("/cases", body, key="don-1"), 422)["code"] == "idempotency_key_reused"


def test_a_refused_request_may_be_mended_under_the_same_key(citizen: Asker) -> None:
    body = citizen.application()
    problem(citizen.post("/cases", body | {"documents": []}, key="don-1"), 422)
    assert citizen.post("/cases", body, key="don-1").status_code == 201


def test_an_answer_that_was_lost_is_told_from_the_ledger(
    citizen: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the commit: the key still stands as claimed, the act is done."""
    case = testing.apply()
    counter = Asker("motcua1")
    body = {"task": counter.task(case, "receive")["id"], "act": "accept"}

    def dies(*_given: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "_kept", dies)
        with pytest.raises(SystemExit):
            counter.post(f"/cases/{case.pk}/acts", body, key="nhan")
    again = counter.post(f"/cases/{case.pk}/acts", body, key="nhan")
    assert again.status_code == 201
    assert again.json()["entry"] == str(ledger.entries_of(f"case:{case.pk}")[-1].id)
    assert len(ledger.entries_of(f"case:{case.pk}")) == 2
    assert counter.post(f"/cases/{case.pk}/acts", body, key="nhan").json() == again.json()


def test_work_that_broke_off_is_done_by_the_next_request(
    citizen: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies before the commit: nothing was done, and the same key does it."""
    case = testing.apply()
    counter = Asker("motcua1")
    body = {"task": counter.task(case, "receive")["id"], "act": "accept"}

    def dies(*_given: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "_done", dies)
        with pytest.raises(SystemExit):
            counter.post(f"/cases/{case.pk}/acts", body, key="nhan")
    told = problem(counter.post(f"/cases/{case.pk}/acts", body, key="nhan"), 409)
    assert told["code"] == "idempotency_key_in_use"
    Reply.objects.update(created_at=now() - idempotency.PATIENCE)
    assert counter.post(f"/cases/{case.pk}/acts", body, key="nhan").status_code == 201
    assert len(ledger.entries_of(f"case:{case.pk}")) == 2


def test_a_post_that_asks_for_a_passkey_is_asked_and_signs(citizen: Asker) -> None:
    case = testing.apply()
    chair_key = enrol("motcua1")
    identity.require_passkey(
        post=Post.objects.get(code=actor_for("motcua1").post_code), required=True, by=actor_for("quantri1")
    )
    counter = Asker("motcua1")
    asked = counter.act(case, "receive", "accept", key="nhan")
    assert asked.status_code == 428
    told = asked.json()
    assert told["statement"]["act"] == "case.receive.accept"
    assert len(ledger.entries_of(f"case:{case.pk}")) == 1
    where = f"/cases/{case.pk}/acts/signature"
    wrong = assertion(chair_key, b"\0" * 32)
    problem(counter.post(where, {"entry": told["entry"], "credential": wrong}), 422)
    problem(counter.post(where, {"entry": told["entry"], "credential": {}}), 422)
    right = assertion(chair_key, bytes.fromhex(told["challenge"]))
    problem(Asker("chutich1").post(where, {"entry": told["entry"], "credential": right}), 404)
    done = counter.post(where, {"entry": told["entry"], "credential": right})
    assert done.status_code == 201, done.content
    problem(counter.post(where, {"entry": told["entry"], "credential": right}), 404)
    assert not PendingAct.objects.exists()
    assert ledger.entries_of(f"case:{case.pk}")[-1].custody == "passkey"
    sequence_all()
    assert run_audit(1) == []


def test_a_signature_that_comes_too_late_does_nothing(citizen: Asker) -> None:
    case = testing.apply()
    key = enrol("motcua1")
    prepared = commands.prepare(
        by=signing("motcua1"), case=case.pk, task=testing.open_task(case, "receive").token, act="accept"
    )
    PendingAct.objects.update(created_at=now() - commands.PENDING_TIME)
    answer = Asker("motcua1").post(
        f"/cases/{case.pk}/acts/signature",
        {"entry": prepared.statement["id"], "credential": assertion(key, prepared.challenge)},
    )
    problem(answer, 404)
    assert len(ledger.entries_of(f"case:{case.pk}")) == 1


def test_the_document_tells_every_operation_with_its_answers() -> None:
    document = Client().get(f"{API}/openapi.json").json()
    ours = {
        path for path in document["paths"] if "/cases" in path or "/procedures" in path or "/files" in path
    }
    assert len(ours) == 14
    for path in ours:
        for operation in document["paths"][path].values():
            assert any(status.startswith("2") for status in map(str, operation["responses"]))
            assert {"400", "422", "503"} <= set(map(str, operation["responses"]))
            for status, told in operation["responses"].items():
                assert told.get("content"), (path, status)
