"""A marriage on two phones: one applies and invites, the other joins and agrees, both sign the draft, the registrar
attests that both were there, the chair signs; nobody signs for the other."""

from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import queries
from xactin.cases.errors import Forbidden, NotFound
from xactin.cases.models import Case, OpenTask, Result
from xactin.cases.parties import commands as parties
from xactin.cases.tests.visiting import Visitor
from xactin.identity.models import Person
from xactin.identity.queries import actor_for
from xactin.kernel.procedure.package import load_package
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
MARRIAGE, BRIDE, GROOM, REGISTRAR = "marriage-registration", "congdan1", "congdan2", "chuyenvien3"
WILLING = {"willing": True}


def applied() -> Case:
    """The bride's application for both, in a province that registers marriages."""
    testing.province_with(MARRIAGE)
    package = load_package(testing.package_folder(MARRIAGE))
    data: Any = package.examples["examples/normal.yaml"]["data"]
    done = applications.submit(by=actor_for(BRIDE), code=package.code, data=data)
    return Case.objects.get(pk=done.case)


def joined(case: Case) -> None:
    """The groom is invited by the bride, and accepts."""
    person = Person.objects.get(account__username=GROOM)
    named = {"number": person.id_number, "name": person.full_name}
    invitation = parties.invite(by=actor_for(BRIDE), case=case.pk, kind="spouse", **named)
    parties.accept(by=actor_for(GROOM), case=case.pk, invitation=invitation)


def open_nodes(case: Case) -> set[str]:
    return set(OpenTask.objects.filter(case=case).values_list("node", flat=True))


def test_two_phones_and_a_registrar() -> None:
    case = applied()
    page, form = (Visitor(BRIDE).page(f"/procedures/1.000894/{part}") for part in ("", "apply/"))
    assert "Không phải nộp giấy tờ nào." in page
    assert 'id="documents"' not in form  # no heading over nothing
    assert open_nodes(case) == {"consent"}
    for stranger, refused in ((GROOM, NotFound), (BRIDE, Forbidden)):
        with pytest.raises(refused):
            testing.do(case, "consent", "agree", WILLING, username=stranger)
    joined(case)
    testing.do(case, "consent", "agree", WILLING, username=GROOM)
    testing.do(case, "receive", "accept")
    testing.do(case, "verify", "submit", {"book": "01/2026"}, username=REGISTRAR)
    testing.serve(case, "draft_result")
    assert open_nodes(case) == {"sign_first", "sign_second"}
    with pytest.raises(Forbidden):
        testing.do(case, "sign_second", "sign", WILLING, username=BRIDE)
    testing.do(case, "sign_first", "sign", WILLING, username=BRIDE)
    testing.do(case, "sign_second", "sign", WILLING, username=GROOM)
    testing.do(case, "witness", "confirm", {"identity": True, **WILLING}, username=REGISTRAR)
    testing.do(case, "approve", "approve")
    testing.do(case, "issue", "issue")
    testing.serve(case, "seal_result")
    case.refresh_from_db()
    assert case.phase == "done"
    papers = {queries.result_file(actor_for(one), case).id for one in (BRIDE, GROOM)}
    assert len(papers) == 1  # each of the two gets the certificate
    assert Result.objects.get(case=case).number.startswith("01/")
    acts = [row.statement["act"] for row in ledger.entries_of(f"case:{case.pk}")]
    assert acts[:5] == [
        "case.submit",
        "case.invite",
        "case.join",
        "case.consent.agree",
        "case.receive.accept",
    ]
    sequence_all()
    assert run_audit() == []
