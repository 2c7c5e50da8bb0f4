"""What an issued PDF holds, and the verdict on it. The file may be anybody's: it is read in a process apart.

inspect_result   what is inside: draft, bundle, signatures, and what is wrong with the PDF
verify_result    the verdict: the bundle's, the PDF's, and that one speaks of the other
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, Final

from xactin.kernel.proof.bundle import verify_document
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verdict import Remark, Verdict
from xactin.vault.apart import Apart, UnfinishedError, WorkError

SECONDS: Final = 20.0
MEMORY: Final = 2 << 30
LARGEST: Final = 100 * 1024 * 1024

# code -> (Vietnamese, English)
TEXTS: Final = {
    "not_pdf": ("Tệp không phải là PDF đọc được.", "The file is not a readable PDF."),
    "damaged": (
        "Tệp PDF đã ký này bị hỏng hoặc bị thay đổi nên không đọc được.",
        "This signed PDF is damaged or was altered, and cannot be read.",
    ),
    "encrypted": (
        "Tệp PDF bị mã hóa nên không kiểm tra được.",
        "The PDF is encrypted and cannot be checked.",
    ),
    "too_large": ("Tệp quá lớn để kiểm tra.", "The file is too large to be checked."),
    "limits": (
        "Tệp cần quá nhiều thời gian hoặc bộ nhớ để đọc; văn bản do hệ thống cấp không như vậy.",
        "The file takes too much time or memory to read; a paper issued here does not.",
    ),
    "no_bundle": ("Tệp PDF không mang gói bằng chứng.", "The PDF carries no proof bundle."),
    "draft_missing": (
        "Phần đầu của tệp không phải là văn bản đã được xác tín.",
        "The beginning of the file is not the paper that was attested.",
    ),
    "copy": (
        "Tệp này không phải tệp gốc: bản in, bản chụp, bản quét hoặc bản lưu lại không mang được chữ ký số.",
        "This is not the original file: a print, a photo, a scan or a re-saved copy cannot carry the signatures.",
    ),
    "changed": (
        "Văn bản đã bị sửa đổi sau khi được xác tín.",
        "The paper was changed after it had been attested.",
    ),
    "signatures_missing": (
        "Thiếu chữ ký số của người có thẩm quyền hoặc của cơ quan.",
        "The signature of the signatory or of the agency is missing.",
    ),
    "signature_invalid": (
        "Chữ ký số của {name} không đúng: tệp đã bị thay đổi.",
        "The signature of {name} does not hold: the file was altered.",
    ),
    "signer_unknown": (
        "Chứng thư số của {name} không thuộc tổ chức chứng thực được tin cậy.",
        "The certificate of {name} is not under a trusted authority.",
    ),
    "sealed": (
        "Tệp mang chữ ký số còn nguyên vẹn của {name}, không kèm gói bằng chứng: riêng tệp này không cho biết"
        " văn bản mà nó đi kèm còn hiệu lực hay không.",
        "The file carries the digital signature of {name}, which holds, and no proof bundle: alone it does not"
        " tell whether the paper that it goes with is in force.",
    ),
    "not_whole": (
        "Chữ ký số cuối cùng không bao trùm toàn bộ tệp.",
        "The last signature does not cover the whole file.",
    ),
}
NOTES: Final = {
    "signers_unchecked": (
        "Chưa biết tổ chức chứng thực nào được tin cậy: chữ ký số nguyên vẹn, chưa đối chiếu người ký.",
        "No trusted certificate authority is known: signatures are intact, signers were not checked.",
    ),
    "signed": ("Chữ ký số của {name} hợp lệ.", "The digital signature of {name} holds."),
    "stamped": (
        "Chữ ký của {name} mang dấu thời gian {at} của {by}; chưa đối chiếu tổ chức cấp dấu.",
        "The signature of {name} carries the time stamp {at} of {by}; who that is was not checked.",
    ),
}


SIGNED: Final = b"/ByteRange"
# What is not the original says nothing about the paper itself: its code does.
NOT_ORIGINAL: Final = frozenset(("not_pdf", "no_bundle", "encrypted", "too_large", "limits", "copy"))


def _remark(code: str, detail: str = "", **facts: str) -> Remark:
    vi, en = (TEXTS | NOTES)[code]
    return Remark(code, "pdf", detail, vi.format(**facts), en.format(**facts))


@dataclass(frozen=True)
class Signature:
    """One digital signature. `at` is what the signer claims; `trusted` is None where no root is known."""

    field: str
    signer: str
    organisation: str
    at: str | None
    valid: bool
    trusted: bool | None
    whole_file: bool
    certificate: str  # sha256, hex
    trial: bool
    stamped_by: str = ""  # the authority that confirms the time, as its certificate names it
    stamped_at: str | None = None
    reason: str = ""  # what the signer signed it for, in the signer's words


@dataclass(frozen=True)
class Inspection:
    """What stands in a PDF. `original` is the attested draft, the beginning of the file."""

    original: bytes | None = None
    bundle: bytes | None = None
    signatures: tuple[Signature, ...] = ()
    whole_file: bool = False
    problems: tuple[Remark, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with the PDF itself; what the bundle says is another question."""
        return not self.problems


