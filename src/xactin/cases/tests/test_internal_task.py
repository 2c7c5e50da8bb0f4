"""An internal task, whole: nobody applies, a leader begins it, units report, the leader returns or accepts."""

from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.dossiers import commands, queries
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.models import Case, OpenTask
from xactin.cases.office.commands import begin_work
from xactin.cases.tests.asking import Asker
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
CODE = "NB.01"
UNITS = {"H44.100.01": "chuyenvien1", "H44.100.02": "chuyenvien3"}
WORK: dict[str, Any] = {
    "title": "Rà soát hồ sơ quá hạn",
    "request": "Nêu nguyên nhân và cách khắc phục",
    "units": list(UNITS),
}


@pytest.fixture(autouse=True)
def _province() -> None:
    testing.province_with("internal-task")


def reported(case: Case, text: str) -> None:
    """Each unit reports its own part."""
    for code, username in UNITS.items():
        task = OpenTask.objects.get(case=case, node="report", agency__code=code)
        by = actor_for(username)
        commands.act(by=by, case=case.pk, task=task.token, act="report", data={"report": text})


def ended(case: Case, act: str, data: dict[str, Any] | None = None) -> None:
    task = testing.open_task(case, "accept")
    commands.act(by=actor_for("chutich1"), case=case.pk, task=task.token, act=act, data=data)


def test_from_the_desk_to_its_end() -> None:
    chair = Visitor("chutich1")
    assert "Giao việc nội bộ" in chair.page("/desk/begin/")
    assert "Bộ phận Tư pháp" in chair.page(f"/desk/begin/{CODE}/")
    short = chair.send(f"/desk/begin/{CODE}/", title="Rà soát", request="", units="H44.100.01")
    assert short.status_code == 422
    sent = chair.send(f"/desk/begin/{CODE}/", **WORK)
    assert sent.status_code == 302, sent.content.decode()
    case = Case.objects.get()
    assert (case.applicant_id, case.origin, case.phase) == (None, "post", "processing")
    assert case.due_at is not None
    for username in ("chutich1", "chuyenvien1", "chuyenvien3"):
        assert case.number in Visitor(username).page(f"/desk/cases/{case.pk}/")
    assert case.number in Visitor("chuyenvien3").page("/desk/")
    assert not queries.sees(actor_for("soxd1"), case.pk)
    assert not queries.sees(actor_for("congdan1"), case.pk)
    reported(case, "Chậm do chờ ý kiến")
    ended(case, "return", {"reason": "Nêu rõ từng hồ sơ"})
    reported(case, "Hồ sơ 12 và 15 chờ ý kiến")
    page = chair.page(f"/desk/cases/{case.pk}/")
    assert "Hồ sơ 12 và 15" in page
    assert "H44.100.02" not in page, "agencies are read by their names"
    assert page.count("Bộ phận Tư pháp – Hộ tịch · Thực hiện, báo cáo kết quả") == 1
    ended(case, "accept")
    case.refresh_from_db()
    assert case.phase == "done"
    for page in (f"/desk/cases/{case.pk}/", "/desk/cases/"):
        shown = chair.page(page)
        assert "Hoàn thành</" in shown.replace("\n", ""), page
    assert "case.begin" in [row.statement["act"] for row in ledger.entries_of(f"case:{case.pk}")]
    sequence_all()
    assert run_audit() == []


def test_by_the_api_and_only_by_whom_the_package_names() -> None:
    answer = Asker("chutich1").post("/cases", {"procedure": CODE, "data": WORK})
    assert answer.status_code == 201, answer.content
    assert Asker("vanthu1").post("/cases", {"procedure": CODE, "data": WORK}).status_code == 403
    assert Asker("congdan1").post("/cases", {"procedure": CODE, "data": WORK}).status_code == 403
    with pytest.raises(Forbidden):
        begin_work(by=actor_for("chuyenvien1"), code=CODE, data=WORK)
    with pytest.raises(Invalid) as refused:
        begin_work(by=actor_for("chutich1"), code=CODE, data=WORK | {"units": ["H44.999"]})
    assert "/units" in refused.value.errors
    assert Visitor("congdan1").open(f"/procedures/{CODE}/").status_code == 404
