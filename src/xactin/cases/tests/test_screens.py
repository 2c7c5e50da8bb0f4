"""What people find on the pages of a dossier: who has it, what was said, what comes next."""

import csv
import html
import io
import re

import pytest
from django.test import Client

from xactin.cases import testing
from xactin.cases.applications.commands import submit, supply
from xactin.cases.dossiers.queries import tasks_of
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.models import ActDraft, Case
from xactin.cases.tests.asking import Asker, problem
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.identity.testing import PASSWORD
from xactin.notices import queries as notices
from xactin.notices.testing import settle
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db
REASON = "Hồ sơ không thuộc thẩm quyền giải quyết"
NOTE = "Đã gọi điện cho chủ hộ, chưa nghe máy"


@pytest.fixture(autouse=True)
def _province() -> None:
    testing.province_with(testing.PERMIT)


def noted(case: Case, node: str, act: str, data: dict[str, object] | None = None) -> None:
    """An act with a note for colleagues."""
    asker = Asker(testing.DOERS[node])
    body = {"task": asker.task(case, node)["id"], "act": act, "data": data or {}, "note": NOTE}
    assert asker.post(f"/cases/{case.pk}/acts", body).status_code == 201


def test_who_is_refused_reads_why_and_what_can_be_done() -> None:
    case = testing.apply()
    noted(case, "receive", "refuse", {"reason": REASON})
    text = Visitor("congdan1").page(f"/cases/{case.pk}/")
    assert REASON in text
    assert "Lý do không tiếp nhận hồ sơ" in text
    assert "Nộp lại hồ sơ" in text
    assert "khiếu nại" in text
    assert NOTE not in text


def test_notes_reach_colleagues_and_nobody_else() -> None:
    case = testing.apply()
    noted(case, "receive", "accept")
    testing.do(case, "review", "consult")
    path = f"/desk/cases/{case.pk}/"
    for colleague in ("motcua1", "chuyenvien1", "chutich1", "thanhtra1"):
        assert NOTE in Visitor(colleague).page(path)
    assert NOTE not in Visitor("soxd1").page(path)
    assert NOTE not in Visitor("congdan1").page(f"/cases/{case.pk}/")


def test_a_note_is_no_reason_that_the_applicant_is_told() -> None:
    from xactin.cases.dossiers import queries

    case = testing.apply()
    noted(case, "receive", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})
    told = queries.said_last(Case.objects.get(pk=case.pk), "supplement", by="test")
    assert told is not None
    assert (told.reason, told.items) == ("", ["Bản vẽ mặt cắt móng"])


def test_the_timeline_names_people_and_posts() -> None:
    case = testing.apply()
    waiting = Visitor("congdan1").page(f"/cases/{case.pk}/")
    assert actor_for("motcua1").name in waiting, "who has it now"
    testing.do(case, "receive", "accept")
    done = Visitor("congdan1").page(f"/cases/{case.pk}/")
    assert actor_for("motcua1").name in done, "who did it"
    assert actor_for("chuyenvien1").name in done


def test_a_supplement_shows_what_was_sent_already() -> None:
    case = testing.apply()
    testing.do(case, "receive", "supplement", {"items": ["Bản vẽ"]})
    text = Visitor("congdan1").page(f"/cases/{case.pk}/")
    assert text.count("Đã nộp; tệp mới thay cho các tệp này theo thứ tự") == len(
        testing.example(testing.PERMIT)["documents"]
    )


def test_the_draft_stands_beside_the_act_that_signs_it() -> None:
    case = testing.apply()
    testing.to_approval(case)
    for username, beside in (("chutich1", True), ("chuyenvien1", False)):
        text = Visitor(username).page(f"/desk/cases/{case.pk}/")
        assert ("Dự thảo kết quả" in text.partition("<h2>Giấy tờ kèm theo")[0]) is beside


def test_the_stamped_drawing_is_told_from_the_one_sent() -> None:
    case = testing.apply()
    testing.to_result(case)
    text = Visitor("congdan1").page(f"/cases/{case.pk}/")
    title = '<p class="xt-file-title">Bản vẽ thiết kế xây dựng, đã đóng dấu kèm theo kết quả</p>'
    assert text.count(title) == 1


def test_steps_that_a_finished_dossier_never_needed_are_called_so() -> None:
    case = testing.apply()
    testing.do(case, "receive", "refuse", {"reason": "Không thuộc thẩm quyền"})
    desk = Visitor("motcua1").page(f"/desk/cases/{case.pk}/")
    flow = desk.partition('<figure class="xt-flow"')[2].partition("</figure>")[0]
    assert "Không cần" in flow
    assert "Chưa đến" not in flow


