"""What a file is, by its content and never by its name."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

import filetype

from xactin.vault.errors import WrongType

HEAD: Final = 8192
PDF: Final = "application/pdf"
_TEXTS: Final = ("text/plain", "text/csv", "application/json", "application/xml")
_LONGEST_NAME: Final = 150
_UNKNOWN: Final = "application/octet-stream"


def media_type(head: bytes) -> str:
    """The media type of content that begins like this; `application/octet-stream` where it is not known."""
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if begin.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<!--")):
        return "text/html"
    if begin.startswith(b"%pdf"):
        # A reader may look for the mark further on; we do not, for such files are two things at once.
        return PDF if head.startswith(b"%PDF-") else _UNKNOWN
    found = filetype.guess_mime(head)
    if found:
        return str(found)
    return "text/plain" if _is_text(head) else _UNKNOWN


def accepted_type(head: bytes, accepts: Sequence[str]) -> str:
    """The type under which the content is taken. Raises WrongType."""
    found = media_type(head)
    if found in accepts:
        return found
    if found == "text/plain":
        # Text has no mark of its own, so the kind of text that is asked for is believed.
        for text in _TEXTS:
            if text in accepts:
                return text
    raise WrongType(found, list(accepts))


def clean_name(name: str) -> str:
    """A file name that is safe to show and to send: no folders, no control signs, NFC, not too long."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(_kept(base)).strip(" .")
    if len(kept) <= _LONGEST_NAME:
        return kept or "file"
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 10:
        return kept[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(ending) - 1] + "." + ending


ENDINGS: Final = {PDF: ("pdf",), "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"), "image/png": ("png",)}


def named_as(name: str, media_type: str) -> str:
    """The name with the ending of what it is: a photo called `plan.pdf` would open nowhere once it is downloaded."""
    endings = ENDINGS.get(media_type, ())
    if not endings or name.lower().rpartition(".")[2] in endings:
        return name
    return clean_name(f"{name}.{endings[0]}")


def _kept(name: str) -> Iterator[str]:
    for letter in name:
        # Cc, Cf: control signs, and those that turn the direction of writing ("fdp.exe").
        if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn") and letter not in '<>:"|?*':
            yield letter


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The head may end within a letter.
        return error.start >= len(head) - 3 and len(head) == HEAD
    return True
