"""Signatures with a time stamp (PAdES B-T), made by a real RFC 3161 responder and held against any change."""

import io
import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader

from xactin.cases.papers import seal_result, verify_result
from xactin.cases.papers.cms_form import time_stamp
from xactin.cases.papers.signing.signers import SigningError
from xactin.cases.papers.signing.timestamps import TimeService
from xactin.cases.papers.testing import AT, office
from xactin.cases.papers.tests.issued import draft, issued
from xactin.cases.papers.tests.time_authority import serving
from xactin.cases.papers.token_form import check_token

NAME = "Time stamps of a test"
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


def sealed(url: str) -> bytes:
    """The issued permit with time stamps of this authority."""
    return seal_result(
        draft(),
        issued().bundle,
        office().chair,
        office().agency,
        trial=True,
        at=AT,
        time_service=TimeService(url),
    )


@pytest.fixture(scope="module", params=["rsa-chain", "rsa-alone", "ec-chain"])
def stamped(request, tmp_path_factory):
    key, _dash, chain = request.param.partition("-")
    folder = tmp_path_factory.mktemp(request.param)
    with serving(folder, key=key, chain=chain == "chain") as url:
        return sealed(url), folder


def signers_of(pdf: bytes):
    found = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    return [one.signer_info for one in found]


def test_both_signatures_carry_a_stamp_and_the_verdict_says_so(stamped):
    pdf, _folder = stamped
    verdict = verify_result(pdf, issued().trust)
    assert verdict.valid, verdict.problems
    assert [one.stamped_by for one in verdict.inspection.signatures] == [NAME, NAME]
    assert all(one.stamped_at for one in verdict.inspection.signatures)
    assert [note.code for note in verdict.notes].count("stamped") == 2


def test_openssl_accepts_the_token_as_it_was_tidied(stamped):
    pdf, folder = stamped
    for signer in signers_of(pdf):
        (folder / "token").write_bytes(time_stamp(signer).dump())
        (folder / "signed").write_bytes(signer["signature"].native)
        told = subprocess.run(
            ["openssl", "ts", "-verify", "-data", "signed", "-in", "token", "-token_in", "-CAfile", "ca.pem"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Verification: OK" in told.stdout + told.stderr, told.stderr


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="needs poppler-utils")
def test_pdfsig_accepts_both_signatures(stamped):
    pdf, folder = stamped
    (folder / "permit.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdfsig", "permit.pdf"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    assert told.count("Signature is Valid") == 2
    assert "Total document signed" in told


def test_no_byte_of_a_token_may_change(stamped):
    """The token of the last signature is covered by no other signature. `make trial` changes each byte of it."""
    pdf, _folder = stamped
    signer = signers_of(pdf)[-1]
    whole, value = time_stamp(signer).dump(), signer["signature"].native
    check_token(cms.ContentInfo.load(whole), value)
    whole_trial = "XACTIN_TRIAL" in os.environ
    for place in range(len(whole)) if whole_trial else Random(5).sample(range(len(whole)), 200):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        assert not holds(bytes(changed), value), f"byte {place} of {len(whole)}"


def holds(token: bytes, signature: bytes) -> bool:
    """As `check_spelling` asks: one encoding, one spelling, made for this signature."""
    try:
        loaded = cms.ContentInfo.load(token, strict=True)
        if loaded.copy().dump(force=True) != token:
            return False
        check_token(loaded, signature)
    except Exception:  # whatever a parser of broken bytes raises
        return False
    return True


def test_a_token_made_for_another_signature_is_refused(stamped):
    pdf, _folder = stamped
    chair, agency = signers_of(pdf)
    assert holds(time_stamp(agency).dump(), agency["signature"].native)
    assert not holds(time_stamp(chair).dump(), agency["signature"].native)


def test_a_changed_byte_in_the_file_is_told(stamped):
    pdf, _folder = stamped
    token = time_stamp(signers_of(pdf)[-1]).dump().hex().upper().encode()
    place = pdf.rindex(token) + len(token) // 2
    changed = bytearray(pdf)
    changed[place] = ord("0") if changed[place] != ord("0") else ord("1")
    assert not verify_result(bytes(changed), issued().trust).valid


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://127.0.0.1:1/tsr"])
def test_an_authority_that_is_away_can_be_asked_again(url):
    with pytest.raises(SigningError) as refused:
        sealed(url)
    assert refused.value.code == "unavailable"


def test_an_answer_that_is_none(tmp_path: Path):
    with serving(tmp_path) as url:
        shutil.rmtree(tmp_path / "tsa.key", ignore_errors=True)
        (tmp_path / "ts.cnf").write_text("")
        with pytest.raises(SigningError, match="unavailable"):
            sealed(url)


def test_only_http_is_asked():
    with pytest.raises(SigningError, match="refused"):
        TimeService("file:///etc/hostname")
