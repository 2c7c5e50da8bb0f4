"""A post that signs with a passkey does whatever its duties allow, at pages and through the API."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from xactin.identity import commands, queries
from xactin.identity.attestations.attesting import attest
from xactin.identity.calendars.commands import set_calendar
from xactin.identity.calendars.queries import calendar, forget_calendars
from xactin.identity.errors import PasskeyNeeded, Refused
from xactin.identity.keys import ceremonies
from xactin.identity.models import Holding, Post, Proposal
from xactin.identity.testing import Province
from xactin.identity.tests.passkeys import assertion
from xactin.identity.tests.test_calendars import saturdays
from xactin.identity.tests.test_keys import enrol, passkey
from xactin.identity.web import rates, signatures
from xactin.kernel.signatures import b64u
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.models import Entry
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all
from xactin.vault import rehearsal

pytestmark = pytest.mark.django_db

CHAIR = "H44.100:chair"


@pytest.fixture
def asked_of(province: Province) -> Proposal:
    """Someone proposed for the chair of a commune, whose present holder confirms and signs with a passkey alone."""
    commands.require_passkey(post=Post.objects.get(code=CHAIR), required=True, by=province.actor("quantri1"))
    enrol(province.actor("chutich1"), passkey())
    return commands.propose_holder(
        post=Post.objects.get(code="H44.100:chair"),
        person=province.person("congdan1"),
        by=province.actor("quantri1"),
    )


def _signed(asked: dict[str, Any], held: str = "one") -> str:
    credential = assertion(passkey(held), bytes.fromhex(asked["challenge"]))
    return json.dumps({"token": asked["token"], "credential": credential})


def _client(province: Province, username: str = "chutich1") -> Client:
    client = Client()
    client.force_login(province.accounts[username])
    return client


def _signs(client: Client, page: str, sent: dict[str, Any]) -> list[str]:
    """Sends a form as a page's script does; what its passkey signed."""
    asked = client.post(page, sent, headers={"Xactin-Rehearsal": "1"})
    assert asked.status_code == 428, page
    answer = client.post(page, sent | {"passkey-signature": _signed(asked.json())})
    assert answer.status_code == 302, answer.content.decode()
    return [one["act"] for one in asked.json()["statements"]]


def test_a_proposal_is_confirmed_with_one_signature_over_all_its_entries(
    province: Province, asked_of: Proposal
) -> None:
    client, page = _client(province), reverse("identity:answer", args=[asked_of.pk])
    before = Entry.objects.count()
    answer = client.post(page, {"answer": "confirm"}, headers={"Xactin-Rehearsal": "1"})
    assert answer.status_code == 428
    acts = [one["act"] for one in answer.json()["statements"]]
    assert acts[:2] == ["post.confirm", "post.appoint"]
    assert "mandate.grant" in acts
    assert all(
        "effect" in one["saw"] for one in answer.json()["statements"]
    )  # what is done, not only that it is
    assert Entry.objects.count() == before  # nothing of a rehearsal stays
    assert Proposal.objects.get(pk=asked_of.pk).ended_at is None

    sent = {"answer": "confirm", "passkey-signature": _signed(answer.json())}
    assert client.post(page, sent | {"answer": "decline"}).status_code == 422  # signed for something else
    assert client.post(page, sent | {"passkey-signature": _signed(answer.json(), "other")}).status_code == 302
    assert Proposal.objects.get(pk=asked_of.pk).ended_at is None  # by a key that nobody enrolled

    assert client.post(page, sent).status_code == 302
    assert Proposal.objects.get(pk=asked_of.pk).outcome == "confirmed"
    assert Holding.objects.filter(post=asked_of.post, person=asked_of.person).exists()
    done = [row for row in entries_of(f"post:{asked_of.post_id}") if row.custody == "passkey"]
    assert [row.statement["act"] for row in done] == ["post.confirm", "post.appoint"]
    sequence_all()
    assert run_audit(1) == []  # each signature verified, in its place of the batch
    assert Entry.objects.count() == before + len(acts)
    assert "Đã xác nhận" in client.get(reverse("identity:proposals")).content.decode()

    again = Entry.objects.count()
    client.post(page, sent)  # the same signature twice is one act
    assert Entry.objects.count() == again


