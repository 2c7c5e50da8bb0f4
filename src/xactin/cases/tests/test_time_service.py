"""A time-stamping authority beside the seals: its stamps stand in the issued file; while it is away, sealing waits."""

import shutil
from pathlib import Path

import pytest
from pytest_django import Settings

from xactin.cases import testing
from xactin.cases.dossiers import queries
from xactin.cases.papers.inspect import inspect_result
from xactin.cases.papers.signing.signers import SigningError
from xactin.cases.papers.tests.time_authority import serving
from xactin.cases.tests.asking import Asker, body_of
from xactin.identity.queries import actor_for

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl"),
]


def test_an_authority_that_is_away_loses_nothing(tmp_path: Path, settings: Settings) -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    testing.to_approval(case)
    testing.do(case, "approve", "approve")
    testing.do(case, "issue", "issue")
    settings.XACTIN_TSA_URL = "http://127.0.0.1:9/"
    with pytest.raises(SigningError, match="unavailable"):
        testing.serve(case, "seal_result")
    assert testing.open_task(case, "seal_result")
    assert Asker("congdan1").get(f"/cases/{case.pk}/result.pdf").status_code == 404
    with serving(tmp_path) as url:
        settings.XACTIN_TSA_URL = url
        testing.serve(case, "seal_result")
    pdf = body_of(Asker("congdan1").get(f"/cases/{case.pk}/result.pdf"))
    signatures = inspect_result(pdf, None).signatures
    assert [one.stamped_by for one in signatures] == ["Time stamps of a test"] * 2
    drawing = next(
        file
        for file in queries.files_of(actor_for("congdan1"), queries.case_for(actor_for("congdan1"), case.pk))
        if file.part == "result.drawing"
    )
    assert len(body_of(Asker("congdan1").get(f"/files/{drawing.id}"))) > len(testing.PDF)


def test_without_one_signatures_are_as_before() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    testing.to_result(case)
    pdf = body_of(Asker("congdan1").get(f"/cases/{case.pk}/result.pdf"))
    assert [one.stamped_at for one in inspect_result(pdf, None).signatures] == [None, None]