def test_a_firm_is_told_who_may_apply_before_it_fills_anything_in() -> None:
    code = testing.apply().version.code
    firm, address = Visitor("doanhnghiep1"), f"/procedures/{code}/apply/"
    answer = firm.open(address)
    assert answer.status_code == 403
    assert "tài khoản của chính mình" in answer.content.decode()
    assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main")[0]
    assert Visitor("congdan1").open(address).status_code == 200
    # Nor is it offered before: only who may apply, or is not known yet, sees the button.
    offered = f'href="{address}"'
    portal = f"/procedures/{code}/"
    assert offered not in firm.page(portal)
    assert "tài khoản của chính mình" in firm.page(portal)
    assert offered in Visitor("congdan1").page(portal)
    assert offered in Client().get(portal).content.decode()
    assert Client().get(f"/api/v1{portal[:-1]}").json()["applicants"] == ["citizen"]
    with pytest.raises(Forbidden):
        submit(by=actor_for("doanhnghiep1"), code=code, data={})


def test_words_written_for_a_task_that_is_gone_are_not_lost() -> None:
    case = testing.apply()
    task = testing.open_task(case, "receive").token
    testing.do(case, "receive", "accept")
    written = {"items": "Bản vẽ mặt cắt móng", "note-to-colleagues": NOTE}
    answer = Visitor("motcua1").send(f"/desk/cases/{case.pk}/{task}/supplement/", **written)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "đã thực hiện lúc" in text
    assert NOTE in text
    assert "Bản vẽ mặt cắt móng" in text


@pytest.mark.parametrize(
    ("path", "words"), [("/desk/", "Không tìm thấy việc nào"), ("/cases/", "Không tìm thấy hồ sơ nào")]
)
def test_an_empty_choice_is_told_from_an_empty_list(path: str, words: str) -> None:
    testing.apply()
    visitor = Visitor("motcua1" if path == "/desk/" else "congdan1")
    assert words in visitor.page(path, q="khôngcónhưvậy")
    assert words not in visitor.page(path)


@pytest.mark.parametrize(("username", "place"), [("thanhtra1", "/desk/cases/"), ("quantri1", "/agencies/")])
def test_posts_without_tasks_begin_where_they_work(username: str, place: str) -> None:
    answer = Visitor(username).open("/desk/")
    assert answer.status_code == 302
    assert answer.headers["location"] == place


def test_the_inbox_can_be_taken_along() -> None:
    case = testing.apply()
    text = Visitor("motcua1").page("/desk/", format="csv").removeprefix("\ufeff")
    by, choice, header, row = csv.reader(io.StringIO(text))
    actor = actor_for("motcua1")
    assert by[0].startswith(f"{actor.name} ({actor.post_title}, {actor.agency_name}) lập")
    assert choice[0] == "Bộ lọc: Tất cả. Số dòng: 1"
    assert header[0] == "Công việc"
    assert row[:4] == ["Tiếp nhận hồ sơ", case.number, case.version.name_vi, case.applicant_name]
    assert Visitor("motcua1").open("/desk/", format="xlsx").content.startswith(b"PK")


def test_an_auditor_sees_whose_each_dossier_is_to_handle() -> None:
    case = testing.apply()
    assert case.agency.name_vi in Visitor("thanhtra1").page("/desk/cases/")
    text = Visitor("thanhtra1").page("/desk/cases/", format="csv")
    assert case.agency.name_vi in text


def test_a_procedure_without_a_dossier_has_no_states_in_its_flow() -> None:
    assert "Chưa đến" not in Visitor("congdan1").page("/procedures/1.013225/")


@pytest.mark.parametrize("name", ["Nguyễn\x07 Văn A", "Nguyễn \u202eVăn A"])
def test_text_that_no_paper_prints_is_refused(name: str) -> None:
    asker = Asker("congdan1")
    body = asker.application()
    body["data"]["owner"]["full_name"] = name
    told = problem(asker.post("/cases", body), 422)
    assert "ký tự không in được" in told["facts"]["errors"]["/owner/full_name"]


def test_at_work_the_pages_of_applicants_lead_to_the_desk() -> None:
    case = testing.apply()
    officer = Visitor("motcua1")
    assert officer.open("/cases/").headers["location"] == "/desk/cases/"
    assert officer.open(f"/cases/{case.pk}/").headers["location"] == f"/desk/cases/{case.pk}/"
    assert officer.open(f"/cases/{case.pk}/papers/01.pdf").status_code == 200


def test_who_is_at_work_is_offered_to_change() -> None:
    official, form = Visitor("motcua1"), "/procedures/1.013225/apply/"
    refused = official.open(form)
    assert refused.status_code == 403
    panel = refused.content.decode().partition('class="xt-panel"')[2]
    hat = panel.partition('name="hat" value="')[2].partition('"')[0]
    assert official.send("/me/hat/", hat=hat, next=form).status_code == 302
    assert official.open(form).status_code == 200