def test_what_changed_since_the_device_confirmed_is_not_done(province: Province, asked_of: Proposal) -> None:
    client, page = _client(province), reverse("identity:answer", args=[asked_of.pk])
    asked = client.post(page, {"answer": "confirm"}, headers={"Xactin-Rehearsal": "1"}).json()
    enrol(province.actor("congdan1"), passkey("another"))  # one mandate more to grant
    before = Entry.objects.count()
    answer = client.post(page, {"answer": "confirm", "passkey-signature": _signed(asked)}, follow=True)
    assert "đã thay đổi" in answer.content.decode()
    assert Entry.objects.count() == before


def test_another_effect_than_the_device_confirmed_is_not_done(province: Province, asked_of: Proposal) -> None:
    """By the same request, at the same time, with the same ids: only what the entry would say is other."""
    chair, subject = province.actor("chutich1"), f"post:{asked_of.post_id}"

    def act(what: str) -> None:
        attest(chair, subject=subject, act="post.appoint", effect={"person": what})

    with ceremonies.trial() as rehearsed:
        act("who was shown")
    asked = rehearsed.asked(b"request")
    assert asked is not None
    credential = assertion(passkey(), asked.challenge)
    before = Entry.objects.count()
    for what, told in (("another", pytest.raises(Refused)), ("who was shown", nullcontext())):
        with told, ceremonies.resumed(token=asked.token, credential=credential, request=b"request"):
            act(what)
    assert Entry.objects.count() == before + 1


def test_without_a_passkey_or_a_script_a_page_says_so(province: Province, asked_of: Proposal) -> None:
    client, page = _client(province), reverse("identity:answer", args=[asked_of.pk])
    answer = client.post(page, {"answer": "confirm"}, follow=True).content.decode()
    assert "phải ký bằng khóa truy cập" in answer
    assert "identity/signing" in answer  # the page loads what signs
    holder = province.actor("chutich1")
    for key in queries.keys_of(holder):
        if key.custody == "passkey":
            commands.revoke_passkey(by=holder, key=key.pk)
    assert client.post(page, {"answer": "confirm"}, headers={"Xactin-Rehearsal": "1"}).status_code == 204
    told = client.post(page, {"answer": "confirm"}, follow=True).content.decode()
    assert "chưa đăng ký khóa nào" in told
    with pytest.raises(PasskeyNeeded):
        commands.confirm(proposal=asked_of.pk, by=province.actor("chutich1"))


def test_what_was_handed_out_ends(province: Province, asked_of: Proposal, monkeypatch: Any) -> None:
    client, page = _client(province), reverse("identity:answer", args=[asked_of.pk])
    asked = client.post(page, {"answer": "confirm"}, headers={"Xactin-Rehearsal": "1"}).json()
    monkeypatch.setattr(ceremonies, "CEREMONY_TIME", -ceremonies.CEREMONY_TIME)
    answer = client.post(page, {"answer": "confirm", "passkey-signature": _signed(asked)})
    assert (answer.status_code, Proposal.objects.get(pk=asked_of.pk).ended_at) == (409, None)


