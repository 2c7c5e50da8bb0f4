"""The printing press: Typst, in a process of its own (see `apart`). Called through `render`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from xactin.cases.papers.fonts import font_folder
from xactin.vault.apart import Header, WorkError

LIBRARY: Final = Path(__file__).with_name("templates")
TRANSIENT: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@cache
def _compiler() -> Any:
    import typst

    # A template that imports a package of the registry must fail, not fetch.
    for name in TRANSIENT:
        os.environ[name] = "http://127.0.0.1:9"
    nothing = tempfile.mkdtemp()
    return typst.Compiler(
        font_paths=[str(font_folder())],
        ignore_system_fonts=True,
        package_path=nothing,
        package_cache_path=nothing,
    )


@lru_cache(maxsize=64)
def _root(digest: str) -> Path:
    root = Path(tempfile.mkdtemp())
    for file in LIBRARY.glob("*.typ"):
        (root / file.name).write_bytes(file.read_bytes())
    return root


def _filled(names: Sequence[str], parts: Sequence[bytes]) -> Path:
    """A folder that Typst may read: our library and a package's files. Same files, same folder."""
    digest = sha256()
    for name, part in zip(names, parts, strict=True):
        digest.update(f"{len(name)}:{name}{len(part)}:".encode())
        digest.update(part)
    root = _root(digest.hexdigest())
    for name, part in zip(names, parts, strict=True):
        file = (root / name).resolve()
        if not file.is_relative_to(root.resolve()) or (LIBRARY / name).exists():
            raise WorkError("file_name", name)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(part)
    return root


def work(header: Header, parts: Sequence[bytes]) -> tuple[Header, list[bytes]]:
    """Prints `main` with `inputs`; `time` (Unix seconds) is the document's date."""
    import typst

    try:
        pdf = _compiler().compile(
            header["main"].encode(),
            format="pdf",
            root=str(_filled(header["files"], parts)),
            sys_inputs=header["inputs"],
            pdf_standards=header["standards"],
            timestamp=header["time"],
        )
    except typst.TypstError as error:
        raise WorkError("template", f"{error.message} {error.diagnostic}".strip()) from error
    return {}, [pdf]
