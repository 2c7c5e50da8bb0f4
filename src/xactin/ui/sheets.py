"""Tables as files: CSV for everybody, XLSX for spreadsheets."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from django.http import HttpResponse

FORMATS: Final = ("csv", "xlsx")


def sheet(rows: Sequence[Sequence[str]], wanted: str, name: str) -> HttpResponse:
    """A table as a file to keep. Cells that look like formulas are made harmless."""
    if wanted == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([[_safe(cell) for cell in row] for row in rows])
        # The mark at the beginning lets spreadsheets know that this is UTF-8.
        response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    else:
        from openpyxl import Workbook  # no page needs it

        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows:
            sheet.append([_safe(cell) for cell in row])
        out = io.BytesIO()
        book.save(out)
        response = HttpResponse(
            out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return response


def _safe(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
