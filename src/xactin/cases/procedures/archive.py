"""A package as somebody sends it: a zip of its folder. Nothing of it is written to disk, run, or served as sent.

Sizes are counted while unpacking and not believed; only files that a package knows are taken.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from xactin.kernel.procedure.package import MAX_FILES
from xactin.kernel.procedure.problems import PackageError, Problem

LARGEST_SENT: Final = 1_000_000
LARGEST_UNPACKED: Final = 5_000_000
KNOWN: Final = re.compile(
    r"procedure\.yaml|process\.bpmn|form\.schema\.json|[A-Za-z0-9][A-Za-z0-9_-]*\.typ"
    r"|examples/[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml"
)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


def read_archive(sent: bytes) -> dict[str, bytes]:
    """The files of a package by their names in its folder. Raises PackageError with all that is wrong.

    The folder itself may be in the zip; hidden files are left out, as when a folder is read.
    """
    if len(sent) > LARGEST_SENT:
        raise PackageError([_too_large()])
    try:
        with zipfile.ZipFile(io.BytesIO(sent)) as archive:
            return _files(archive)
    except _DAMAGED as error:
        raise PackageError(
            [
                Problem(
                    "not_a_zip",
                    "zip",
                    "Tệp không phải là tệp nén ZIP, hoặc đã bị hỏng. Hãy nén lại thư mục của gói.",
                    "This is no ZIP file, or it is damaged. Pack the folder of the package again.",
                )
            ]
        ) from error


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    problems = [problem for member in members for problem in _outside(member)]
    if problems:
        raise PackageError(problems)
    shown = [member for member in members if not _hidden(member.filename)]
    top = _folder_of(shown)
    named = [(member.filename.removeprefix(top), member) for member in shown]
    problems = list(_unknown([name for name, _ in named]))
    if len(named) > MAX_FILES:
        problems.append(_too_large())
    if problems:
        raise PackageError(problems)
    return _unpacked(archive, named)


def _outside(member: zipfile.ZipInfo) -> Iterator[Problem]:
    """A path that leaves the folder, a link, an encrypted or strangely packed file."""
    name = member.filename
    parts = name.split("/")
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or ".." in parts or "" in parts or "\\" in name or ":" in name:
        yield Problem(
            "outside",
            name,
            f"“{name}” dẫn ra ngoài thư mục của gói",
            f"“{name}” leads out of the folder of the package",
        )
    elif member.flag_bits & 1 or member.compress_type not in _METHODS:
        yield Problem(
            "packed",
            name,
            f"“{name}” được đặt mật khẩu hoặc nén theo cách không dùng được. Hãy nén lại theo cách thông thường.",
            f"“{name}” is locked, or packed in a way that is not taken. Pack it again in the usual way.",
        )


def _hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _folder_of(members: Sequence[zipfile.ZipInfo]) -> str:
    """The one folder that everything lies in (with its slash), "" where there is none."""
    tops = {member.filename.partition("/")[0] for member in members if "/" in member.filename}
    alone = len(tops) == 1 and all("/" in member.filename for member in members)
    top = next(iter(tops), "")
    return f"{top}/" if alone and top != "examples" else ""


def _unknown(names: Sequence[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        if not KNOWN.fullmatch(name):
            yield Problem(
                "unknown_file",
                name,
                f"Gói thủ tục không có tệp “{name}”: hãy bỏ tệp này ra",
                f"A package has no file “{name}”: take it out",
            )
        elif names.count(name) > 1:
            yield Problem(
                "twice", name, f"“{name}” có hai lần trong tệp nén", f"“{name}” is in the zip twice"
            )


def _unpacked(archive: zipfile.ZipFile, named: Sequence[tuple[str, zipfile.ZipInfo]]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = LARGEST_UNPACKED
    for name, member in named:
        with archive.open(member) as packed:
            files[name] = packed.read(left + 1)
        left -= len(files[name])
        if left < 0:
            raise PackageError([_too_large()])
    problems = [_not_text(name) for name, data in files.items() if not _is_text(data)]
    if problems:
        raise PackageError(problems)
    return files


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _not_text(name: str) -> Problem:
    return Problem(
        "not_text",
        name,
        f"“{name}” không phải văn bản UTF-8",
        f"“{name}” is not text in UTF-8",
    )


def _too_large() -> Problem:
    sent, unpacked = LARGEST_SENT // 1_000_000, LARGEST_UNPACKED // 1_000_000
    return Problem(
        "too_large",
        "zip",
        f"Gói quá lớn: tệp nén tối đa {sent} MB, mở ra tối đa {unpacked} MB và {MAX_FILES} tệp",
        f"The package is too large: {sent} MB packed, {unpacked} MB and {MAX_FILES} files unpacked at most",
    )
