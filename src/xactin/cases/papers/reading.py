"""Reads a PDF that anybody may have made. Runs in a process of its own; called through `inspect`."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from asn1crypto import x509
from pyhanko.pdf_utils.decode_limits import DecodeLimits
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from xactin.cases.papers.changes import ChangedError, check_unchanged
from xactin.cases.papers.cms_form import check_spelling
from xactin.cases.papers.signing.chains import chains_to, context
from xactin.cases.papers.signing.pdf import attached
from xactin.cases.papers.signing.seal import AGENCY, BUNDLE, CHAIR, layout
from xactin.cases.papers.signing.signers import SigningError, name_of, read_certificates
from xactin.cases.papers.signing.trial import TRIAL
from xactin.vault.apart import Header, WorkError

MOST_SIGNATURES: Final = 8
LARGEST_BUNDLE: Final = 32 * 1024 * 1024
# A parser of hostile files may raise anything (zlib, asn1crypto, recursion); here it means: not readable.
BAD: Final = Exception


def work(header: Header, parts: Sequence[bytes]) -> tuple[Header, list[bytes]]:
    """Parts are the PDF and trusted roots; answers what `inspect.Inspection` holds."""
    data, *roots = parts
    try:
        reader = PdfFileReader(
            io.BytesIO(data), strict=True, decode_limits=DecodeLimits.for_untrusted_input()
        )
        if reader.encrypted:
            raise WorkError("encrypted")
        return _Reading(data, reader, roots).answer()
    except WorkError:
        raise
    except BAD as error:
        raise WorkError("not_pdf", f"{type(error).__name__}: {error}"[:200]) from error


class _Reading:
    """One reading from start to end; `problems` grow as it goes."""

    def __init__(self, data: bytes, reader: Any, roots: Sequence[bytes]) -> None:
        self.data, self.reader = data, reader
        self.problems: list[tuple[str, str, str]] = []
        self.bundle = self._bundle()
        self.roots = self._given(roots)
        self.named = _named_roots(self.bundle)

    def answer(self) -> tuple[Header, list[bytes]]:
        last = self._last_signature() if self.bundle is None else None
        if last is not None:
            return self._sealed(last)
        size = self._original()
        signatures = self._signatures()
        whole = bool(signatures) and signatures[-1]["whole_file"]
        if signatures and not whole:
            self._problem("not_whole")
        if not {CHAIR, AGENCY} <= {one["field"] for one in signatures}:
            self._problem("signatures_missing")
        found = {"original": size, "signatures": signatures, "whole_file": whole, "problems": self.problems}
        return found, [] if self.bundle is None else [self.bundle]

    def _last_signature(self) -> Any | None:
        """The signature that ends the file, where it still stands as it was written; None on a print or a copy."""
        found = list(self.reader.embedded_regular_signatures)
        return found[-1] if found and self._is_framed(found[-1]) else None

    def _sealed(self, last: Any) -> tuple[Header, list[bytes]]:
        """A file without a bundle that somebody signed, as stamped drawings are: its last signature speaks for all.

        Those before it may be its author's, written by any program; the last one covers them too.
        """
        self.problems.clear()
        one = self._signature(last)
        if one["valid"] and not one["whole_file"]:
            self._problem("not_whole")
        if not self.problems:
            self._problem("sealed", one["signer"])
        found = {"original": None, "signatures": [one], "whole_file": one["whole_file"]}
        return {**found, "problems": self.problems}, []

    def _problem(self, code: str, name: str = "", detail: str = "") -> None:
        self.problems.append((code, name, detail))

    def _given(self, roots: Sequence[bytes]) -> list[x509.Certificate]:
        try:
            return [root for data in roots for root in read_certificates(data)]
        except SigningError as error:
            raise WorkError("broken", "trust roots") from error

    def _bundle(self) -> bytes | None:
        try:
            stream = attached(self.reader).get(BUNDLE)
            data = None if stream is None else bytes(stream.data)
        except BAD:
            data = None
        if data is None or len(data) > LARGEST_BUNDLE:
            self._problem("no_bundle")
            return None
        return data

    def _original(self) -> int | None:
        """How long the attested draft is, if the file begins with it; what follows is then looked at."""
        if self.bundle is None:
            return None
        for size, digest in _files(self.bundle):
            if 0 < size <= len(self.data) and sha256(memoryview(self.data)[:size]).hexdigest() == digest:
                self._check_rest(size)
                return size
        self._problem("draft_missing")
        if not any(self._is_framed(one) for one in self.reader.embedded_regular_signatures):
            self._problem("copy")
        return None

    def _is_framed(self, embedded: Any) -> bool:
        """Whether a signature still stands where its range says, as it does not once a program saved the file anew."""
        try:
            first, begin, end, last = (int(number) for number in embedded.byte_range)
        except BAD:
            return False
        return first == 0 and last >= 0 and self.data[begin : begin + 1] + self.data[end - 1 : end] == b"<>"

    def _check_rest(self, size: int) -> None:
        try:
            draft = PdfFileReader(io.BytesIO(self.data[:size]), strict=True)
            check_unchanged(self.reader, size, layout(draft), BUNDLE)
        except ChangedError as changed:
            self._problem("changed", detail=changed.where)
        except BAD as error:
            self._problem("changed", detail=type(error).__name__)

    def _signatures(self) -> list[dict[str, Any]]:
        found = list(self.reader.embedded_regular_signatures)
        if len(found) > MOST_SIGNATURES:
            raise WorkError("limits")
        return [self._signature(one) for one in found]

    def _signature(self, embedded: Any) -> dict[str, Any]:
        field = str(embedded.field_name)
        try:
            certificate, others = embedded.signer_cert, embedded.other_embedded_certs
            at = embedded.self_reported_timestamp
            moment = at if at is not None and at.tzinfo is not None else datetime.now(UTC)
            # Trust is asked apart from integrity: a stranger's signature is intact and still a stranger's.
            check_spelling(embedded, self.data)
            status = validate_pdf_signature(embedded, context([], others, moment))
            valid = bool(status.intact and status.valid and status.docmdp_ok)
            stamp = status.timestamp_validity
            valid = valid and (stamp is None or bool(stamp.intact and stamp.valid))
            whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        except BAD as error:
            self._problem("signature_invalid", field, type(error).__name__)
            return _unreadable(field)
        name = name_of(certificate, "common_name")
        if not valid:
            self._problem("signature_invalid", name)
        trusted = self._trusted(certificate, others, moment)
        if trusted is False:
            self._problem("signer_unknown", name)
        return {
            "field": field,
            "signer": name,
            "organisation": name_of(certificate, "organization_name"),
            "at": None if at is None else _utc(at),
            "valid": valid,
            "trusted": trusted,
            "whole_file": whole,
            "certificate": sha256(certificate.dump()).hexdigest(),
            "trial": TRIAL in name,
            "stamped_by": "" if stamp is None else name_of(stamp.signing_cert, "common_name"),
            "stamped_at": None if stamp is None else _utc(stamp.timestamp),
            "reason": str(embedded.sig_object.get("/Reason", "")),
        }

    def _trusted(self, certificate: Any, others: Any, at: datetime) -> bool | None:
        """Whether the signer stands under a root that was given, or that the genesis entry names."""
        named = [one for one in others if sha256(one.dump()).hexdigest() in self.named]
        if not self.roots and not self.named:
            return None
        return chains_to(certificate, others, [*self.roots, *named], at) is not None


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unreadable(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "signer": "",
        "organisation": "",
        "at": None,
        "valid": False,
        "trusted": None,
        "whole_file": False,
        "certificate": "",
        "trial": False,
        "stamped_by": "",
        "stamped_at": None,
        "reason": "",
    }


def _opened(bundle: bytes | None) -> dict[str, Any]:
    """The bundle as far as it is JSON; its verdict is the kernel's, in the parent."""
    try:
        value = json.loads(bundle or b"null")
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {}


def _files(bundle: bytes) -> list[tuple[int, str]]:
    """Size and sha256 of the files that the bundle speaks of."""
    found = []
    opened = _opened(bundle).get("opened")
    for item in opened if isinstance(opened, list) else ():
        file = item.get("file") if isinstance(item, dict) else None
        if isinstance(file, dict) and type(file.get("size")) is int and type(file.get("sha256")) is str:
            found.append((file["size"], file["sha256"]))
    return found


def _named_roots(bundle: bytes | None) -> frozenset[str]:
    """Digests of the CAs that the genesis entry names (`document_roots` of its effect)."""
    try:
        effect = _opened(bundle)["entries"][0]["entry"]["place"]["effect"]
        return frozenset(one for one in effect["document_roots"] if type(one) is str)
    except (KeyError, IndexError, TypeError):
        return frozenset()
