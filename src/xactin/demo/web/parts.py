"""What visitors of a demo see on pages of other rooms: the walk on the home page, the cards where one signs in."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from xactin.demo.past import history
from xactin.ledger.clock import now
from xactin.ledger.queries import authority


@dataclass(frozen=True)
class Card:
    """A person whom a visitor may be, and what they can show."""

    username: str
    name: str
    title: str | Promise
    text: str | Promise


CARDS = (
    Card(
        "congdan1",
        "Nguyễn Thị Hạnh",
        _("Citizen"),
        _("Applies for a permit or registers a birth, and follows it."),
    ),
    Card(
        "doanhnghiep1", "Công ty TNHH Xây dựng Sông Đà Xanh", _("Firm"), _("Sees what a firm may do online.")
    ),
    Card(
        "motcua1",
        "Trần Thị Hồng Nhung",
        _("Counter"),
        _("Receives dossiers, one after the other, by keyboard."),
    ),
    Card("chuyenvien1", "Lê Quang Đức", _("Case officer"), _("Asks three agencies at once and appraises.")),
    Card(
        "chuyenvien3",
        "Vũ Thùy Dương",
        _("Civil-status officer"),
        _("Verifies births and submits certificates."),
    ),
    Card(
        "sonnmt1",
        "Hoàng Văn Thái",
        _("Consulted department"),
        _("Gives an opinion on what it is shown."),
    ),
    Card("chutich1", "Nguyễn Đình Phúc", _("Chair"), _("Sees what is late, and signs.")),
    Card("vanthu1", "Bùi Thị Lan", _("Clerk"), _("Seals and issues.")),
    Card("thanhtra1", "Đinh Công Lý", _("Auditor"), _("Sees who opened whose data, when and why.")),
    Card("quantri1", "Lưu Gia Bảo", _("Administrator"), _("Agencies, posts, people, procedures in force.")),
)


@dataclass(frozen=True)
class Progress:
    """How much of the demo's past is made, in whole percent, and the day it has come to."""

    percent: int
    day: datetime


def progress() -> Progress | None:
    """None once the past is whole, and where there is none."""
    start = history.began()
    if start is None or history.is_whole():
        return None
    at = now()
    share = (at - start) / (datetime.now(UTC) - start)
    return Progress(max(0, min(99, int(share * 100))), at)


def cards(request: HttpRequest) -> SafeString | None:
    """The people one may be by a click; nothing on a real authority."""
    if not authority().demo:
        return None
    context = {"cards": CARDS, "progress": progress(), "next": request.GET.get("next", "")}
    return render_to_string("demo/cards.html", context, request=request)


def walk(request: HttpRequest) -> SafeString | None:
    """The way into the demo from the home page; nothing on a real authority."""
    if not authority().demo:
        return None
    return render_to_string("demo/invitation.html", {"progress": progress()}, request=request)


@dataclass(frozen=True)
class Stop:
    """A stop of the walk: a real page with a sentence beside it."""

    title: str | Promise
    text: str | Promise
    url: str


def stops() -> list[Stop]:
    """The stops that stand today; each room to come adds its own."""
    return [
        Stop(
            _("Together"),
            _("Three desks answer in the same minute; what changes voids only the answers that saw it."),
            reverse("demo:together"),
        ),
        Stop(
            _("Receive by keyboard"),
            _("Be the counter: the next dossier comes by itself."),
            reverse("cases:inbox"),
        ),
        Stop(
            _("Apply"),
            _("Be a citizen: find what you need in your own words, and follow it."),
            reverse("cases:catalogue"),
        ),
        Stop(
            _("Try to forge it"),
            _("Change one letter of a result; your own browser names it, without our server."),
            reverse("demo:forge"),
        ),
    ]
