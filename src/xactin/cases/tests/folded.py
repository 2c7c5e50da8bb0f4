"""Dossiers in several states, damage to their rows, and what the audit finds of it."""

from django.db import connection

from xactin.cases import testing
from xactin.cases.models import Case
from xactin.cases.procedures import commands as procedures
from xactin.identity.queries import actor_for
from xactin.kernel.procedure.package import load_package
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all


class Dossiers:
    """A case with a result, one in the middle of its consultation, one refused, and a set limit."""

    def __init__(self) -> None:
        testing.province_with(testing.PERMIT, testing.BIRTH)
        package = load_package(testing.package_folder(testing.PERMIT))
        procedures.set_limit(
            by=actor_for("quantri1"), package=package, name="consult_land", duration={"working_day": 1}
        )
        self.done, self.open, self.refused = testing.apply(), testing.apply(), testing.apply()
        testing.to_result(self.done)
        testing.do(self.open, "receive", "accept")
        testing.do(self.open, "review", "consult")
        testing.do(self.open, "consult_land", "agree", {"opinion": "Đồng ý"})
        testing.do(self.refused, "receive", "refuse", {"reason": "Không thuộc thẩm quyền"})
        self.birth = testing.apply(testing.BIRTH)
        sequence_all()


def sql(text: str, *params: object) -> None:
    """Damage by SQL; fails unless it hit one row."""
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        assert cursor.rowcount == 1


def found(case: Case) -> list[str]:
    """What the audit finds, all of it in tables and about this case (a number's counter aside)."""
    findings = [one for one in run_audit(1) if not one.subject.startswith("number:")]
    assert {(one.kind, one.subject) for one in findings} == {("table", f"case:{case.pk}")}
    return [one.text for one in findings]