@dataclass(frozen=True)
class ResultVerdict:
    """The verdict on an issued PDF: valid when neither the PDF nor its bundle has a problem."""

    valid: bool
    problems: tuple[Remark, ...]
    inspection: Inspection
    verdict: Verdict | None
    notes: tuple[Remark, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether the file was a PDF at all."""
        return not any(problem.code == "not_pdf" for problem in self.problems)

    @property
    def answer(self) -> str:
        """valid, revoked, not_valid, sealed or not_original.

        sealed: a signature holds and covers the whole file, as on a drawing that goes with a permit; whether that
        is in force only its page knows. not_original: a copy, a photo, another file; ask by the code instead.
        """
        if self.valid:
            return self.verdict.answer if self.verdict else "valid"
        found = {problem.code for problem in self.problems}
        if found == {"sealed"}:
            return "sealed"
        return "not_original" if found & NOT_ORIGINAL else "not_valid"

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON: the bundle's, with the PDF's own findings added."""
        bundle = self.verdict.to_dict() if self.verdict else {"checked": [], "entries": []}
        return bundle | {
            "valid": self.valid,
            "answer": self.answer,
            "problems": [asdict(one) for one in self.problems],
            "notes": [*bundle.get("notes", ()), *(asdict(one) for one in self.notes)],
            "signatures": [asdict(one) for one in self.inspection.signatures],
        }


def inspect_result(pdf: bytes, trust_roots: Sequence[bytes] | None = None) -> Inspection:
    """Reads an issued PDF; never raises on bad data, and takes at most SECONDS.

    `trust_roots` are certificates (PEM or DER) that signers must stand under. Roots whose digests the
    authority's genesis entry names under `document_roots` count too: believe that only when the bundle's
    verdict is valid.
    """
    if len(pdf) > LARGEST:
        return Inspection(problems=(_remark("too_large"),))
    if not pdf.startswith(b"%PDF-"):
        return Inspection(problems=(_remark("not_pdf"),))
    try:
        found, parts = _reader().ask({}, [pdf, *(trust_roots or ())])
    except WorkError as failure:
        code = failure.code if failure.code in TEXTS else "not_pdf"
        if code == "not_pdf" and SIGNED in pdf:
            code = "damaged"
        return Inspection(problems=(_remark(code, failure.detail),))
    except UnfinishedError:
        return Inspection(problems=(_remark("limits"),))
    size = found["original"]
    return Inspection(
        original=None if size is None else pdf[:size],
        bundle=parts[0] if parts else None,
        signatures=tuple(Signature(**one) for one in found["signatures"]),
        whole_file=found["whole_file"],
        problems=tuple(_remark(code, detail, name=name) for code, name, detail in found["problems"]),
    )


def verify_result(pdf: bytes, trust: Trust, trust_roots: Sequence[bytes] | None = None) -> ResultVerdict:
    """The verdict on an issued PDF, by the log keys of `trust`. Never raises on bad data."""
    inspection = inspect_result(pdf, trust_roots)
    if inspection.bundle is None:
        sealed = all(problem.code == "sealed" for problem in inspection.problems)
        return ResultVerdict(False, inspection.problems, inspection, None, _signed(inspection, sound=sealed))
    verdict = verify_document(inspection.bundle, pdf, trust)
    # The kernel cannot look into a PDF and says so; here what follows the draft was looked at.
    verdict = replace(verdict, notes=tuple(one for one in verdict.notes if one.code != "note_file_continues"))
    problems = (*verdict.problems, *inspection.problems)
    notes = _signed(inspection, sound=not problems)
    return ResultVerdict(not problems, problems, inspection, verdict, notes)


def _signed(inspection: Inspection, *, sound: bool) -> tuple[Remark, ...]:
    """Who signed, and whose time stamps the signatures carry, where nothing is wrong with the file."""
    valid = [one for one in inspection.signatures if one.valid and sound]
    notes = [_remark("signed", name=one.signer) for one in valid]
    notes += [
        _remark("stamped", name=one.signer, by=one.stamped_by, at=one.stamped_at)
        for one in valid
        if one.stamped_at
    ]
    if any(one.trusted is None for one in inspection.signatures):
        notes.append(_remark("signers_unchecked"))
    return tuple(notes)


@cache
def _reader() -> Apart:
    return Apart("xactin.cases.papers.reading", seconds=SECONDS, memory=MEMORY)
