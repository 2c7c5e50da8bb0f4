"""PDFs as many programs write them: each maker yields (name, bytes)."""

from __future__ import annotations

import io
import itertools
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Made = Iterator[tuple[str, bytes]]
SIZES = ((595, 842), (842, 595), (1191, 842), (2384, 3370), (250, 160), (612, 792))
TURNS = (0, 90, 180, 270)
WORDS = "Bản vẽ mặt bằng tầng 1"


def reportlab() -> Made:
    from reportlab.pdfgen.canvas import Canvas

    for number, (size, turn, packed) in enumerate(itertools.product(SIZES, TURNS, (0, 1))):
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=size, pageCompression=packed)
        for page in range(1 + number % 3):
            canvas.setPageRotation(turn)
            canvas.translate(40, 40)
            canvas.scale(0.5, 2)  # states that are never restored
            canvas.rect(0, 0, size[0] - 80, size[1] / 4)
            canvas.drawString(20, 20, f"Sheet {page}")
            canvas.showPage()
        canvas.save()
        yield f"reportlab-{number}", out.getvalue()


def pypdf() -> Made:
    from pypdf import PdfWriter
    from pypdf.generic import RectangleObject

    for number, (size, turn) in enumerate(itertools.product(SIZES, TURNS)):
        writer = PdfWriter()
        for _ in range(2):
            page = writer.add_blank_page(*size)
            page.rotate(turn)
        if number % 2:
            page.cropbox = RectangleObject((20, 30, size[0] - 10, size[1] - 40))
        out = io.BytesIO()
        writer.write(out)
        yield f"pypdf-{number}", out.getvalue()


def fpdf2() -> Made:
    from fpdf import FPDF

    for number, (width, height) in enumerate(SIZES * 3):
        pdf = FPDF(unit="pt", format=(width, height))
        for page in range(1 + number % 4):
            pdf.add_page()
            pdf.set_font("helvetica", size=14)
            pdf.text(30, 60, f"Floor {page}")
            pdf.rect(20, 20, width - 40, height - 40)
        yield f"fpdf2-{number}", bytes(pdf.output())


def mupdf() -> Made:
    import pymupdf

    for number, (size, turn) in enumerate(itertools.product(SIZES, TURNS)):
        document = pymupdf.open()
        for _ in range(1 + number % 2):
            page = document.new_page(width=size[0], height=size[1])
            page.draw_rect(pymupdf.Rect(10, 10, size[0] - 10, size[1] - 10))
            page.insert_text((30, 50), "MuPDF")
            page.set_rotation(turn)
        if number % 3 == 0:
            document[0].set_cropbox(pymupdf.Rect(5, 5, size[0] - 25, size[1] - 25))
        yield f"mupdf-{number}", document.tobytes(use_objstms=number % 2, deflate=bool(number % 2))


def matplotlib() -> Made:
    import matplotlib as library

    library.use("pdf")
    from matplotlib import pyplot
    from matplotlib.backends.backend_pdf import PdfPages

    for number, (width, height) in enumerate(SIZES * 2):
        out = io.BytesIO()
        with PdfPages(out) as pages:
            for _ in range(1 + number % 2):
                figure = pyplot.figure(figsize=(width / 72, height / 72))
                figure.add_subplot().plot([random.random() for _ in range(50)])
                pages.savefig(figure)
                pyplot.close(figure)
        yield f"matplotlib-{number}", out.getvalue()


def weasyprint() -> Made:
    from weasyprint import HTML

    for number, (width, height) in enumerate(SIZES * 2):
        style = f"@page {{size: {width}pt {height}pt}} p {{page-break-after: always}}"
        yield f"weasyprint-{number}", HTML(string=f"<style>{style}</style><p>{WORDS}<p>2").write_pdf()


def typst() -> Made:
    import typst as library

    for number, ((width, height), standard) in enumerate(
        itertools.product(SIZES, ("1.4", "1.7", "2.0", "a-2b"))
    ):
        text = f"#set page(width: {width}pt, height: {height}pt)\n#set document(title: [x])\n{WORDS}\n#pagebreak()\nhai"
        yield f"typst-{number}", library.compile(text.encode(), format="pdf", pdf_standards=[standard])


def chromium() -> Made:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
    for number, (width, height) in enumerate(SIZES):
        with tempfile.TemporaryDirectory() as folder:
            page, out = Path(folder, "page.html"), Path(folder, "out.pdf")
            style = f"@page {{size: {width}pt {height}pt}}"
            page.write_text(
                f"<meta charset=utf-8><style>{style}</style><h1>{WORDS}</h1><svg><rect width=90 height=40></svg>"
            )
            options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
            subprocess.run(
                [browser, *options, f"--print-to-pdf={out}", page.as_uri()], capture_output=True, check=True
            )
            yield f"chromium-{number}", out.read_bytes()


