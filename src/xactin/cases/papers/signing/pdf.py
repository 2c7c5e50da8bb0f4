"""Appending to a PDF: a writer that leaves metadata alone, an attached file, a signature with its mark."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from hashlib import md5
from typing import Any, Final

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.content import AnnotAppearances
from pyhanko.pdf_utils.decode_limits import DecodeLimits
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp.base import BaseStampStyle

from xactin.cases.papers.signing.signers import ATTRIBUTES, DocumentSigner

POINT: Final = 72 / 25.4
DIGEST: Final = "sha256"
Box = tuple[float, float, float, float]


class AppendingWriter(IncrementalPdfFileWriter):
    """Appends to a PDF and touches neither /Info nor XMP, so that both go on saying the same (PDF/A)."""

    def __init__(self, data: bytes, *, strict: bool = True) -> None:
        super().__init__(io.BytesIO(data), strict=strict, decode_limits=DecodeLimits.for_untrusted_input())
        self._lastobj_id: int = max(self._lastobj_id, _highest(self.prev))

    def _update_meta(self) -> None:
        """Nothing: the draft's metadata stand."""

    def appended(self) -> bytes:
        """The whole file; what was read is its beginning."""
        out = io.BytesIO()
        writer: Any = self  # pyHanko leaves this method untyped
        writer.write(out)
        return out.getvalue()


def _highest(reader: Any) -> int:
    """The highest object number in use: some programs write a smaller /Size, and a new object of that number would
    take the place of an old one."""
    revisions = range(reader.total_revisions)
    used = (ref.idnum for number in revisions for ref in reader.xrefs.explicit_refs_in_revision(number))
    return max(used, default=0)


def entry(node: Any, key: str, default: Any = None) -> Any:
    """A value of a PDF dictionary with references followed (`get` of pyHanko gives the bare reference)."""
    return node[key] if key in node else default  # noqa: SIM401


def raw(array: Any) -> list[Any]:
    """The members of a PDF array, references as they are."""
    return [array.raw_get(place) for place in range(len(array))]


def attach(writer: Any, data: bytes, *, name: str, media_type: str, description: str, at: datetime) -> None:
    """Attaches a file to the document as PDF/A-3 asks: MIME type, date, relationship, /AF."""
    stream = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/EmbeddedFile"),
            pdf_name("/Subtype"): pdf_name(f"/{media_type}"),
            pdf_name("/Params"): generic.DictionaryObject(
                {
                    pdf_name("/Size"): generic.NumberObject(len(data)),
                    # What the standard names; nothing relies on it.
                    pdf_name("/CheckSum"): generic.ByteStringObject(
                        md5(data, usedforsecurity=False).digest()
                    ),
                    pdf_name("/ModDate"): generic.pdf_date(at),
                }
            ),
        },
        stream_data=data,
    )
    stream.compress()
    embedded = writer.add_object(stream)
    files = generic.DictionaryObject({pdf_name("/F"): embedded, pdf_name("/UF"): embedded})
    filed = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Filespec"),
            pdf_name("/F"): pdf_string(name),
            pdf_name("/UF"): pdf_string(name),
            pdf_name("/EF"): files,
            pdf_name("/AFRelationship"): pdf_name("/Supplement"),
            pdf_name("/Desc"): generic.TextStringObject(description),
        }
    )
    reference = writer.add_object(filed)
    root = writer.root
    names = entry(root, "/Names", generic.DictionaryObject())
    tree = entry(names, "/EmbeddedFiles", generic.DictionaryObject())
    if "/Kids" in tree:
        raise misc.PdfWriteError("a draft of ours has a flat list of attached files")
    listed = entry(tree, "/Names", generic.ArrayObject())
    known = raw(listed)
    pairs = dict(zip(known[::2], known[1::2], strict=True)) | {pdf_string(name): reference}
    listed = generic.ArrayObject(part for key in sorted(pairs) for part in (key, pairs[key]))
    tree = generic.DictionaryObject({**tree, pdf_name("/Names"): listed})
    root["/Names"] = generic.DictionaryObject({**names, pdf_name("/EmbeddedFiles"): tree})
    root["/AF"] = generic.ArrayObject([*raw(entry(root, "/AF", generic.ArrayObject())), reference])
    writer.update_root()


