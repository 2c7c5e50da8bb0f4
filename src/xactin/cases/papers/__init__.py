"""Papers that leave the authority: forms, results, their signatures, and what can be said of a PDF that comes
back.

Needs neither Django nor a database. The names below are loaded when first asked for, so that the processes
that print need not load what signs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xactin.cases.papers.drawings import DrawingError, permit_lines, seal_drawing, stamp_drawing
    from xactin.cases.papers.inspect import (
        Inspection,
        ResultVerdict,
        Signature,
        inspect_result,
        verify_result,
    )
    from xactin.cases.papers.render import RenderError, draft_result, render_form
    from xactin.cases.papers.signing.seal import DraftError, seal_result

__all__ = [
    "DraftError",
    "DrawingError",
    "Inspection",
    "RenderError",
    "ResultVerdict",
    "Signature",
    "draft_result",
    "inspect_result",
    "permit_lines",
    "render_form",
    "seal_drawing",
    "seal_result",
    "stamp_drawing",
    "verify_result",
]

_PLACES = {
    "drawings": ("DrawingError", "permit_lines", "seal_drawing", "stamp_drawing"),
    "inspect": ("Inspection", "ResultVerdict", "Signature", "inspect_result", "verify_result"),
    "render": ("RenderError", "draft_result", "render_form"),
    "signing.seal": ("DraftError", "seal_result"),
}


def __getattr__(name: str) -> Any:
    for module, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
