"""The demo authority: one province, three communes, their offices, fictitious people (design: interfaces).

Its genesis entry says that it is a demo. Everything here is made by the commands that a real
authority uses; nothing is inserted into a table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from xactin.cases.procedures import commands as procedures
from xactin.cases.results import seals
from xactin.demo.people import data_file
from xactin.identity import commands as identity
from xactin.identity.models import Account, Agency, Person, Post
from xactin.identity.posts.queries import needs_two
from xactin.identity.queries import Actor, actor_for

PROVINCE: Final = "H44"
LOCK: Final = 7_240_611  # two starts at once make one demo


@dataclass(frozen=True)
class Office:
    """An agency below another, with the functions it has in procedures."""

    code: str
    parent: str
    kind: str
    name_vi: str
    name_en: str
    functions: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Official:
    """A fictitious official with the post held."""

    username: str
    name: str
    agency: str
    role: str
    title_vi: str
    title_en: str


def _commune(code: str, unit: str) -> list[Office]:
    return [
        Office(code, PROVINCE, "commune", "", "", (), unit),
        Office(
            f"{code}.01",
            code,
            "unit",
            "Phòng Kinh tế, Hạ tầng và Đô thị",
            "Office of Economy, Infrastructure and Urban Affairs",
            ("construction",),
        ),
        Office(
            f"{code}.02", code, "unit", "Bộ phận Tư pháp – Hộ tịch", "Civil Status Office", ("civil_status",)
        ),
    ]


OFFICES: Final = (
    Office(
        f"{PROVINCE}.01",
        PROVINCE,
        "department",
        "Sở Nông nghiệp và Môi trường",
        "Department of Agriculture and Environment",
        ("environment",),
    ),
    Office(
        f"{PROVINCE}.01.01",
        f"{PROVINCE}.01",
        "unit",
        "Văn phòng Đăng ký đất đai",
        "Land Registration Office",
        ("land",),
    ),
    Office(
        f"{PROVINCE}.02",
        PROVINCE,
        "department",
        "Sở Xây dựng",
        "Department of Construction",
        ("infrastructure",),
    ),
    Office(f"{PROVINCE}.03", PROVINCE, "department", "Thanh tra tỉnh", "Provincial Inspectorate"),
    *_commune(f"{PROVINCE}.100", "04795"),
    *_commune(f"{PROVINCE}.101", "07942"),
    *_commune(f"{PROVINCE}.102", "04924"),
)

_CHAIR = ("chair", "Chủ tịch", "Chair")
_COUNTER = (
    "reception",
    "Công chức tiếp nhận, Trung tâm Phục vụ hành chính công",
    "Counter officer, Public Administrative Service Centre",
)
_CLERK = ("clerk", "Văn thư", "Clerk")
_CONSTRUCTION = ("officer", "Công chức địa chính – xây dựng", "Construction officer")
_CIVIL_STATUS = ("officer", "Công chức tư pháp – hộ tịch", "Civil-status officer")

OFFICIALS: Final = (
    Official("motcua1", "Trần Thị Hồng Nhung", "H44.100", *_COUNTER),
    Official("chuyenvien1", "Lê Quang Đức", "H44.100.01", *_CONSTRUCTION),
    Official(
        "chuyenvien2",
        "Phạm Ngọc Ánh",
        "H44.01.01",
        "consultant",
        "Chuyên viên đăng ký đất đai",
        "Land registration officer",
    ),
    Official("chuyenvien3", "Vũ Thùy Dương", "H44.100.02", *_CIVIL_STATUS),
    Official(
        "sonnmt1", "Hoàng Văn Thái", "H44.01", "consultant", "Chuyên viên môi trường", "Environment officer"
    ),
    Official(
        "soxd1",
        "Đỗ Minh Khôi",
        "H44.02",
        "consultant",
        "Chuyên viên hạ tầng kỹ thuật",
        "Infrastructure officer",
    ),
    Official("chutich1", "Nguyễn Đình Phúc", "H44.100", *_CHAIR),
    Official("vanthu1", "Bùi Thị Lan", "H44.100", *_CLERK),
    Official("thanhtra1", "Đinh Công Lý", "H44.03", "auditor", "Thanh tra viên", "Inspector"),
    Official("motcua2", "Đặng Thu Hà", "H44.101", *_COUNTER),
    Official("chuyenvien4", "Ngô Bá Sơn", "H44.101.01", *_CONSTRUCTION),
    Official("chuyenvien5", "Lý Thị Mai", "H44.101.02", *_CIVIL_STATUS),
    Official("chutich2", "Trịnh Hữu Nghĩa", "H44.101", *_CHAIR),
    Official("vanthu2", "Cao Thị Yến", "H44.101", *_CLERK),
    Official("motcua3", "Mai Văn Lộc", "H44.102", *_COUNTER),
    Official("chuyenvien6", "Hà Tuấn Kiệt", "H44.102.01", *_CONSTRUCTION),
    Official("chuyenvien7", "Dương Thị Oanh", "H44.102.02", *_CIVIL_STATUS),
    Official("chutich3", "Phan Thanh Bình", "H44.102", *_CHAIR),
    Official("vanthu3", "Tạ Thị Liên", "H44.102", *_CLERK),
)

# Numbers of people as they are formed; invented, and long expired as telephone numbers go.
APPLICANTS: Final = (
    (
        "congdan1",
        "Nguyễn Thị Hạnh",
        "citizen",
        "025190000123",
        "0912000001",
        "Tổ 5, phường Hòa Bình, tỉnh Phú Thọ",
    ),
    (
        "congdan2",
        "Trần Văn Minh",
        "citizen",
        "025085000456",
        "0912000002",
        "Tổ 9, phường Phú Thọ, tỉnh Phú Thọ",
    ),
    (
        "congdan3",
        "Đỗ Thị Đào",
        "citizen",
        "017192000789",
        "0912000003",
        "Xóm Mòng, xã Lương Sơn, tỉnh Phú Thọ",
    ),
    (
        "doanhnghiep1",
        "Công ty TNHH Xây dựng Sông Đà Xanh",
        "firm",
        "0100109106",
        "0912000004",
        "Phường Hòa Bình, tỉnh Phú Thọ",
    ),
)


def ensure_demo(*, password: str, bare: bool) -> Iterator[str]:
    """Makes the demo authority where none stands; gives the lines to show a person who starts it.

    `password` is that of every account. Its clock begins in the past, for `history` to fill, unless it is `bare`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
    try:
        if not Account.objects.filter(username="quantri1").exists():
            with transaction.atomic():
                _found(password, None if bare else _clock_start())
        for path in sorted(_packages().iterdir()):
            if (path / "procedure.yaml").is_file():
                yield from _published(path)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
    names = [official.username for official in OFFICIALS[:9]]
    yield "accounts: " + ", ".join([*(a[0] for a in APPLICANTS), *names, "quantri1"])
    yield f"password of each: {password}"


