"""What anybody may hand in, and what is said of it."""

import io
import logging
import random
import subprocess
import sys
import time
import zlib

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from xactin.cases.papers import inspect_result, reading, verify_result
from xactin.cases.papers.signing.pdf import AppendingWriter
from xactin.cases.papers.signing.trial import issue_trial_certificate, make_trial_ca
from xactin.cases.papers.testing import AGENCY, AT, drawing, office
from xactin.cases.papers.tests.issued import draft, issued, proof, seal
from xactin.kernel.proof.trust import Trust
from xactin.vault.apart import WorkError

ROOT = [office().ca.certificate]


def codes(pdf, trust=None, roots=None):
    verdict = verify_result(pdf, trust or issued().trust, roots)
    assert verdict.valid == (not verdict.problems)
    assert verdict.valid == verdict.to_dict()["valid"]
    return {problem.code for problem in verdict.problems}


def test_an_issued_result_is_valid_and_tells_who_signed():
    result = issued()
    verdict = verify_result(result.pdf, result.trust)
    assert verdict.valid
    assert verdict.inspection.original == result.draft
    assert verdict.inspection.bundle == result.bundle
    assert [(one.field, one.trusted, one.whole_file) for one in verdict.inspection.signatures] == [
        ("chair", True, False),
        ("agency", True, True),
    ]
    chair = verdict.inspection.signatures[0]
    assert (chair.signer, chair.organisation) == ("Trần Thị Bích Ngọc (THỬ NGHIỆM/TRIAL)", AGENCY)
    assert chair.at == "2026-11-24T02:30:00Z"
    assert chair.trial
    assert verdict.verdict is not None
    assert verdict.verdict.simulated_clock
    assert {note.code for note in verdict.notes} == {"signed"}


def test_trust_in_signers_comes_from_the_log_or_from_outside():
    unnamed = issued(named=False)
    verdict = verify_result(unnamed.pdf, unnamed.trust)
    assert verdict.valid
    assert "signers_unchecked" in {note.code for note in verdict.notes}
    assert verify_result(unnamed.pdf, unnamed.trust, ROOT).valid
    other = make_trial_ca("Khác", at=AT)
    assert codes(unnamed.pdf, unnamed.trust, [other.certificate]) == {"signer_unknown"}


def test_an_unknown_log_is_not_valid():
    assert codes(issued().pdf, Trust()) == {"log_unknown"}


def test_a_stranger_cannot_sign_the_same_draft_and_proof():
    ca = make_trial_ca("Tỉnh Đồng Nai", at=AT)
    chair, agency = (
        issue_trial_certificate(ca, name=name, organisation=AGENCY, at=AT).signer(ca.certificate)
        for name in ("Trần Thị Bích Ngọc", AGENCY)
    )
    assert codes(seal(issued().bundle, chair, agency)) == {"signer_unknown"}


def test_the_proof_of_another_paper_is_told():
    other, trust = proof(draft() + b"%", office().chair.chain[0].dump())
    assert {"document_other", "draft_missing"} <= codes(seal(other, office().chair, office().agency), trust)


def test_bare_drafts_and_other_papers():
    assert codes(draft()) == {"no_bundle", "signatures_missing"}
    assert codes(drawing()) == {"no_bundle", "signatures_missing"}


def spoiled(pdf, place, difference):
    data = bytearray(pdf)
    data[place] ^= difference
    return bytes(data)


def test_no_byte_may_change(monkeypatch):
    """Most of all within the last signature, which nothing else covers."""
    pdf = issued().pdf
    gap = pdf.rindex(b"/Contents <")
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # as in the process apart
    chosen = random.Random(5)
    places = [chosen.randrange(len(draft()), len(pdf)) for _ in range(15)]
    places += [chosen.randrange(gap, gap + 5600) for _ in range(40)]
    assert not reading.work({}, [pdf])[0]["problems"]
    for place in places:
        difference = chosen.choice([1, 2, 4, 8, 16, 32, 64, 128])
        try:
            found = reading.work({}, [spoiled(pdf, place, difference)])[0]["problems"]
        except WorkError:
            continue
        assert found, (place, difference)
    assert codes(spoiled(pdf, 1000, 1)) >= {"file_missing", "draft_missing", "signature_invalid"}


