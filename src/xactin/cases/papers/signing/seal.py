"""Sealing a result, in the one order in which nothing breaks what came before.

The draft was attested and its entry stands in the log. Now: attach the proof, sign for the chair, sign for
the agency. Each step appends, so the draft stays the beginning of the file, and the last signature covers all
of it. An attachment added after a signature would be an illegal change to it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.timestamps import TimeStamper

from xactin.cases.papers.render import Mark, render_mark
from xactin.cases.papers.signing.pdf import (
    AppendingWriter,
    Box,
    add_field,
    attach,
    attached,
    box_on_page,
    sign,
)
from xactin.cases.papers.signing.signers import DocumentSigner, SigningError
from xactin.cases.papers.signing.trial import TRIAL
from xactin.kernel.local import local_time

BUNDLE: Final = "xactin-bundle.json"
LAYOUT: Final = "xactin-layout.json"
CHAIR: Final = "chair"
AGENCY: Final = "agency"
LABELS: Final = {CHAIR: "Chữ ký số của người có thẩm quyền", AGENCY: "Chữ ký số của cơ quan"}
REASONS: Final = {CHAIR: "Ký ban hành", AGENCY: "Đóng dấu, phát hành", "form": "Phát hành biểu mẫu"}


class DraftError(ValueError):
    """What should be sealed is no draft of ours."""


def seal_result(
    pdf: bytes,
    bundle: bytes,
    chair: DocumentSigner,
    agency: DocumentSigner,
    *,
    trial: bool,
    at: datetime,
    visible: bool = True,
    pictures: Mapping[str, bytes] | None = None,
    time_service: TimeStamper | None = None,
) -> bytes:
    """The issued PDF: draft, proof bundle, PAdES of the chair, PAdES of the agency, in this order.

    `pictures`: what the signatures of CHAIR and AGENCY show, each a PNG; without one a trial draws a stand-in.
    `at` is the time both signatures claim; with a `time_service` an authority for time confirms it. Takes some
    0.2 s. Without certificates of the State's CA, `trial` must be true. Raises DraftError and
    SigningError (whose code `unavailable` means: try again).
    """
    if not trial and TRIAL in chair.name + agency.name:
        raise SigningError("refused", "a trial certificate cannot sign what claims legal force")
    try:
        writer = AppendingWriter(pdf)
        places = layout(writer) if visible else {}
        if "/AcroForm" in writer.root or BUNDLE in attached(writer):
            raise DraftError("the draft is signed or sealed already")
        attach(
            writer,
            bundle,
            name=BUNDLE,
            media_type="application/json",
            description="Gói bằng chứng xác tín / Proof bundle",
            at=at,
        )
        for name in (CHAIR, AGENCY):
            add_field(writer, name, LABELS[name], places.get(name))
        prepared = writer.appended()
    except PdfError as error:
        raise DraftError(str(error)) from error
    marks = {}
    if places:
        facts = _facts(chair, agency, trial=trial, at=at)
        marks = _marks(facts, pictures or {}, named=_prints_name(writer), at=at)
    return asyncio.run(_signed(prepared, {CHAIR: chair, AGENCY: agency}, marks, at, time_service))


async def _signed(
    pdf: bytes,
    signers: dict[str, DocumentSigner],
    marks: dict[str, bytes],
    at: datetime,
    time_service: TimeStamper | None,
) -> bytes:
    for name, signer in signers.items():
        pdf = await sign(
            pdf,
            signer,
            field=name,
            reason=REASONS[name],
            at=at,
            mark=marks.get(name),
            time_service=time_service,
        )
    return pdf


def seal_form(pdf: bytes, issuer: DocumentSigner, *, trial: bool, at: datetime) -> bytes:
    """A form with the PAdES signature of the unit that issues it, shown at its top. Raises SigningError.

    Nobody attested its bytes: what the form reports is attested, and the signature says whose form it is.
    """
    if not trial and TRIAL in issuer.name:
        raise SigningError("refused", "a trial certificate cannot sign what claims legal force")
    writer = AppendingWriter(pdf)
    add_field(writer, AGENCY, LABELS[AGENCY], layout(writer).get(AGENCY))
    facts = _facts(issuer, issuer, trial=trial, at=at)[CHAIR]
    mark = render_mark("form", facts, at=at)
    return asyncio.run(
        sign(writer.appended(), issuer, field=AGENCY, reason=REASONS["form"], at=at, mark=mark)
    )


def layout(handler: Any) -> dict[str, tuple[int, Box]]:
    """Where the draft says its signatures stand: name -> (page from 0, box). {} where it says nothing."""
    found: dict[str, tuple[int, Box]] = {}
    for name, place in _places(handler).items():
        page = int(place["page"]) - 1
        node = handler.find_page_for_modification(page)[0].get_object()
        found[str(name)] = (page, box_on_page([float(one) for one in place["box"]], node))
    return found


def _places(handler: Any) -> dict[str, Any]:
    file = attached(handler).get(LAYOUT)
    return {} if file is None else dict(json.loads(file.data))


def _prints_name(handler: Any) -> bool:
    """Whether the paper prints the signer's name, so that the mark is a picture and no text. Packages of before drew
    papers up before anybody knew who would sign."""
    return bool(_places(handler).get(CHAIR, {}).get("named"))


def _facts(
    chair: DocumentSigner, agency: DocumentSigner, *, trial: bool, at: datetime
) -> dict[str, dict[str, Any]]:
    """What marks may say of both signatures. Decree 30/2020 asks for the time with its zone."""
    time = local_time(at).strftime("%d/%m/%Y %H:%M:%S +07:00")
    facts = {"time": time, "trial": trial}
    return {
        CHAIR: {**facts, "name": _shown(chair.name), "organisation": _shown(chair.organisation)},
        AGENCY: {**facts, "name": _shown(agency.name)},
    }


def _marks(
    facts: Mapping[str, Mapping[str, Any]], pictures: Mapping[str, bytes], *, named: bool, at: datetime
) -> dict[str, bytes]:
    """What both signatures show, in the sizes of the paper's places."""
    hand: Mark = "hand" if named else "named-hand"
    seal: Mark = "seal" if named else "small-seal"
    return {
        CHAIR: render_mark(hand, facts[CHAIR], at=at, picture=pictures.get(CHAIR) if named else None),
        AGENCY: render_mark(seal, facts[AGENCY], at=at, picture=pictures.get(AGENCY)),
    }


def _shown(name: str) -> str:
    """A certificate's name without the trial suffix, which the mark says larger."""
    return name.removesuffix(f" ({TRIAL})")
