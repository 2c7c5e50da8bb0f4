"""Why content is opened is in words: each purpose that stands in the code is registered, for a citizen reads it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xactin.identity.readings.registry import purposes, readers

SOURCE: Final = Path(__file__).resolve().parents[2] / "src" / "xactin"


def unworded(text: str) -> Iterator[str]:
    """The purposes of a file's calls that nobody put into words; one made up while running is never in words."""
    for call in ast.walk(ast.parse(text)):
        for one in call.keywords if isinstance(call, ast.Call) else ():
            if one.arg != "purpose":
                continue
            if isinstance(one.value, ast.JoinedStr):
                yield ast.unparse(one.value)
            elif isinstance(one.value, ast.Constant) and one.value.value not in purposes():
                yield str(one.value.value)


def test_each_purpose_is_in_words() -> None:
    files = [file for file in SOURCE.rglob("*.py") if "tests" not in file.parts and file.name != "testing.py"]
    assert {file.name: found for file in files if (found := list(unworded(file.read_text("utf-8"))))} == {}


def test_what_it_must_catch() -> None:
    told = (
        "open(purpose='looking'); open(purpose=f'form {kind}'); open(purpose='desk'); open(purpose=purpose)"
    )
    assert list(unworded(told)) == ["looking", "f'form {kind}'"]


def test_readers_that_are_no_persons_are_in_words() -> None:
    assert {"rules", "result", "verify"} <= readers().keys()