@pytest.mark.parametrize("more", [b"\n", b"%", b"\0" * 100])
def test_nothing_may_follow(more):
    assert "not_whole" in codes(issued().pdf + more)


def updated(pdf, change):
    writer = AppendingWriter(pdf)
    change(writer)
    return writer.appended()


def redrawn(writer):
    stream = generic.StreamObject(stream_data=b"0 0 600 800 re f")
    writer.add_stream_to_page(0, writer.add_object(stream))


def covered(writer):
    page = writer.find_page_for_modification(0)[0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 600, 800))),
        }
    )
    notes = [page["/Annots"].raw_get(at) for at in range(len(page["/Annots"]))]
    page["/Annots"] = generic.ArrayObject([*notes, writer.add_object(note)])
    writer.update_container(page)


def scripted(writer):
    script = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = writer.add_object(generic.DictionaryObject(script))
    writer.update_root()


@pytest.mark.parametrize("change", [redrawn, covered, scripted])
def test_what_is_laid_over_an_issued_result_is_told(change):
    assert codes(updated(issued().pdf, change)) >= {"changed", "not_whole"}


@pytest.mark.parametrize("change", [redrawn, covered, scripted])
def test_even_before_signing(change, monkeypatch):
    """A faithless clerk changes the page between attestation and signature: both signatures would hold."""
    from xactin.cases.papers.signing import seal as sealing

    attach = sealing.attach

    def attach_and_change(writer, *args, **named):
        attach(writer, *args, **named)
        change(writer)

    monkeypatch.setattr(sealing, "attach", attach_and_change)
    pdf = seal(issued().bundle, office().chair, office().agency)
    assert codes(pdf) == {"changed"}


def test_a_mark_cannot_cover_the_page(monkeypatch):
    from xactin.cases.papers.signing import seal as sealing

    monkeypatch.setattr(sealing, "layout", lambda writer: {"chair": (0, (0, 0, 595, 842))})
    pdf = seal(issued().bundle, office().chair, office().agency)
    assert codes(pdf) == {"changed"}


def bomb():
    data = zlib.compress(b"\0" * (512 << 20), 9)
    head = b"%PDF-1.7\n"
    body = b"1 0 obj\n<</Type/XRef/Size 3/W[1 8 8]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(
        data
    )
    return head + body + data + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % len(head)


HOSTILE = {
    "empty": b"",
    "html": b"<html>%PDF-1.7</html>",
    "head": b"%PDF-1.7",
    "noise": b"%PDF-1.7\n" + bytes(random.Random(1).randbytes(200_000)),
    "deep": b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nstartxref\n9\n%%EOF",
    "loop": b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f\r\ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\n"
    b"startxref\n9\n%%EOF",
    "cut": issued().pdf[:-4000],
    "middle": issued().pdf[:40_000],
    "bomb": bomb(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_an_answer(name):
    begun = time.monotonic()
    inspection = inspect_result(HOSTILE[name])
    assert inspection.problems
    assert not inspection.sound
    assert time.monotonic() - begun < 25
    assert not verify_result(HOSTILE[name], issued().trust).valid


def test_hostile_files_do_not_spoil_the_next():
    for data in (HOSTILE["bomb"], HOSTILE["deep"]):
        inspect_result(data)
        assert codes(issued().pdf) == set()


def test_an_encrypted_pdf_is_told():
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(AppendingWriter(drawing()).prev)
    writer.encrypt(owner_pass="a", user_pass="b")
    out = io.BytesIO()
    writer.write(out)
    assert [one.code for one in inspect_result(out.getvalue()).problems] == ["encrypted"]


def test_a_file_beyond_all_size_is_not_read(monkeypatch):
    from xactin.cases.papers import inspect

    monkeypatch.setattr(inspect, "LARGEST", 1000)
    assert [one.code for one in inspect_result(issued().pdf).problems] == ["too_large"]


def test_no_django_is_needed():
    code = (
        "import sys; from xactin.cases import papers as d;"
        "[getattr(d, name) for name in d.__all__]; sys.exit('django' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
