"""A zip from outside: only what a package knows is taken, and never more than the limits."""

import io
import stat
import zipfile

import pytest

from xactin.cases.procedures import archive
from xactin.cases.procedures.tests.packages import zipped
from xactin.kernel.procedure.problems import PackageError

GOOD = {
    "procedure.yaml": b"code: x",
    "process.bpmn": b"<a/>",
    "form.schema.json": b"{}",
    "result.typ": "chữ".encode(),
    "examples/normal.yaml": b"a: 1",
}


def codes(sent: bytes) -> set[str]:
    with pytest.raises(PackageError) as refused:
        archive.read_archive(sent)
    assert all(problem.vi and problem.en for problem in refused.value.problems)
    return {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize("folder", ["", "birth-registration/"])
def test_files_are_named_as_in_their_folder(folder: str) -> None:
    assert archive.read_archive(zipped(GOOD, folder)) == GOOD


def test_what_systems_leave_behind_is_left_out() -> None:
    litter = {"p/.DS_Store": b"x", "__MACOSX/p/._result.typ": b"x"}
    inside = {f"p/{name}": data for name, data in GOOD.items()}
    assert archive.read_archive(zipped(inside | litter)) == GOOD


@pytest.mark.parametrize("name", ["../evil.yaml", "/etc/passwd", "a/../../b.typ", "c:\\x.typ", "a//b.typ"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    assert "outside" in codes(zipped(GOOD | {name: b"x"}))


def test_a_link_is_refused() -> None:
    kept = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(kept, "a") as packed:
        link = zipfile.ZipInfo("secret.typ")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    assert codes(kept.getvalue()) == {"outside"}


@pytest.mark.parametrize(
    "name", ["index.html", "run.py", "examples/a.html", "deep/procedure.yaml", "examples/a/b.yaml"]
)
def test_a_file_no_package_has_is_refused_by_name(name: str) -> None:
    assert codes(zipped(GOOD | {name: b"x"})) == {"unknown_file"}


def test_a_name_that_comes_twice_is_refused() -> None:
    kept = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(kept, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("result.typ", b"other")
    assert codes(kept.getvalue()) == {"twice"}


def test_sizes_are_counted_while_unpacking() -> None:
    bomb = zipped(GOOD | {"result.typ": b" " * (archive.LARGEST_UNPACKED + 1)})
    assert len(bomb) < archive.LARGEST_SENT
    assert codes(bomb) == {"too_large"}


def test_a_size_that_lies_does_not_help() -> None:
    """The directory of the zip says 10 bytes; what comes out is not believed to be more."""
    sent = zipped(GOOD | {"result.typ": b" " * (archive.LARGEST_UNPACKED + 1)})
    real = (archive.LARGEST_UNPACKED + 1).to_bytes(4, "little")
    lied = sent.replace(real, (10).to_bytes(4, "little"))
    assert lied != sent
    assert codes(lied) <= {"not_a_zip", "too_large"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "not_a_zip"),
        (b"<html>no zip</html>", "not_a_zip"),
        (zipped(GOOD)[:-30], "not_a_zip"),
        (b"x" * (archive.LARGEST_SENT + 1), "too_large"),
        (zipped(GOOD | {"result.typ": b"\xff\xfe"}), "not_text"),
        (zipped(GOOD | {"result.typ": b"a\0b"}), "not_text"),
        (zipped({f"examples/a{n}.yaml": b"" for n in range(201)}), "too_large"),
    ],
)
def test_what_is_no_package_is_told(sent: bytes, code: str) -> None:
    assert codes(sent) == {code}


def test_a_locked_or_strangely_packed_file_is_refused() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("procedure.yaml", b"x" * 1000)
    assert codes(kept.getvalue()) == {"packed"}
