"""The stamper: what the closed child does with a drawing. Called through `drawings`.

Everything it needs is imported when the child starts, before any clock of a call runs.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from xactin.cases.papers.signing.chains import context
from xactin.cases.papers.stamps.pages import page_references, stamped
from xactin.cases.papers.stamps.places import sheet
from xactin.cases.papers.stamps.sight import unseen
from xactin.vault.apart import Header, WorkError


def work(header: Header, parts: Sequence[bytes]) -> tuple[Header, list[bytes]]:
    """In the child: parts are a drawing and the printed stamp.

    `do`: stamp (answers the stamped drawing, unless it is not to be kept) or proof (of a sealed one).
    """
    pdf, mark = parts
    until = time.monotonic() + header["seconds"]
    try:
        if header["do"] == "stamp":
            kept = header.get("keep", True)
            made = _stamped(pdf, mark, header["most"], until, every=kept)
            return {}, [made] if kept else []
        _prove(pdf, mark, until)
        return {}, []
    except WorkError:
        raise
    except (PdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise WorkError("unreadable", f"{type(error).__name__}: {error}"[:200]) from error


def _stamped(drawing: bytes, mark: bytes, most: int, until: float, *, every: bool) -> bytes:
    made = stamped(drawing, mark, most=most)
    hidden = _unseen(made, mark, until, every=every)
    if hidden:
        made = stamped(drawing, mark, most=most, alone=hidden)
        if hidden := _unseen(made, mark, until, every=every):
            raise WorkError("unseen", ", ".join(str(number + 1) for number in hidden))
    return made


def _unseen(pdf: bytes, mark: bytes, until: float, *, every: bool = True) -> list[int]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    sheets = [sheet(one.get_object()) for one in page_references(reader)]
    return unseen(pdf, mark, sheets, until, every=every)


def _prove(sealed: bytes, mark: bytes, until: float) -> None:
    """What we are about to publish: the stamp on each page, and a signature that holds over all of the file."""
    if hidden := _unseen(sealed, mark, until):
        raise WorkError("unseen", ", ".join(str(number + 1) for number in hidden))
    signature = list(PdfFileReader(io.BytesIO(sealed), strict=False).embedded_regular_signatures)[-1]
    others, moment = signature.other_embedded_certs, signature.self_reported_timestamp
    status = validate_pdf_signature(signature, context([], others, moment), skip_diff=True)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and whole):
        raise WorkError("unreadable", "the signature does not hold over the file that was made")
