"""The checks that need neither a database nor a network: proofs and procedure packages."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xactin.kernel.log.checkpoint import NoteError
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.contradictions import contradictions
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verdict import Verdict
from xactin.web.launcher.data_folder import DataFolder, default_data_folder

Language = Literal["vi", "en"]
VALID, NOT_VALID, UNREADABLE = 0, 1, 2
LARGEST = 200 * 1024 * 1024

WORDS = {
    "valid": ("HỢP LỆ", "VALID"),
    "revoked": ("ĐÃ BỊ THU HỒI: không còn hiệu lực", "REVOKED: no longer in force"),
    "not_original": (
        "KHÔNG PHẢI TỆP GỐC: hãy tra cứu bằng mã trên giấy",
        "NOT THE ORIGINAL FILE: look the paper up by its code",
    ),
    "sealed": (
        "CÓ CHỮ KÝ SỐ, KHÔNG KÈM BẰNG CHỨNG: hãy tra cứu bằng mã trên dấu",
        "SIGNED, WITHOUT A PROOF: look it up by the code on its stamp",
    ),
    "not_valid": ("KHÔNG HỢP LỆ", "NOT VALID"),
    "unreadable": ("Không đọc được tệp", "The file cannot be read"),
    "no_trust": (
        "Chưa có khóa nhật ký nào được tin cậy: dùng --trust, XACTIN_TRUST hoặc thư mục dữ liệu.",
        "No log key is trusted yet: use --trust, XACTIN_TRUST or the data folder.",
    ),
    "agree": ("Hai bằng chứng không mâu thuẫn nhau.", "The two proofs do not contradict each other."),
    "as_of": ("Nhật ký {origin} tại kích thước {size}", "Log {origin} as of size {size}"),
    "witnessed": ("Có nhân chứng: {names}", "Witnessed by {names}"),
    "not_witnessed": ("Không có nhân chứng độc lập", "Not witnessed by anybody else"),
    "simulated": (
        "Cơ quan thử nghiệm: đồng hồ có thể là mô phỏng, không có giá trị pháp lý",
        "Demo authority: its clock may be simulated; without legal force",
    ),
}


AS_OF = "note_as_of"


@dataclass(frozen=True)
class Judgement:
    """What `xactin verify` prints, and its exit code."""

    code: int
    lines: tuple[str, ...]


def verify(file: Path, trust: list[str], language: Language, other: Path | None = None) -> int:
    """Checks a proof bundle or a signed PDF and says what was checked; with `other`, whether both can be true."""
    try:
        data = _read(file)
        second = None if other is None else _read(other)
        trusted = trust_from(trust)
    except (OSError, NoteError, UnicodeDecodeError) as error:
        print(f"{_word('unreadable', language)}: {error}", file=sys.stderr)
        return UNREADABLE
    judgement = judge(data, trusted, language)
    print("\n".join(judgement.lines))
    if second is None:
        return judgement.code
    return max(judgement.code, _compare(data, second, trusted, language))


def _read(file: Path) -> bytes:
    if file.stat().st_size > LARGEST:
        raise OSError("too large")
    return file.read_bytes()


def _compare(one: bytes, two: bytes, trust: Trust, language: Language) -> int:
    """Judges the other proof too, and says what the heads of both say against each other."""
    judgement = judge(two, trust, language)
    print("\n".join(judgement.lines))
    found = contradictions(_carried(one), _carried(two), trust)
    print("\n".join(f"! {getattr(item, language)}" for item in found) or _word("agree", language))
    return NOT_VALID if found else judgement.code


def _carried(data: bytes) -> bytes:
    """The bundle that a signed PDF carries, or the bundle itself."""
    if not data.startswith(b"%PDF-"):
        return data
    from xactin.cases.papers import inspect_result

    return inspect_result(data).bundle or b""


def trust_from(given: list[str]) -> Trust:
    """The keys of `--trust` (keys, or files of keys), else of `XACTIN_TRUST`, else of the data folder."""
    data = DataFolder(default_data_folder())
    places = given or [text for text in (os.environ.get("XACTIN_TRUST"),) if text]
    if not places and data.trust.is_file():
        places = [str(data.trust)]
    texts = [Path(place).read_text("utf-8") if Path(place).is_file() else place for place in places]
    return Trust.parse("\n".join(texts))


def judge(data: bytes, trust: Trust, language: Language) -> Judgement:
    """The judgement on the bytes of a bundle or of a signed PDF."""
    if data.startswith(b"%PDF-"):
        return _judge_result(data, trust, language)
    if data[:1] != b"{":
        return Judgement(UNREADABLE, (_word("not_original", language),))
    verdict = verify_bundle(data, trust)
    if not verdict.readable:
        return Judgement(UNREADABLE, (_word("unreadable", language),))
    lines = _tell(verdict, verdict.answer, [], [], trust, language)
    return Judgement(VALID if verdict.answer == "valid" else NOT_VALID, tuple(lines))


def _judge_result(data: bytes, trust: Trust, language: Language) -> Judgement:
    from xactin.cases.papers import verify_result

    found = verify_result(data, trust)
    if not found.readable:
        return Judgement(UNREADABLE, (_word("not_original", language),))
    if found.verdict is None:
        lines = [f"  - {getattr(problem, language)}" for problem in found.problems]
        # Nothing speaks against a file that is only sealed, and nothing proves it: it was not judged.
        code = UNREADABLE if found.answer == "sealed" else NOT_VALID
        return Judgement(code, (_word(found.answer, language), *lines))
    own = {id(problem) for problem in found.verdict.problems}
    faults = [getattr(problem, language) for problem in found.problems if id(problem) not in own]
    notes = [getattr(note, language) for note in found.notes]
    lines = _tell(found.verdict, found.answer, faults, notes, trust, language)
    return Judgement(VALID if found.answer == "valid" else NOT_VALID, tuple(lines))


def _tell(
    verdict: Verdict, answer: str, faults: list[str], signed: list[str], trust: Trust, language: Language
) -> list[str]:
    valid = verdict.valid and not faults
    lines = [_word(answer, language)]
    # Right below "valid": what no file can say of itself.
    first = [note for note in verdict.notes if note.code == AS_OF] if valid else []
    if valid:
        lines += [f"  ! {getattr(item, language)}" for item in (*verdict.endings, *first)]
    if not trust.logs:
        lines.append(f"  ! {_word('no_trust', language)}")
    lines += [f"  - {getattr(problem, language)}" + _place(problem.where) for problem in verdict.problems]
    lines += [f"  - {fault}" for fault in faults]
    lines += [f"  + {getattr(remark, language)}" for remark in verdict.checked]
    if valid:
        lines += [f"  + {line}" for line in signed]
    if verdict.origin is not None:
        lines.append("  " + _word("as_of", language).format(origin=verdict.origin, size=verdict.as_of))
        names = ", ".join(witness.name for witness in verdict.witnesses)
        lines.append(
            "  "
            + (
                _word("witnessed", language).format(names=names)
                if names
                else _word("not_witnessed", language)
            )
        )
    if verdict.simulated_clock:
        lines.append(f"  ! {_word('simulated', language)}")
    lines += [f"  i {getattr(remark, language)}" for remark in verdict.notes if remark not in first]
    lines += [
        f"  {entry.index:>8}  {entry.at}  {entry.act}  ({entry.custody or '?'})" for entry in verdict.entries
    ]
    return lines


def check_procedure(path: Path, language: Language) -> int:
    """Prints every problem of a package; 0 when there is none."""
    from xactin.cases.queries import platform
    from xactin.kernel.procedure.check import check_folder

    problems = check_folder(path, None, None, platform())
    for problem in problems:
        print(f"{problem.code}: {problem.where}: {getattr(problem, language)}")
    if not problems:
        print(f"{path}: " + ("không có lỗi" if language == "vi" else "no problem found"))
    return 1 if problems else 0


def _place(where: str) -> str:
    return f" [{where}]" if where else ""


def _word(name: str, language: Language) -> str:
    return WORDS[name][0 if language == "vi" else 1]
