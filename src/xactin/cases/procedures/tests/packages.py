"""Packages for tests: the shipped birth registration as another version, zipped."""

import io
import zipfile
from collections.abc import Mapping

from xactin.cases import testing

NEXT = {
    'version: "2026-11-27"': 'version: "2027-03"',
    "effective: {from: 2026-04-15, until: 2027-03-01}": "effective: {from: 2027-03-01}",
}


def files(name: str = testing.BIRTH, changes: Mapping[str, str] = NEXT) -> dict[str, bytes]:
    """The files of a shipped package, with texts of its procedure.yaml changed."""
    folder = testing.package_folder(name)
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    text = found["procedure.yaml"].decode()
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return found | {"procedure.yaml": text.encode()}


def zipped(content: Mapping[str, bytes], folder: str = "") -> bytes:
    """A zip of files, within a folder if one is named."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(f"{folder}{name}", data)
    return kept.getvalue()
