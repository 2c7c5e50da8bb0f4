"""A result that was issued loses its force."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xactin.cases import testing
from xactin.cases.errors import Forbidden, Invalid, OutOfTurn
from xactin.cases.models import Result
from xactin.cases.results import comparison, queries
from xactin.cases.results.commands import revoke
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.kernel.procedure.check import check_folder
from xactin.ledger import queries as ledger
from xactin.ledger.testing import sequence_all
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db


def test_only_the_chair_revokes_once_with_a_reason_that_everybody_sees() -> None:
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    with pytest.raises(OutOfTurn):
        revoke(by=actor_for("chutich1"), case=case.pk, reason="Chưa cấp")
    testing.to_result(case)
    with pytest.raises(Forbidden):
        revoke(by=actor_for("vanthu1"), case=case.pk, reason="Sai thẩm quyền")
    with pytest.raises(Invalid):
        revoke(by=actor_for("chutich1"), case=case.pk, reason="  ")
    revoke(by=actor_for("chutich1"), case=case.pk, reason="Cấp sai thẩm quyền")
    found = queries.by_code(Result.objects.get(case=case).code)
    assert found is not None
    assert found.revoked_reason == "Cấp sai thẩm quyền"
    assert ledger.entries_of(f"case:{case.pk}")[-1].statement["act"] == "case.revoke"
    with pytest.raises(OutOfTurn):
        revoke(by=actor_for("chutich1"), case=case.pk, reason="Lần nữa")
    for username, page in (("congdan1", "/cases/"), ("vanthu1", "/desk/cases/")):
        shown = Visitor(username).page(f"{page}{case.pk}/")
        assert [text for text in ("Không còn hiệu lực", "Cấp sai thẩm quyền") if text not in shown] == [], (
            page
        )


def told(data: bytes, name: str = "file") -> str:
    """The answer of the page where a file is checked."""
    answer = Client().post("/verify/", {"file": SimpleUploadedFile(name, data)})
    found = re.search(r'data-answer="([a-z_]+)"', answer.content.decode())
    assert found is not None
    assert (found[1] in ("valid", "attached")) == ("Hợp lệ</h2>" in answer.content.decode())
    return found[1]


def test_what_is_checked_by_file_is_in_force_or_not_and_a_copy_is_no_lie(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    testing.province_with(testing.PERMIT)
    case = testing.apply()
    testing.to_result(case)
    sequence_all()
    row = Result.objects.get(case=case)
    found = queries.by_code(row.code)
    assert found is not None
    (file,) = vault.files(subject=f"case:{case.pk}", parts=["result"])
    paper, proof = b"".join(vault.plain_bytes(file)), ledger.bundle(subject=f"case:{case.pk}")
    (stamped,) = vault.files(subject=f"case:{case.pk}", parts=["result.drawing"])
    sealed = b"".join(vault.plain_bytes(stamped))
    assert [told(paper), told(proof), told(sealed)] == ["valid", "valid", "attached"]
    assert told(sealed + b"\n") == "not_valid"
    assert [told(data) for data in (b"", b"\xff\xd8\xff\xe0 JFIF", b"%PDF-1.7\n")][1:] == ["not_original"] * 2
    assert told(paper + b"\n") == "not_valid"
    page = f"/verify/{row.code}"
    right = {"compare-owner-full_name": testing.example(testing.PERMIT)["data"]["owner"]["full_name"].upper()}
    visitor = Client()
    assert "Khớp" in visitor.post(page, right).content.decode()
    again = visitor.post(page, {"compare-owner-full_name": "Nguyễn Văn Khác"}).content.decode()
    assert 'value="Nguyễn Văn Khác"' in again
    assert "không phải là giấy này" not in again
    for wrong in ("",):
        assert "Không khớp" in visitor.post(page, {"compare-owner-full_name": wrong}).content.decode()
    assert [one.purpose for one in vault.openings_of(f"case:{case.pk}")[:3]] == ["compare"] * 3
    assert [visitor.post(page, right).status_code for _ in range(3)] == [200, 200, 429]
    revoke(by=actor_for("chutich1"), case=case.pk, reason="Cấp sai thẩm quyền")
    sequence_all()
    assert told(sealed) == "revoked"
    assert [told(paper), told(proof), told(ledger.bundle(subject=f"case:{case.pk}"))] == ["revoked"] * 3
    shown = Client().get(page).content.decode()
    assert 'data-in-force="no"' in shown
    assert stamped.sha256 in shown.split("data-attached=")[1].split(" role=")[0]
    body = shown.partition("<h1>")[2]
    assert body.index("Không còn hiệu lực") < body.index(row.number)


@pytest.mark.parametrize(
    ("typed", "same"), [("24/11/2026", True), ("2026-11-24", True), ("25/11/2026", False), ("x", False)]
)
def test_a_day_is_compared_as_it_stands_on_paper(typed: str, same: bool) -> None:
    line = comparison.Line("/child/birth_date", "Ngày sinh", is_date=True)
    assert comparison._is_same(line, typed, {"child": {"birth_date": "2026-11-24"}}) is same
    assert not comparison._is_same(line, typed, {})


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("nguyen  thi THUY hoa", True),
        ("Nguyễn Thị Thủy Hoà", True),
        ("NGUYỄN THỊ THUỶ HÒA", True),
        ("Nguyễn Thị Thúy Hòa", False),
        ("Nguyễn Thị Thủy", False),
        ("Nguyen Thi Thuy Hoang", False),
    ],
)
def test_a_name_fits_without_marks_but_never_with_other_ones(typed: str, same: bool) -> None:
    """A phone without Vietnamese keys does not accuse a true paper; who types marks is held to them."""
    line = comparison.Line("/owner/full_name", "Họ và tên", is_date=False)
    assert comparison._is_same(line, typed, {"owner": {"full_name": "Nguyễn Thị Thủy Hòa"}}) is same


@pytest.mark.parametrize("pointer", ["/owner/nobody", "/house/floors", "/owner"])
def test_a_package_compares_what_its_form_has(pointer: str, tmp_path: Path) -> None:
    folder = shutil.copytree(testing.package_folder(testing.PERMIT), tmp_path / "package")
    text = (folder / "procedure.yaml").read_text()
    (folder / "procedure.yaml").write_text(text.replace("[/owner/full_name]", f"[{pointer}]"))
    assert ("compare", pointer) in {(one.code, one.where) for one in check_folder(folder)}
