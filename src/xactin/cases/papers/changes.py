"""What was appended to a draft, and whether sealing may append it: a proof, two signatures, and nothing else.

A signature says who signed; it does not say that pages still show what was attested. So everything after the
draft is compared with it, object by object. What is not on this list of the allowed is a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pyhanko.pdf_utils import generic

from xactin.cases.papers.signing.pdf import Box, entry, raw

ROOT_ADDED: Final = {"/AF", "/Names", "/AcroForm"}
FORM: Final = {"/Fields", "/SigFlags"}
FIELD: Final = {"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/P", "/Rect", "/Border", "/AP", "/V", "/Lock"}
SLACK: Final = 2.0  # points, since boxes of fields are whole numbers
DEEPEST: Final = 60
MOST_OBJECTS: Final = 200_000
NOTHING: Final[Any] = generic.DictionaryObject()
Layout = Mapping[str, tuple[int, Box]]


class ChangedError(Exception):
    """The pages may not show what was attested; `where` says what was touched."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


def base_revision(reader: Any, size: int) -> int:
    """Which revision of the file its first `size` bytes are. Raises ChangedError where they are none."""
    starts = [reader.xrefs.get_startxref_for_revision(number) for number in range(reader.total_revisions)]
    inside = [number for number, start in enumerate(starts) if start < size]
    if not inside or inside != list(range(len(inside))):
        raise ChangedError("revisions")
    return inside[-1]


def check_unchanged(reader: Any, size: int, layout: Layout, bundle: str) -> None:
    """Raises ChangedError unless the first `size` bytes are followed by proof and signature fields only."""
    base = base_revision(reader, size)
    draft = reader.get_historical_resolver(base)
    pages = {(ref.idnum, ref.generation): number for number, ref in enumerate(_pages(draft))}
    root = reader.root_ref
    if reader.trailer.flatten(base).raw_get("/Root").reference != root or "/Encrypt" in reader.trailer:
        raise ChangedError("trailer")
    for number in range(base + 1, reader.total_revisions):
        if any(_existed(reader, ref, base) for ref in reader.xrefs.refs_freed_in_revision(number)):
            raise ChangedError("removed")
        for ref in reader.xrefs.explicit_refs_in_revision(number):
            known = (ref.idnum, ref.generation) in pages or ref == root
            if not known and _existed(reader, ref, base):
                raise ChangedError(f"object {ref.idnum}")
    _check_root(draft.root, reader.root, bundle)
    fields = _check_form(reader)
    for (idnum, generation), page in pages.items():
        ref = generic.Reference(idnum, generation)
        _check_page(draft.get_object(ref), reader.get_object(ref), page, fields, layout)


def _existed(reader: Any, ref: Any, revision: int) -> bool:
    try:
        return reader.xrefs.get_historical_ref(ref, revision) is not None
    except KeyError:
        return False


def _pages(handler: Any) -> list[Any]:
    """References of the page objects, in order. Raises ChangedError where the tree is no tree."""
    found: list[Any] = []
    seen: set[int] = set()

    def walk(ref: Any, depth: int) -> None:
        if depth > DEEPEST or ref.idnum in seen or len(seen) > MOST_OBJECTS:
            raise ChangedError("page tree")
        seen.add(ref.idnum)
        node = handler.get_object(ref.reference if hasattr(ref, "reference") else ref)
        if "/Kids" in node:
            for kid in raw(node["/Kids"]):
                walk(kid, depth + 1)
        else:
            found.append(ref)

    walk(handler.root.raw_get("/Pages"), 0)
    return found


def spelled(value: Any, depth: int = 0) -> Any:
    """A value as comparable plain data; references are not followed."""
    if depth > DEEPEST:
        raise ChangedError("depth")
    if isinstance(value, generic.IndirectObject):
        return ("ref", value.idnum, value.generation)
    if isinstance(value, generic.StreamObject):
        return ("stream", value.encoded_data)
    if isinstance(value, generic.DictionaryObject):
        return {str(key): spelled(value.raw_get(key), depth + 1) for key in value}
    if isinstance(value, generic.ArrayObject):
        return [spelled(one, depth + 1) for one in raw(value)]
    return (type(value).__name__, str(value))


def _same(old: Any, new: Any, besides: set[str], where: str) -> None:
    for key in {str(one) for one in (*old, *new)} - besides:
        if key not in old or key not in new or spelled(old.raw_get(key)) != spelled(new.raw_get(key)):
            raise ChangedError(f"{where} {key}")


def _check_root(old: Any, new: Any, bundle: str) -> None:
    _same(old, new, ROOT_ADDED, "catalog")
    old_names, new_names = entry(old, "/Names", NOTHING), entry(new, "/Names", NOTHING)
    _same(old_names, new_names, {"/EmbeddedFiles"}, "names")
    before, after = _embedded(old_names), _embedded(new_names)
    if after.keys() - before.keys() != {bundle} or any(after.get(key) != ref for key, ref in before.items()):
        raise ChangedError("attached files")
    was, now = ([spelled(one) for one in raw(root["/AF"])] if "/AF" in root else [] for root in (old, new))
    if now[: len(was)] != was or len(now) != len(was) + 1:
        raise ChangedError("associated files")


def _embedded(names: Any) -> dict[str, Any]:
    tree = entry(names, "/EmbeddedFiles", NOTHING)
    if "/Kids" in tree:
        raise ChangedError("attached files")
    listed = entry(tree, "/Names", generic.ArrayObject())
    if len(listed) % 2:
        raise ChangedError("attached files")
    return {str(listed[at]): spelled(listed.raw_get(at + 1)) for at in range(0, len(listed), 2)}


def _check_form(reader: Any) -> dict[tuple[int, int], Any]:
    """The signature fields, by reference."""
    form = entry(reader.root, "/AcroForm")
    if form is None:
        return {}
    if not {str(key) for key in form} <= FORM:
        raise ChangedError("form")
    fields = {}
    for ref in raw(form["/Fields"]):
        field = ref.get_object()
        if entry(field, "/FT") != "/Sig" or not {str(key) for key in field} <= FIELD:
            raise ChangedError("form field")
        fields[ref.idnum, ref.generation] = field
    return fields


def _check_page(old: Any, new: Any, page: int, fields: Mapping[tuple[int, int], Any], layout: Layout) -> None:
    _same(old, new, {"/Annots"}, f"page {page + 1}")
    was, now = (list(raw(node["/Annots"])) if "/Annots" in node else [] for node in (old, new))
    if [spelled(one) for one in now[: len(was)]] != [spelled(one) for one in was]:
        raise ChangedError(f"page {page + 1} annotations")
    for ref in now[len(was) :]:
        field = None
        if isinstance(ref, generic.IndirectObject):
            field = fields.get((ref.idnum, ref.generation))
        if field is None or entry(field, "/Subtype") != "/Widget":
            raise ChangedError(f"page {page + 1} annotations")
        _check_place(field, page, layout)


def _check_place(field: Any, page: int, layout: Layout) -> None:
    """A mark stands where the attested draft keeps a place for it, or has no size."""
    left, bottom, right, top = (float(edge) for edge in field["/Rect"])
    if left == right and bottom == top:
        return
    place = layout.get(str(entry(field, "/T")))
    if place is None or place[0] != page:
        raise ChangedError(f"page {page + 1} signature")
    edges = zip((left, bottom, right, top), place[1], strict=True)
    if any(abs(one - other) > SLACK for one, other in edges):
        raise ChangedError(f"page {page + 1} signature")
