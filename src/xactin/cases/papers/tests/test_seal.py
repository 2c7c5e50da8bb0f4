"""The order of sealing, and that tools written by others accept what comes out."""

import io
import subprocess
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from xactin.cases.papers import DraftError, draft_result, seal_result
from xactin.cases.papers.signing.pdf import attached
from xactin.cases.papers.signing.seal import BUNDLE
from xactin.cases.papers.signing.signers import SigningError, has_legal_force
from xactin.cases.papers.signing.trial import issue_trial_certificate
from xactin.cases.papers.testing import AT, birth, office, package_files
from xactin.cases.papers.tests.issued import draft, issued


def pdfsig(pdf, tmp_path):
    file = tmp_path / "result.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", file], capture_output=True, check=False).stdout.decode()


@pytest.mark.parametrize("visible", [True, False])
def test_pdfsig_accepts_both_signatures_and_the_last_covers_the_file(visible, tmp_path):
    said = pdfsig(issued(visible=visible).pdf, tmp_path)
    assert said.count("Signature is Valid.") == 2
    first, second = said.split("Signature #2:")
    assert "Trần Thị Bích Ngọc (THỬ NGHIỆM/TRIAL)" in first
    assert "Not total document signed" in first
    assert "Ủy ban nhân dân xã Bình Minh (THỬ NGHIỆM/TRIAL)" in second
    assert "Total document signed" in second
    assert said.count("ETSI.CAdES.detached") == 2


@pytest.mark.parametrize("visible", [True, False])
def test_pyhanko_accepts_both_signatures_and_what_came_between(visible):
    reader = PdfFileReader(io.BytesIO(issued(visible=visible).pdf))
    context = ValidationContext(trust_roots=[office().chair.chain[0]], moment=AT)
    first, last = (validate_pdf_signature(one, context) for one in reader.embedded_signatures)
    assert first.bottom_line
    assert last.bottom_line
    assert first.modification_level.name == "FORM_FILLING"
    assert last.coverage.name == "ENTIRE_FILE"
    assert reader.embedded_signatures[0].self_reported_timestamp == AT


def test_the_draft_is_the_beginning_and_the_proof_is_inside(tmp_path):
    result = issued()
    assert result.pdf.startswith(result.draft)
    reader = PdfFileReader(io.BytesIO(result.pdf))
    assert attached(reader)[BUNDLE].data == result.bundle
    specification = reader.root["/AF"][-1]
    assert specification["/AFRelationship"] == "/Supplement"
    assert specification["/EF"]["/F"]["/Subtype"] == "/application/json"
    # Nothing of PDF/A's own claims was touched.
    assert "/Version" not in reader.root
    assert reader.root.raw_get("/Metadata") == reader.get_historical_root(0).raw_get("/Metadata")
    file = tmp_path / "sealed.pdf"
    file.write_bytes(result.pdf)
    saved = subprocess.run(
        ["pdfdetach", "-save", "1", "-o", "-", str(file)], cwd=tmp_path, capture_output=True, check=True
    )
    assert saved.returncode == 0


def test_a_changed_byte_is_told_by_pdfsig(tmp_path):
    pdf = bytearray(issued().pdf)
    pdf[3000] ^= 1
    assert pdfsig(bytes(pdf), tmp_path).count("Digest Mismatch") == 2


def test_a_one_page_result_of_another_procedure(tmp_path):
    paper = draft_result(package_files("birth-registration"), birth(), trial=True, at=AT)
    pdf = seal_result(paper, b"{}", office().chair, office().agency, trial=True, at=AT)
    assert pdfsig(pdf, tmp_path).count("Signature is Valid.") == 2


def test_only_a_draft_is_sealed():
    chair, agency = office().chair, office().agency
    for bad in (issued().pdf, b"", b"%PDF-1.7\nnothing", b"<html>"):
        with pytest.raises(DraftError):
            seal_result(bad, b"{}", chair, agency, trial=True, at=AT)


def test_a_trial_certificate_never_claims_legal_force():
    chair, agency = office().chair, office().agency
    with pytest.raises(SigningError, match="refused"):
        seal_result(draft(), b"{}", chair, agency, trial=False, at=AT)
    assert not has_legal_force([chair, agency], [], AT)
    assert not has_legal_force([], [office().ca.certificate], AT)
    # What makes a paper real is the root alone.
    assert has_legal_force([chair, agency], [office().ca.certificate], AT)


def test_a_certificate_out_of_its_time_signs_nothing():
    ca = office().ca
    old = issue_trial_certificate(ca, name="A", organisation="B", at=AT - timedelta(days=800), years=1)
    with pytest.raises(SigningError, match="not_now"):
        seal_result(draft(), b"{}", old.signer(ca.certificate), office().agency, trial=True, at=AT)
    assert not has_legal_force([old.signer(ca.certificate)], [ca.certificate], AT)
