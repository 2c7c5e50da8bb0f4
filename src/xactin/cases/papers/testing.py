"""Facts of made-up dossiers, trial signers and drawings, for tests of this room and of those above."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from xactin.cases.papers.context import signed_lines
from xactin.cases.papers.qr import verify_code, verify_url
from xactin.cases.papers.signing.signers import KeyFileSigner
from xactin.cases.papers.signing.trial import Issued, issue_trial_certificate, make_trial_ca

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
CODE = verify_code(bytes(range(100, 116)))
AGENCY = "Ủy ban nhân dân xã Bình Minh"
PACKAGES = Path(__file__).resolve().parents[4] / "procedures"


def package_files(folder: str) -> dict[str, bytes | str]:
    """The files of a package of this repository."""
    return {file.name: file.read_bytes() for file in (PACKAGES / folder).iterdir() if file.is_file()}


def lines(pdf: bytes) -> list[str]:
    """The printed lines of a PDF."""
    made = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)  # noqa: S607
    return [line.strip() for line in made.stdout.decode().splitlines()]


def words(pdf: bytes) -> str:
    """The text of a PDF, spaces made one."""
    return " ".join(" ".join(lines(pdf)).split())


def facts(**more: Any) -> dict[str, Any]:
    """What every paper prints."""
    return {
        "agency": {"name": AGENCY, "place": "Bình Minh", "phone": "0251 3822 123"},
        "date": date(2026, 11, 5),
        "case": {
            "number": "H44.100-261124-0001",
            "procedure": "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ",
            "submitted": AT,
            "received": AT,
            "due": datetime(2026, 12, 3, 10, tzinfo=UTC),
        },
        "verify": {"code": CODE, "url": verify_url("https://dichvucong.example.vn", CODE)},
        "applicant": {
            "name": "Nguyễn Văn Đường",
            "address": "Số 12, đường Lê Lợi, xã Bình Minh, tỉnh Đồng Nai",
            "phone": "0912345678",
            "email": "duong@example.vn",
        },
        **more,
    }


def permit(**owner: Any) -> dict[str, Any]:
    """A building permit; `owner` overrides fields of the owner."""
    lines = signed_lines("Chủ tịch", head="Chủ tịch", body="Ủy ban nhân dân")
    return facts(
        number="01/GPXD",
        signer={"lines": lines, "name": "Trần Thị Bích Ngọc"},
        form={
            "owner": {
                "full_name": "Nguyễn Văn Đường",
                "id_number": "036086001234",
                "address": "Số 12, đường Lê Lợi, xã Bình Minh, tỉnh Đồng Nai",
                "co_owners": "Lê Thị Mận",
                **owner,
            },
            "land": {
                "parcel": "128",
                "map_sheet": "17",
                "area": "1085.5",
                "purpose": "ONT",
                "certificate_number": "CH 123456",
                "address": "Ấp Trà Cổ, xã Bình Minh, tỉnh Đồng Nai",
            },
            "house": {
                "grade": "III",
                "storeys": 3,
                "basements": 0,
                "footprint": "85.5",
                "floor_area": "240",
                "height": "11.7",
                "ground_level": "0.3",
                "setback": "2.4",
                "structure": "concrete",
            },
            "design": {"designer": "Công ty TNHH Kiến trúc Đồng Nai", "certificate": "DNA-00012345"},
            "schedule": {"months": 8},
        },
        answers={"appraisal": {"red_line": "trùng ranh giới thửa đất phía đường"}},
    )


def birth() -> dict[str, Any]:
    """A birth certificate, signed by a deputy."""

    def parent(name: str, year: int) -> dict[str, Any]:
        return {
            "full_name": name,
            "birth_date": f"{year}-05-06",
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
            "id_number": "036186001234",
            "address": "Ấp Trà Cổ, xã Bình Minh, tỉnh Đồng Nai",
        }

    lines = signed_lines("Phó Chủ tịch", head="Chủ tịch")
    return facts(
        number="07/2026",
        signer={"lines": lines, "name": "Lê Quốc Thắng"},
        form={
            "child": {
                "full_name": "Nguyễn Trần Gia Hưởng",
                "sex": "female",
                "birth_date": "2026-04-15",
                "birth_place": "Bệnh viện Đa khoa Đồng Nai, phường Tân Triều, tỉnh Đồng Nai",
                "ethnicity": "Kinh",
                "nationality": "Việt Nam",
                "home_town": "Xã Bình Minh, tỉnh Đồng Nai",
            },
            "mother": parent("Trần Thị Mỹ Duyên", 1994),
            "father": parent("Nguyễn Văn Hữu", 1991),
            "requester": {
                "full_name": "Nguyễn Văn Hữu",
                "id_number": "036086001234",
                "relationship": "father",
            },
        },
        answers={"verification": {"personal_number": "075326001234", "book": "01/2026"}},
    )


@dataclass(frozen=True)
class Office:
    """A trial CA and those who sign under it."""

    ca: Issued
    chair: KeyFileSigner
    agency: KeyFileSigner


@cache
def office(name: str = AGENCY) -> Office:
    """The signers of an agency; made once, since keys are random."""
    ca = make_trial_ca("Tỉnh Đồng Nai", at=AT)
    chair = issue_trial_certificate(ca, name="Trần Thị Bích Ngọc", organisation=name, title="Chủ tịch", at=AT)
    seal = issue_trial_certificate(ca, name=name, organisation=name, at=AT)
    return Office(ca, chair.signer(ca.certificate), seal.signer(ca.certificate))


def drawing(*pages: tuple[float, float, int], shown: bytes | None = None) -> bytes:
    """A drawing whose pages are (width, height, rotation); one A3 sheet by default. Each shows a frame, or `shown`."""
    sheets = pages or ((1190.55, 841.89, 0),)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for width, height, turn in sheets:
        kids.append(b"%d 0 R" % (len(objects) + 1))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Rotate %d/Resources<<>>/Contents %d 0 R>>"
            % (width, height, turn, len(objects) + 2)
        )
        content = b"2 w 40 40 %.2f %.2f re S" % (width - 80, height - 80) if shown is None else shown
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    out, places = b"%PDF-1.7\n%\x80\x80\x80\x80\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n\r\n" % place for place in places)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(objects) + 1) + table + trailer
