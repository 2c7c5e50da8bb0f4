"""What was shown is what is signed: a part that changed since refuses the act and is named."""

import re

import pytest
from django.urls import reverse

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.models import Case
from xactin.cases.tests.asking import Asker, problem
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import load_package
from xactin.ledger.audit import audit
from xactin.ledger.audit.counts import UNSHOWN
from xactin.ledger.testing import sequence_all
from xactin.notices import queries as notices
from xactin.notices.testing import settle
from xactin.vault.ids import new_id as uuid7

pytestmark = pytest.mark.django_db


def shown_to(username: str, case: object, node: str) -> tuple[Asker, str, str]:
    asker, task = Asker(username), testing.open_task(case, node).token  # type: ignore[arg-type]
    items = asker.get(f"/cases/{case.pk}/tasks").json()["items"]  # type: ignore[attr-defined]
    return asker, task, next(one["shown"] for one in items if one["id"] == task)


def test_an_act_over_what_was_shown_before_a_change_is_refused_and_names_the_part() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "consult")
    testing.do(case, "consult_land", "agree", {"opinion": "Đất ở"})
    asker, task, shown = shown_to("sonnmt1", case, "consult_environment")
    testing.do(case, "consult_infrastructure", "agree", {"opinion": "Cống"})  # which this task does not read
    body = {"task": task, "act": "agree", "data": {"opinion": "Đồng ý"}}
    for other in ("0.abc", "", shown[:-1] + ("0" if shown[-1] != "0" else "1")):
        told = problem(asker.post(f"/cases/{case.pk}/acts", body | {"shown": other}), 409)
        assert "Nội dung đã thay đổi" in str(told), told
    answer = asker.post(f"/cases/{case.pk}/acts", body | {"shown": shown})
    assert answer.status_code == 201, answer.content
    land, task, _shown = shown_to("chuyenvien1", case, "appraise")
    body = {"task": task, "act": "submit", "data": {}}
    assert land.post(f"/cases/{case.pk}/acts", body).status_code == 201  # promised without it: done, and said
    told = land.get(f"/cases/{case.pk}/attestations").json()["items"]
    assert [one["act"] for one in told if not one["shown"]] == ["case.appraise.submit"]
    assert "không kèm dấu vết nội dung đã xem" in Visitor("chuyenvien1").page(f"/desk/cases/{case.pk}/")
    sequence_all()
    report = audit(1)
    assert (report.findings, report.looked_at[UNSHOWN]) == ([], 1)


def test_only_what_was_written_since_is_named() -> None:
    state = {"parts": {"form.a": "1" * 64, "form.b": "2" * 64}, "written": {"form.a": 0, "form.b": 4}}
    kept = engine.saw_of
    from xactin.kernel.procedure.flow import waiting

    seen = dict(state["parts"])
    patch = pytest.MonkeyPatch()
    patch.setattr(waiting, "saw_of", lambda package, now, task, act="": seen)
    try:
        with pytest.raises(engine.Refused) as refused:
            waiting.check_shown(None, state, "t1", "3." + "0" * 64)  # type: ignore[arg-type]
    finally:
        patch.undo()
    assert refused.value.facts["changed"] == ["form.b"]
    assert waiting.saw_of is kept


def test_a_page_carries_it_and_a_changed_one_is_told() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    task = testing.open_task(case, "receive").token
    desk, page = Visitor("motcua1"), reverse("cases:desk-case", kwargs={"case": case.pk})
    found = re.search(r'name="shown" value="([^"]+)"', desk.page(page))
    assert found is not None
    door = reverse("cases:act", kwargs={"case": case.pk, "task": task, "act": "accept"})
    refused = desk.send(door, entry=str(uuid7()), shown="0." + "0" * 64)
    assert refused.status_code == 409
    assert "Nội dung đã thay đổi" in refused.content.decode()
    assert desk.send(door, entry=str(uuid7()), shown=found[1]).status_code == 302


def test_a_part_that_changed_since_is_shown_before_and_after() -> None:
    testing.province_with(testing.BIRTH)
    case = testing.apply(testing.BIRTH)
    testing.do(case, "receive", "accept")
    task, desk = testing.open_task(case, "verify").token, Visitor("chuyenvien3")
    found = re.search(r'name="shown" value="([^"]+)"', desk.page(f"/desk/cases/{case.pk}/"))
    assert found is not None
    testing.do(case, "verify", "supplement", {"items": ["Tên của trẻ"]}, username="chuyenvien3")
    told = testing.example(testing.BIRTH)["data"]
    was, told["child"] = told["child"]["full_name"], told["child"] | {"full_name": "Nguyễn Khánh An"}
    applications.supply(by=actor_for("congdan1"), case=case.pk, data=told)
    door = reverse("cases:act", kwargs={"case": case.pk, "task": task, "act": "submit"})
    refused = desk.send(
        door, entry=str(uuid7()), shown=found[1], book="07/2026", personal_number="025326000123"
    )
    text = refused.content.decode()
    assert refused.status_code == 409
    changed = text.partition('id="changes"')[2].partition("</section>")[0]
    assert (f"<del>{was}</del>" in changed, "<ins>Nguyễn Khánh An</ins>" in changed) == (True, True)
    assert changed.count("<del>") == 1, "nothing else changed"
    assert 'value="07/2026"' in text, "what was typed stands there still"


def test_who_has_to_check_a_draft_is_asked_once_and_told_what_silence_means() -> None:
    testing.province_with(testing.BIRTH)
    told = load_package(testing.package_folder(testing.BIRTH)).examples["examples/draft-checked.yaml"]
    done = applications.submit(by=actor_for("congdan2"), code="1.001193", data=told["data"], documents=[])
    case = Case.objects.get(pk=done.case)
    testing.do(case, "receive", "accept")
    testing.do(
        case,
        "verify",
        "submit",
        {"personal_number": "025326001234", "book": "01/2026"},
        username="chuyenvien3",
    )
    testing.serve(case, "draft_result")
    settle()
    asked = notices.notices_of(actor_for("congdan2").person_id)[0]
    assert asked.title_vi == f"{case.number}: Kiểm tra bản nháp Giấy khai sinh"
    assert "Không trả lời được coi là đồng ý" in asked.text_vi
    assert "No answer is taken as consent" in asked.text_en
