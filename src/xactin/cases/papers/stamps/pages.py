"""Appending the stamp to the pages of anybody's PDF. Runs in the closed child.

Pages share what they stand on: one `/Resources` for all of them, boxes of the node above, a contents stream that
two pages show. So nothing that was there is changed: a page gets resources and a list of contents of its own.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from xactin.cases.papers.signing.pdf import AppendingWriter, entry, raw
from xactin.cases.papers.stamps.places import inherited, placement, sheet
from xactin.vault.apart import WorkError

MOST_NODES: Final = 10_000  # of a tree of pages
DEEPEST: Final = 50
NAME: Final = "XactinStamp"
PAGE: Final = "XactinPage"


def stamped(pdf: bytes, mark: bytes, *, most: int, alone: Collection[int] = ()) -> bytes:
    """The PDF with the printed `mark` on each of at most `most` pages; what came in is its beginning.

    The contents of the pages `alone` (from 0) become one closed drawing first: what they leave behind (a turned
    or cut page, states never restored) then cannot touch the stamp. Raises WorkError.
    """
    writer = AppendingWriter(pdf, strict=False)
    if writer.prev.encrypted:
        raise WorkError("encrypted")
    if entry(entry(writer.root, "/Perms", {}), "/DocMDP") is not None:
        raise WorkError("locked")  # certified: whoever changes it after its author breaks his signature
    pages = list(page_references(writer))
    if not 0 < len(pages) <= most:
        raise WorkError("pages", str(len(pages)))
    stamp = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(mark)))
    before = writer.add_object(generic.StreamObject(stream_data=b"q\n"))
    for number, reference in enumerate(pages):
        _stamp(writer, reference, stamp, before, closed=number in alone)
    return writer.appended()


def page_references(handler: Any) -> Iterator[Any]:
    """References of the page objects, in order. Raises WorkError where the tree is no tree, or a page is none."""
    seen: set[tuple[int, int]] = set()

    def walk(reference: Any, depth: int) -> Iterator[Any]:
        if not isinstance(reference, generic.IndirectObject) or depth > DEEPEST:
            raise WorkError("unreadable", "the tree of pages")
        place = (reference.idnum, reference.generation)
        if place in seen or len(seen) > MOST_NODES:
            raise WorkError("unreadable", "a page stands twice")
        seen.add(place)
        node = reference.get_object()
        if not isinstance(node, generic.DictionaryObject):
            raise WorkError("unreadable", "a page that is none")
        if "/Kids" in node:
            for kid in raw(node["/Kids"]):
                yield from walk(kid, depth + 1)
        else:
            yield reference

    yield from walk(handler.root.raw_get("/Pages"), 0)


def _stamp(writer: AppendingWriter, reference: Any, stamp: Any, before: Any, *, closed: bool) -> None:
    page = reference.get_object()
    numbers = " ".join(f"{value:.5f}" for value in placement(sheet(page)))
    resources, names = _resources(page)
    name = _free(names, NAME)
    names[pdf_name(f"/{name}")] = stamp
    draw = f"q {numbers} cm /{name} Do Q\n".encode()
    if closed:
        whole = _free(names, PAGE)
        names[pdf_name(f"/{whole}")] = _closed(writer, page)
        contents = [_stream(writer, f"q /{whole} Do Q\n".encode() + draw)]
    else:
        # A new line first: the contents before may end in a comment, or in half a word.
        contents = [before, *_contents(page), _stream(writer, b"\nQ\n" + draw)]
    page[pdf_name("/Resources")] = resources
    page[pdf_name("/Contents")] = generic.ArrayObject(contents)
    writer.mark_update(reference)


def _stream(writer: AppendingWriter, data: bytes) -> Any:
    return writer.add_object(generic.StreamObject(stream_data=data))


def _resources(page: Any) -> tuple[Any, Any]:
    """Resources for this page alone, and their list of drawings: everything it had is still in them."""
    had = inherited(page, "/Resources")
    own = _copied(had) if isinstance(had, generic.DictionaryObject) else generic.DictionaryObject()
    named = own[pdf_name("/XObject")] if "/XObject" in own else None
    names = _copied(named) if isinstance(named, generic.DictionaryObject) else generic.DictionaryObject()
    own[pdf_name("/XObject")] = names
    return own, names


def _copied(node: Any) -> Any:
    return generic.DictionaryObject({key: node.raw_get(key) for key in node})


def _free(names: Any, wanted: str) -> str:
    """A name that the page does not use yet (it may have been stamped before)."""
    number = 0
    while f"/{wanted}{number or ''}" in names:
        number += 1
    return f"{wanted}{number or ''}"


def _contents(page: Any) -> list[Any]:
    """The streams that a page shows, as references; none for an empty page."""
    if "/Contents" not in page:
        return []
    shown = page.raw_get("/Contents")
    content = page["/Contents"]
    if isinstance(content, generic.ArrayObject):
        return [one for one in raw(content) if isinstance(_followed(one), generic.StreamObject)]
    if isinstance(content, generic.StreamObject):
        return [shown]
    return []


def _followed(value: Any) -> Any:
    return value.get_object() if isinstance(value, generic.IndirectObject) else value


def _closed(writer: AppendingWriter, page: Any) -> Any:
    """What a page shows as one drawing, whose states end with it."""
    left, bottom, right, top = sheet(page).box
    data = b"\n".join(_followed(one).data for one in _contents(page))
    edges = generic.ArrayObject(generic.FloatObject(edge) for edge in (left, bottom, right, top))
    had = inherited(page, "/Resources")
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): edges,
            pdf_name("/Resources"): _copied(had) if had is not None else generic.DictionaryObject(),
        },
        stream_data=data,
    )
    form.compress()
    return writer.add_object(form)