def _published(path: Path) -> Iterator[str]:
    """A package that was changed without a new version is told, and the one in force stays: it is never edited. So is
    one that this authority has no place for: it goes on with the version it has."""
    try:
        procedures.publish_folder(by=actor_for("quantri1"), folder=path)
    except procedures.Invalid as refused:
        yield f"{path.name} is not published: {' '.join(refused.errors.values())}"
    except procedures.NotPublishable as refused:
        yield f"{path.name} is not published: {refused.en}"


def _found(password: str, clock_start: datetime | None) -> None:
    ca = seals.new_ca("Ủy ban nhân dân tỉnh Phú Thọ", at=clock_start)
    identity.found_authority(
        code=PROVINCE,
        name_vi="Ủy ban nhân dân tỉnh Phú Thọ",
        name_en="People's Committee of Phú Thọ Province",
        username="quantri1",
        full_name="Lưu Gia Bảo",
        password=password,
        demo=True,
        unit_code="25",
        document_roots=[seals.fingerprint(ca)],
        clock_start=clock_start,
    )
    seals.keep_ca(ca)
    by = actor_for("quantri1")
    agencies = {PROVINCE: Agency.objects.get(code=PROVINCE)}
    for office in OFFICES:
        agencies[office.code] = identity.create_agency(
            code=office.code,
            kind=office.kind,
            name_vi=office.name_vi,
            name_en=office.name_en,
            parent=agencies[office.parent],
            functions=office.functions,
            unit_code=office.unit,
            by=by,
        )
    second = _second_administrator(password, by)
    for one in OFFICIALS:
        post = identity.create_post(
            agency=agencies[one.agency], role=one.role, title_vi=one.title_vi, title_en=one.title_en, by=by
        )
        account = identity.make_person_account(
            username=one.username, password=password, full_name=one.name, by=by
        )
        _appoint(account.person, post, by, second)
    for username, name, kind, number, phone, address in APPLICANTS:
        identity.make_person_account(
            username=username,
            password=password,
            full_name=name,
            kind=kind,
            id_number=number,
            phone=phone,
            address=address,
            email=f"{username}@example.vn",
            by=by,
        )


def _second_administrator(password: str, by: Actor) -> Actor:
    """The founder alone appoints the second person; from then on what weighs most takes two."""
    account = identity.make_person_account(
        username="quantri2", password=password, full_name="Vương Thị Thu", by=by
    )
    identity.propose_holder(person=account.person, post=Post.objects.get(code=by.post_code), by=by)
    return actor_for("quantri2")


def _appoint(person: Person, post: Post, by: Actor, second: Actor) -> None:
    """One proposes and the other confirms, first the duties and then the holder, where the post takes two."""
    for waiting in post.proposals.filter(ended_at=None):
        identity.confirm(proposal=waiting.pk, by=second)
    post.refresh_from_db()
    if needs_two(post):
        identity.confirm(proposal=identity.propose_holder(person=person, post=post, by=by).pk, by=second)
    else:
        identity.appoint(person=person, post=post, by=by)


def _packages() -> Path:
    """The procedure packages that come with the platform."""
    return Path(settings.XACTIN_PROCEDURES)


def _clock_start() -> datetime:
    """Some months ago, before the offices open."""
    day = datetime.now(UTC) - timedelta(days=data_file("truth.yaml")["days"])
    return day.replace(hour=0, minute=0, second=0, microsecond=0)