def attached(reader: Any) -> dict[str, Any]:
    """The attached files of a document, name -> stream object, from a flat list."""
    try:
        listed = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        return {}
    return {str(listed[at]): listed[at + 1]["/EF"]["/F"] for at in range(0, len(listed) - 1, 2)}


def add_field(writer: AppendingWriter, name: str, label: str, place: tuple[int, Box] | None) -> None:
    """An empty signature field: at `place` (page from 0, box in PDF coordinates), or an invisible one."""
    page, box = place if place is not None else (0, None)
    rounded: Any = None if box is None else tuple(round(edge) for edge in box)
    append_signature_field(
        writer, SigFieldSpec(sig_field_name=name, on_page=page, box=rounded, readable_field_name=label)
    )


class _Mark(BaseStampStyle):
    """A mark printed beforehand, as the appearance of a signature."""

    printed: bytes

    def __init__(self, printed: bytes) -> None:
        super().__init__(border_width=0)
        object.__setattr__(self, "printed", printed)  # its base is a frozen dataclass

    def create_stamp(self, writer: Any, box: Any, text_params: Any) -> Any:
        return _MarkAppearance(writer, self.printed)


class _MarkAppearance:
    def __init__(self, writer: Any, printed: bytes) -> None:
        self._writer, self._printed = writer, printed

    def apply_appearance(self, annotation: Any) -> None:
        page = self._writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._printed)))
        annotation["/AP"] = AnnotAppearances(page).as_pdf_object()


class _PdfSigner(PdfSigner):
    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        """None: announcing ECDSA would set the catalog's version to 2.0, and PDF/A-3 is PDF 1.7."""


async def sign(
    pdf: bytes,
    signer: DocumentSigner,
    *,
    field: str,
    reason: str,
    at: datetime,
    mark: bytes | None = None,
    time_service: TimeStamper | None = None,
    strict: bool = True,
) -> bytes:
    """The PDF with one more PAdES signature (SHA-256) over all of it, in an existing or a new field.

    B-B; with a time-stamping authority (`signing/timestamps.py`) B-T.
    """
    signer.check_time(at)
    writer = AppendingWriter(pdf, strict=strict)
    metadata = PdfSignatureMetadata(
        field_name=field, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    style = None if mark is None else _Mark(mark)
    session = _PdfSigner(metadata, signer, timestamper=time_service, stamp_style=style).init_signing_session(
        writer
    )
    session.system_time = at  # pyHanko would take its own clock
    prepared = session.prepare_tbs_document(None, bytes_reserved=await _room(session, signer, time_service))
    out = io.BytesIO()
    digest, _ = prepared.digest_tbs_document(output=out)
    after = await prepared.perform_signature(
        document_digest=digest.document_digest, pdf_cms_signed_attrs=ATTRIBUTES
    )
    await after.post_signature_processing(out)
    return out.getvalue()


async def _room(session: Any, signer: DocumentSigner, time_service: TimeStamper | None) -> int:
    """How many digits the signature may take: with a token of time as pyHanko finds by building it whole once."""
    if time_service is None:
        return await signer.room(DIGEST)
    return int(await session.estimate_signature_container_size(None))


def box_on_page(box: Sequence[float], page: Any) -> Box:
    """A box from the top left corner (x, y, width, height) in the page's own coordinates."""
    _, bottom, _, top = (float(edge) for edge in page["/MediaBox"])
    x, y, width, height = box
    return x, top - bottom - y - height, x + width, top - bottom - y