def test_an_administrator_works_with_a_passkey_alone(province: Province) -> None:
    """Everything of several entries, and everything that says when: both are the same the second time."""
    admin, client = province.actor("quantri1"), _client(province, "quantri1")
    enrol(admin, passkey())
    commands.require_passkey(post=Post.objects.get(code="H44:administrator"), required=True, by=admin)
    before = Entry.objects.count()
    assert client.post("/agencies/posts/H44.100:clerk/policy/", {"passkey": "yes"}).status_code in (302, 409)
    assert Entry.objects.count() == before  # nothing without the device

    new = {"role": "chair", "name": "chair-2", "title_vi": "Phó", "title_en": "Vice"}
    assert _signs(client, "/agencies/H44.100/posts/add/", new) == ["post.create", "post.propose"]
    person = str(province.person("congdan1").pk)
    appointed = _signs(client, "/agencies/posts/H44.100:clerk/appoint/", {"person": person})
    assert appointed[0] == "post.appoint"
    held = Holding.objects.get(post__code="H44.100:clerk", person_id=person)
    assert _signs(client, f"/agencies/holdings/{held.pk}/end/", {})[0] == "post.end"
    assert _signs(client, "/agencies/posts/H44.100:clerk/policy/", {"passkey": "yes"}) == ["post.policy"]
    assert _signs(client, f"/people/{person}/deactivate/", {}) == ["account.deactivate"]
    unit = {"code": "H44.100.09", "kind": "unit", "name_vi": "Phòng Thử", "name_en": "Trial"}
    assert "agency.create" in _signs(client, "/agencies/H44.100/add/", unit)
    assert "agency.close" in _signs(client, "/agencies/H44.100.09/edit/", {"close": "yes"})
    sequence_all()
    assert run_audit(1) == []


def test_who_signs_with_no_passkey_rehearses_nothing(province: Province, monkeypatch: Any) -> None:
    """A rehearsal is undone, and with it the count of wrong passwords: they could be told by the time they take."""
    asked: list[str] = []
    monkeypatch.setattr(signatures, "rehearsed", lambda request: asked.append(request.path))
    header = {"Xactin-Rehearsal": "1"}
    tried = Client().post("/accounts/login/", {"login": "chutich1", "password": "sai"}, headers=header)
    own = _client(province).post("/me/", {"phone": "0912 000 009", "address": ""}, headers=header)
    assert (tried.status_code, own.status_code, asked) == (204, 204, [])
    assert not own.content


def test_what_is_only_rehearsed_is_remembered_by_nobody(province: Province) -> None:
    """A process keeps the tree and the calendars in memory, beyond the transaction in which it read them."""
    admin, commune = province.actor("quantri1"), province.agencies["H44.100"]
    unit = {"code": "H44.100.09", "kind": "unit", "name_vi": "Phòng Thử", "name_en": "Trial"}
    before = calendar(commune.id).digest()
    with ceremonies.trial():
        made = commands.create_agency(**unit, parent=commune, by=admin)
        set_calendar(agency=commune, calendar=saturdays(), by=admin)
        assert queries.agency(made.id).code == "H44.100.09"
        forget_calendars()
        assert calendar(commune.id).digest() == saturdays().digest()
    with pytest.raises(LookupError):
        queries.agency(made.id)
    assert calendar(commune.id).digest() == before


def test_what_was_handed_out_for_a_device_serves_nobody_who_signs_without_one(
    province: Province, asked_of: Proposal
) -> None:
    """It says when the act was asked for: another would act nine minutes ago."""
    chair, page = _client(province), reverse("identity:answer", args=[asked_of.pk])
    asked = chair.post(page, {"answer": "confirm"}, headers={"Xactin-Rehearsal": "1"}).json()
    commands.require_passkey(post=Post.objects.get(code=CHAIR), required=False, by=province.actor("quantri1"))
    header = {"Xactin-Signature": b64u(_signed(asked).encode())}
    chair.post(page, {"answer": "confirm"}, headers=header)
    assert Proposal.objects.get(pk=asked_of.pk).ended_at is None
    chair.post(page, {"answer": "confirm"})
    assert Proposal.objects.get(pk=asked_of.pk).outcome == "confirmed"


def test_tries_that_are_rehearsed_count_once(province: Province, rf: RequestFactory) -> None:
    """Else whoever signs with a passkey could rehearse for ever whether a number and a name belong together."""
    cache.clear()
    request = rf.post("/")

    def tried() -> bool:
        return rates.allowed(request, "trial", "2/h/key", key="somebody")

    for _at in range(2):
        with ceremonies.trial():
            assert tried()
    with ceremonies.trial():
        assert not tried()
    assert not tried()
    with rehearsal.run(rehearsal.Course(bytes(rehearsal.SEED), now(), False)):
        assert tried()  # counted when it was rehearsed
    cache.clear()
