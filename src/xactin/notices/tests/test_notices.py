"""Telling people: in the app once, by e-mail through a real SMTP server."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message as Mail
from smtplib import SMTPException
from socket import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from xactin.notices import commands, jobs, queries
from xactin.notices.models import Notice
from xactin.notices.tests.conftest import Person
from xactin.notices.topics import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
EVENT = Event(id=7, topic="case.acted", body={}, created=datetime(2026, 11, 24, tzinfo=UTC))
TITLE = {"vi": "Hồ sơ đã được tiếp nhận", "en": "The dossier was received"}
TEXT = {
    "vi": "Hồ sơ H44.100-261124-0001 đã được tiếp nhận.",
    "en": "Dossier H44.100-261124-0001 was received.",
}


def tell(*people: Any, event: Event = EVENT, url: str = "/cases/1/") -> int:
    return commands.tell(event=event, people=[one.id for one in people], title=TITLE, text=TEXT, url=url)


class Postbox(Message):
    """Keeps what the server is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        self.mails.append(message)


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    box = Postbox()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield box
    server.stop()


def waiting_mails() -> list[dict[str, Any]]:
    return list(ProcrastinateJob.objects.filter(task_name="notices.send_mail").values_list("args", flat=True))


def test_a_person_is_told_of_an_event_once(person: Person, other: Person) -> None:
    assert tell(person, person) == 1
    assert tell(person, other) == 1
    assert queries.unread_count(person.id) == 1
    assert [notice.title_vi for notice in queries.notices_of(other.id)] == [TITLE["vi"]]


def test_a_notice_is_mailed_to_who_has_an_address(person: Person, other: Person, postbox: Postbox) -> None:
    tell(person, other)
    [job] = waiting_mails()  # the other has no address
    jobs.send_mail(**job)
    jobs.send_mail(**job)  # the queue may run a job twice
    [mail] = postbox.mails
    assert mail["To"] == "an@example.vn"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode()
    assert TEXT["vi"] in text
    assert "/cases/1/" in text
    assert TEXT["en"] not in text
    assert Notice.objects.get(person=person).mailed_at is not None


def test_a_mail_server_that_is_away_is_tried_again(person: Person, postbox: Postbox, settings: Any) -> None:
    tell(person)
    [job] = waiting_mails()
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 9
    with pytest.raises((OSError, SMTPException)):
        jobs.send_mail(**job)
    assert Notice.objects.get().mailed_at is None
    settings.EMAIL_PORT = port
    jobs.send_mail(**job)
    assert len(postbox.mails) == 1
    strategy = jobs.send_mail.retry_strategy
    assert strategy is not None


def test_who_wants_no_mail_gets_none(person: Person, postbox: Postbox) -> None:
    tell(person)
    [job] = waiting_mails()
    commands.choose_mail(person=person.id, wanted=False)
    jobs.send_mail(**job)  # chosen after the job was made
    assert tell(person, event=Event(id=8, topic="t", body={}, created=EVENT.created)) == 1
    assert len(waiting_mails()) == 1
    assert postbox.mails == []


@pytest.mark.parametrize("state", [{"verified": False}, {"primary": False}])
def test_an_address_that_nobody_confirmed_gets_none(
    person: Person, postbox: Postbox, state: dict[str, bool]
) -> None:
    tell(person)
    [job] = waiting_mails()
    EmailAddress.objects.update(**state)  # another address was put in its place meanwhile
    jobs.send_mail(**job)
    assert tell(person, event=replace(EVENT, id=8)) == 1  # in the app all the same
    assert len(waiting_mails()) == 1
    assert postbox.mails == []


def test_whether_an_address_is_confirmed_is_known(person: Person, other: Person) -> None:
    assert queries.own_address(person.id) == ("an@example.vn", True)
    EmailAddress.objects.update(verified=False)
    assert queries.own_address(person.id) == ("an@example.vn", False)
    assert queries.own_address(other.id) == ("", False)


def test_without_a_mail_server_nothing_is_queued(person: Person, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    tell(person)
    assert waiting_mails() == []
    assert queries.unread_count(person.id) == 1


def test_a_subject_cannot_smuggle_a_header(person: Person, postbox: Postbox) -> None:
    commands.tell(
        event=EVENT,
        people=[person.id],
        title={"vi": "Một\r\nBcc: ai@example.vn", "en": "One"},
        text=TEXT,
    )
    [job] = waiting_mails()
    jobs.send_mail(**job)
    assert postbox.mails[0]["Bcc"] is None


def test_only_ones_own_notices_are_marked_read(person: Person, other: Person) -> None:
    tell(person)
    notice = Notice.objects.get()
    assert commands.mark_read(person=other.id, notice=notice.id) is None
    assert queries.unread_count(person.id) == 1
    assert commands.mark_read(person=person.id, notice=notice.id) == notice
    assert queries.unread_count(person.id) == 0
    assert commands.mark_all_read(person=person.id) == 0


def test_pages_follow_one_another(person: Person) -> None:
    for number in range(queries.PAGE + 5):
        tell(person, event=Event(id=100 + number, topic="t", body={}, created=EVENT.created))
    first = queries.notices_of(person.id)
    assert len(first) == queries.PAGE + 1
    second = queries.notices_of(person.id, after=first[queries.PAGE - 1].id)
    assert len(second) == 5
    assert first[queries.PAGE].id == second[0].id


def test_a_visitor_is_led_to_sign_in() -> None:
    with translation.override("vi"):
        assert Client().get("/notices/")["Location"] == "/accounts/login/?next=/notices/"


def test_what_was_asked_and_is_done_counts_as_read_but_for_who_still_has_it_to_do(
    person: Person, other: Person
) -> None:
    tell(person, other)
    tell(person, event=replace(EVENT, id=EVENT.id + 1), url="/cases/2/")
    later = replace(EVENT, id=EVENT.id + 2)
    assert commands.mark_done(url="/cases/1/", before=EVENT) == 0
    assert commands.mark_done(url="/cases/1/", before=later, but=[other.id]) == 1
    assert [queries.unread_count(one.id) for one in (person, other)] == [1, 1]