def test_notices_stay_in_the_place_where_one_works() -> None:
    for username, at_the_desk in (("motcua1", True), ("congdan1", False)):
        assert ("xt-desk-frame" in Visitor(username).page("/notices/")) is at_the_desk


def _carried(page: str, act: str, name: str) -> str:
    """What an act's form carries unseen: who writes there (`writer`), what its page shows (`shown`)."""
    form = page.partition(f"/{act}/")[2]
    return form.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_what_was_typed_when_the_session_ended_comes_back_and_goes_with_the_act() -> None:
    case = testing.apply()
    page = f"/desk/cases/{case.pk}/"
    form = f"{page}{testing.open_task(case, 'receive').token}/refuse/"
    official = Visitor("motcua1")
    typed = {"reason": REASON, "writer": _carried(official.page(page), "refuse", "writer")}
    sign_in = Client().post(form, typed)["Location"]
    assert sign_in == f"/accounts/login/?next={form}"
    assert official.open(form)["Location"].startswith(page)
    assert REASON in official.page(page)
    assert REASON not in Visitor("chutich1").page(page)  # who sees the dossier too
    assert REASON.encode() not in bytes(ActDraft.objects.get().sealed)
    assert official.send(form, reason=REASON).status_code == 409, "what was shown is not said"
    sent = official.send(form, reason=REASON, shown=_carried(official.page(page), "refuse", "shown"))
    assert sent.status_code == 302
    assert "Đã thực hiện và ký: Tiếp nhận hồ sơ: Từ chối tiếp nhận" in official.page(sent["Location"])
    assert not ActDraft.objects.exists()


def test_words_are_kept_only_for_whom_the_page_was_drawn_and_where() -> None:
    case = testing.apply()
    page, token = f"/desk/cases/{case.pk}/", testing.open_task(case, "receive").token
    official = Visitor("motcua1")
    writer = _carried(official.page(page), "refuse", "writer")
    for act, words in (("refuse", writer + "x"), ("supplement", writer), ("refuse", "")):
        Client().post(f"{page}{token}/{act}/", {"reason": REASON, "writer": words})
        assert official.send(f"{page}{token}/{act}/typed/", reason=REASON, writer=words).status_code == 409
    assert not ActDraft.objects.exists()
    assert official.send(f"{page}{token}/refuse/typed/", reason=REASON, writer=writer).status_code == 204
    assert "chưa gửi đi" in official.page(page)


def test_the_list_leads_on_from_one_dossier_to_the_next_with_its_filters() -> None:
    first, second, third = testing.apply(), testing.apply(), testing.apply()
    official = Visitor("motcua1")
    here = "/desk/?code=1.013225&q=Nguyen"
    page = official.page(f"/desk/cases/{second.pk}/", list=here)
    for case, key in ((first, "k"), (third, "j")):
        assert f'data-key="{key}" href="/desk/cases/{case.pk}/?list=%2Fdesk%2F%3Fcode%3D1.013225' in page
    task = testing.open_task(second, "receive").token
    form = page.partition(f'action="/desk/cases/{second.pk}/{task}/accept/')[2].partition('"')[0]
    sent = official.send(
        f"/desk/cases/{second.pk}/{task}/accept/{html.unescape(form)}",
        shown=_carried(page, "accept", "shown"),
    )
    done = official.page(sent["Location"])
    assert "Đã thực hiện và ký: Tiếp nhận hồ sơ" in done
    assert f'href="/desk/cases/{third.pk}/?list=%2Fdesk%2F%3Fcode%3D1.013225' in done
    assert "Hồ sơ tiếp theo trong danh sách" in done
    elsewhere = official.page(f"/desk/cases/{first.pk}/", list="https://evil.example/", next=str(third.pk))
    assert "evil.example" not in elsewhere.partition("<main")[2].partition("xt-task")[0]


def test_an_objection_looks_like_one_and_going_on_against_it_takes_a_reason_that_the_chair_sees() -> None:
    case = testing.apply()
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "consult")
    for node, act in (
        ("consult_land", "agree"),
        ("consult_infrastructure", "object"),
        ("consult_environment", "agree"),
    ):
        testing.do(case, node, act, {"opinion": "Khoảng lùi chưa bảo đảm" if act == "object" else "Được"})
    officer = Visitor("chuyenvien1").page(f"/desk/cases/{case.pk}/")
    assert officer.partition("xt-task-acts")[0].count("xt-objection-mark") == 1
    with pytest.raises(Invalid) as refused:
        testing.do(case, "appraise", "submit")
    assert list(refused.value.errors) == ["/against"]
    testing.do(case, "appraise", "submit", {"against": "Đã điều chỉnh khoảng lùi"})
    testing.serve(case, "draft_result")
    above = Visitor("chutich1").page(f"/desk/cases/{case.pk}/").partition("xt-task-acts")[0]
    for told in (
        "Trước khi ký",
        "2 đồng ý, 1 không đồng ý",
        "Đã điều chỉnh khoảng lùi",
        "Khoảng lùi chưa bảo đảm",
    ):
        assert told in above
    assert 'data-view="application/pdf"' in above, "the draft, beside the data"


