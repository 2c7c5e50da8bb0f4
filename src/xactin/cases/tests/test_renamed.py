"""No task, act, part, post or office of a procedure stands in the code: one with other ids runs all the way."""

from typing import Any

import pytest
from django.test import Client

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import queries
from xactin.cases.dossiers.services import run_service
from xactin.cases.models import Case, OpenTask, Result
from xactin.cases.procedures import commands as procedures
from xactin.cases.results.commands import revoke
from xactin.cases.runtime import installed
from xactin.cases.tests import renamed
from xactin.cases.tests.asking import Asker, body_of
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for, posts_filled
from xactin.identity.testing import small_province
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.package import load_package
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
DOERS = {renamed.TASKS[name]: username for name, username in testing.DOERS.items()}


@pytest.fixture(autouse=True)
def _province() -> None:
    small_province(role=renamed.role, function=renamed.function)
    package = load_package(renamed.package())
    assert check(package, posts=posts_filled(), runtime=installed()) == []
    procedures.publish(by=actor_for("quantri1"), package=package)


def applied() -> Case:
    """An application through the API with the package's own example."""
    citizen = Asker("congdan1")
    example = citizen.get(f"/procedures/{renamed.CODE}").json()["example"]
    documents = [{"kind": kind, "file": citizen.upload().json()["id"]} for kind in example["documents"]]
    sent = {"procedure": renamed.CODE, "data": example["data"], "documents": documents}
    answer = citizen.post("/cases", sent)
    assert answer.status_code == 201, answer.content
    return Case.objects.get(pk=answer.json()["id"])


def do(case: Case, node: str, act: str, data: dict[str, Any] | None = None) -> None:
    testing.do(case, renamed.TASKS[node], renamed.ACTS[act], data, username=DOERS[renamed.TASKS[node]])


def served(case: Case) -> None:
    sequence_all()
    for token in OpenTask.objects.filter(case=case, kind="service").values_list("token", flat=True):
        run_service(case=case.pk, token=token)


def to_the_desk_that_signs(case: Case) -> None:
    do(case, "receive", "accept")
    do(case, "review", "consult")
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        do(case, node, "agree", {"opinion": "Đồng ý"})
    do(case, "appraise", "submit", {"note": "Giữ khoảng lùi"})
    served(case)


def pages_of(case: Case) -> None:
    """Every page and resource of the case, for those who see it."""
    own = Visitor("congdan1")
    assert case.number in own.page(f"/cases/{case.pk}/")
    assert case.number in own.page("/cases/")
    for username in sorted({*DOERS.values(), "thanhtra1"}):
        desk = Visitor(username)
        desk.page("/desk/cases/")
        if queries.sees(actor_for(username), case.pk):
            assert case.number in desk.page(f"/desk/cases/{case.pk}/")
            asker = Asker(username)
            for path in ("", "/tasks", "/attestations", "/bundle"):
                assert asker.get(f"/cases/{case.pk}{path}").status_code == 200


def test_from_application_to_a_revoked_result() -> None:
    case = applied()
    pages_of(case)
    do(case, "receive", "supplement", {"items": ["Mặt cắt móng"]})
    citizen, example = actor_for("congdan1"), Asker("congdan1").get(f"/procedures/{renamed.CODE}").json()
    data = example["example"]["data"]
    changed = data | {"house": data["house"] | {"storeys": 2}}
    applications.supply(by=citizen, case=case.pk, data=changed)
    to_the_desk_that_signs(case)
    pages_of(case)
    assert "Dự thảo kết quả" in Visitor("chutich1").page(f"/desk/cases/{case.pk}/")
    do(case, "approve", "approve")
    do(case, "issue", "issue")
    served(case)
    case.refresh_from_db()
    assert (case.phase, case.national_state) == ("done", 10)
    pages_of(case)
    assert body_of(Asker("congdan1").get(f"/cases/{case.pk}/result.pdf")).startswith(b"%PDF-")
    found = Result.objects.get(case=case)
    verified = Client().get(f"/verify/{found.code}")
    assert verified.status_code == 200
    assert Client().get(f"/verify/{found.code}/bundle.json").status_code == 200
    assert "/revoke/" in Visitor("chutich1").page(f"/desk/cases/{case.pk}/")
    revoke(by=actor_for("chutich1"), case=case.pk, reason="Cấp nhầm")
    sequence_all()
    assert run_audit() == []


@pytest.mark.parametrize("node", ["receive", "appraise", "approve"])
def test_refused_at_each_desk_that_may(node: str) -> None:
    case = applied()
    if node != "receive":
        do(case, "receive", "accept")
        do(case, "review", "consult")
        for asked in ("consult_land", "consult_infrastructure", "consult_environment"):
            do(case, asked, "object", {"opinion": "Chưa đủ khoảng lùi"})
    if node == "approve":
        do(case, "appraise", "submit", {"against": "Đã bàn lại với cơ quan hạ tầng"})
        served(case)
    do(case, node, "refuse", {"reason": "Không phù hợp quy hoạch"})
    case.refresh_from_db()
    assert case.phase == "refused"
    assert Visitor("congdan1").open(f"/cases/{case.pk}/papers/03.pdf").status_code == 200
    sequence_all()
    assert run_audit() == []