def ghostscript(sources: list[bytes]) -> Made:
    for number, source in enumerate(sources):
        level = ("1.3", "1.4", "1.5", "1.7")[number % 4]
        options = ["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", f"-dCompatibilityLevel={level}"]
        yield f"ghostscript-{number}", _run(["gs", *options, "-sOutputFile=OUT", "IN"], source)


def cairo(sources: list[bytes]) -> Made:
    for number, source in enumerate(sources):
        yield f"cairo-{number}", _run(["pdftocairo", "-pdf", "IN", "OUT"], source)


def qpdf(sources: list[bytes]) -> Made:
    ways: list[list[str]] = [
        ["--linearize"],
        ["--object-streams=generate"],
        ["--object-streams=disable", "--stream-data=uncompress", "--qdf"],
        ["--rotate=+90"],
        ["--encrypt", "", "owner", "256", "--"],
    ]
    for number, source in enumerate(sources):
        way = ways[number % len(ways)]
        made = _run(["qpdf", "--warning-exit-0", *way, "IN", "OUT"], source)
        yield f"qpdf-{number}{'-encrypted' if '--encrypt' in way else ''}", made


def mutool(sources: list[bytes]) -> Made:
    for number, source in enumerate(sources):
        yield (
            f"mutool-{number}",
            _run(["mutool", "clean", ("-gggg", "-d", "-z", "-s")[number % 4], "IN", "OUT"], source),
        )


def pikepdf(sources: list[bytes]) -> Made:
    """The odd but allowed: what is shared, inherited, indirect, left open; and updates appended to updates."""
    import pikepdf as library

    for number, source in enumerate(sources):
        for name, change in ODD.items():
            with library.open(io.BytesIO(source)) as document:
                change(document, library)
                out = io.BytesIO()
                document.save(out, fix_metadata_version=False)
            yield f"pikepdf-{name}-{number}", out.getvalue()


def _share(document: Any, library: Any) -> None:
    shared = document.make_indirect(library.Dictionary(Font=library.Dictionary()))
    for page in document.pages:
        page.obj.Resources = shared


def _inherit(document: Any, library: Any) -> None:
    box = document.make_indirect(library.Array([document.make_indirect(edge) for edge in (0, 0, 700, 500)]))
    document.Root.Pages.MediaBox, document.Root.Pages.Rotate = box, document.make_indirect(90)
    for page in document.pages:
        for key in ("/MediaBox", "/CropBox", "/Rotate", "/TrimBox", "/ArtBox", "/BleedBox"):
            if key in page.obj:
                del page.obj[key]


def _contents(data: bytes) -> Callable[[Any, Any], None]:
    def change(document: Any, library: Any) -> None:
        for page in document.pages:
            page.obj.Contents = document.make_stream(data)

    return change


def _nothing(document: Any, library: Any) -> None:
    for page in document.pages:
        if "/Contents" in page.obj:
            del page.obj["/Contents"]


def _one_for_all(document: Any, library: Any) -> None:
    stream = document.make_indirect(
        library.Array([document.make_stream(b"0 0 9 9 re f"), document.make_stream(b"")])
    )
    for page in document.pages:
        page.obj.Contents = stream


def _cut(document: Any, library: Any) -> None:
    for page in document.pages:
        page.obj.MediaBox, page.obj.CropBox = (
            library.Array([600, 800, -100, -50]),
            library.Array([0, 0, 400, 300]),
        )


def _large(document: Any, library: Any) -> None:
    for page in document.pages:
        page.obj.UserUnit = 10


ODD: dict[str, Callable[[Any, Any], None]] = {
    "shared": _share,
    "inherited": _inherit,
    "empty": _nothing,
    "one-for-all": _one_for_all,
    "cut": _cut,
    "units": _large,
    "comment": _contents(b"0 0 100 100 re f % the end"),
    "open": _contents(b"q q q 0.1 0 0 0.1 500 500 cm 0 0 9 9 re W n"),
    "closed-too-often": _contents(b"Q Q Q 3 0 0 3 7 7 cm 0 0 9 9 re f"),
    "no-clip-left": _contents(b"Q 0 0 5 5 re W n"),
    "half-a-word": _contents(b"q 0 0 9 9 re f Q 1 0 0 r"),
}


def _run(command: list[str], source: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder, "in.pdf"), Path(folder, "out.pdf")
        given.write_bytes(source)
        places = {"IN": str(given), "OUT": str(out), "-sOutputFile=OUT": f"-sOutputFile={out}"}
        subprocess.run(
            [places.get(word, word) for word in command], capture_output=True, check=True, cwd=folder
        )
        return out.read_bytes()