def test_who_signed_in_again_elsewhere_loses_no_word_and_no_act_is_done_without_the_token_of_forms() -> None:
    case = testing.apply()
    page, token = f"/desk/cases/{case.pk}/", testing.open_task(case, "receive").token
    official, form = Client(enforce_csrf_checks=True), f"{page}{token}/refuse/?list=%2Fdesk%2F"
    assert official.login(username="motcua1", password=PASSWORD)
    drawn = official.get(page).content.decode()
    carried = {name: _carried(drawn, "refuse", name) for name in ("writer", "shown")}
    for writer, status in ((carried["writer"], 302), ("", 403)):
        sent = official.post(form, carried | {"reason": REASON, "writer": writer})
        assert sent.status_code == status
    assert official.get(form).headers["location"] == f"{page}?list=%2Fdesk%2F"
    again = official.get(page).content.decode()
    assert REASON in again
    assert Case.objects.get(pk=case.pk).phase == "submitted"
    right = {name: _carried(again, "refuse", name) for name in ("writer", "shown", "csrfmiddlewaretoken")}
    assert official.post(form, right | {"reason": REASON}).status_code == 302
    assert Case.objects.get(pk=case.pk).phase == "refused"


def test_a_bell_says_what_is_left_to_do() -> None:
    """A notice that asks counts as read once what it asks is done, by whomever; the next one says of what it is."""
    case = testing.apply()
    settle()
    counter = actor_for("motcua1").person_id
    told = notices.notices_of(counter)
    assert [one.text_vi for one in told] == [
        f"{case.number}, Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ"
    ]
    assert notices.unread_count(counter) == 1
    testing.do(case, "receive", "accept")
    settle()
    assert notices.unread_count(counter) == 0
    assert notices.unread_count(actor_for("chuyenvien1").person_id) == 1


def test_who_applies_hears_of_what_they_have_to_do_or_wait_for_and_of_nothing_else() -> None:
    """A step of the office moves nothing for them; what is asked says until when, and what no answer means."""
    case, owner = testing.apply(), actor_for("congdan1").person_id
    testing.do(case, "receive", "accept")
    settle()
    testing.do(case, "review", "supplement", {"items": ["Bản vẽ mặt cắt"]})
    settle()
    asked, received, sent = notices.notices_of(owner)
    assert [one.title_vi.partition(": ")[2] for one in (sent, received)] == ["Mới đăng ký", "Được tiếp nhận"]
    assert re.search(r"Hẹn trả kết quả: \d\d:\d\d, \d\d/\d\d/\d{4}", received.text_vi)
    assert re.search(
        r"bổ sung trước \d\d:\d\d, \d\d/\d\d/\d{4}. Quá thời điểm đó, hồ sơ được giải quyết tiếp",
        asked.text_vi,
    )
    assert notices.unread_count(owner) == 1, "what came before is out of date"
    assert "Quá thời điểm đó, hồ sơ được giải quyết tiếp" in Visitor("congdan1").page(f"/cases/{case.pk}/")
    data = testing.example(testing.PERMIT)["data"]
    data["schedule"]["months"] += 1
    supply(by=actor_for("congdan1"), case=case.pk, data=data)
    (task,) = (one for one in tasks_of(actor_for("chuyenvien1"), Case.objects.get(pk=case.pk)) if one.mine)
    assert "supplement" not in {act.id for act in task.task.acts}, (
        "it may be asked once: it is not offered again"
    )
    testing.do(case, "review", "consult")
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        testing.do(case, node, "agree", {"opinion": "Đồng ý"})
    settle()
    assert len(notices.notices_of(owner)) == 4


def test_why_a_dossier_is_opened_is_said_truly() -> None:
    """Who inspects does not work on it, and nothing is compared where nothing was changed."""
    case = testing.apply()
    for username in ("thanhtra1", "motcua1"):
        Visitor(username).page(f"/desk/cases/{case.pk}/")
    about = [f"case:{case.pk}"]
    why = {(one.who, one.purpose) for one in vault.openings(subjects=about, limit=100)}
    auditor, counter = (str(actor_for(name).person_id) for name in ("thanhtra1", "motcua1"))
    assert (auditor, "inspect") in why
    assert (counter, "desk") in why
    assert (auditor, "desk") not in why
    assert "changed" not in {purpose for _who, purpose in why}
