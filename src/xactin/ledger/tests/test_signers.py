"""Who signs an entry, under which mandate: checked whoever keeps the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xactin.kernel.signatures import PublicKey, sign_ed25519, verify_signature
from xactin.kernel.testing import SoftPasskey, statement
from xactin.ledger import clock, commands
from xactin.ledger.chains.chain import acting
from xactin.ledger.errors import (
    MandateEnded,
    NotCovered,
    SignatureRefused,
)
from xactin.ledger.models import Log
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import Person
from xactin.vault.ids import new_id

SUBJECT = "case:one"


def test_ended_unknown_and_limited_mandates(officer: Person) -> None:
    with pytest.raises(MandateEnded), acting(subject=SUBJECT, mandates=[uuid4()]):
        pass
    commands.end_mandate(officer.mandate, by=commands.system_signer("identity"))
    with pytest.raises(MandateEnded):
        officer.act(SUBJECT)
    with pytest.raises(MandateEnded):
        commands.end_mandate(officer.mandate, by=commands.system_signer("identity"))
    limited = commands.grant_mandate(
        key=PASSKEY.public, person="p", acts=["case.read.*"], by=commands.system_signer("identity")
    )
    with pytest.raises(NotCovered):
        by_passkey(limited, said("case.write.note"))
    by_passkey(limited, said("case.read.note"))


def test_a_mandate_may_end_itself_and_holds_until_its_time(officer: Person) -> None:
    commands.end_mandate(officer.mandate, by=officer)
    later = commands.grant_mandate(
        key=PASSKEY.public,
        person="p",
        from_=clock.now() + timedelta(days=1),
        by=commands.system_signer("identity"),
    )
    over = commands.grant_mandate(
        key=PASSKEY.public,
        person="p",
        until=clock.now() - timedelta(days=1),
        by=commands.system_signer("identity"),
    )
    for mandate in (later, over):
        with pytest.raises(NotCovered):
            by_passkey(mandate, said("case.write.note"))


PASSKEY = SoftPasskey("chair")


def by_passkey(mandate: UUID, statement: dict[str, Any], signed: dict[str, Any] | None = None) -> None:
    """An act signed by the passkey (or with the signature over another statement)."""
    with acting(subject=SUBJECT, mandates=[mandate]) as chain:
        chain.append(statement, PASSKEY.sign(signed or statement), {})


def said(act: str) -> dict[str, Any]:
    """A statement by the passkey's holder."""
    return statement(
        id=str(new_id()),
        subject=SUBJECT,
        act=act,
        by={"person": "p", "post": None, "agency": None},
        at=clock.now(),
        key=PASSKEY.public.id,
        saw=None,
        wrote=None,
    )


def test_a_passkeys_signature_is_checked_here_too(officer: Person) -> None:
    mandate = commands.grant_mandate(key=PASSKEY.public, person="p", by=commands.system_signer("identity"))
    one, other = said("case.write.note"), said("case.write.note")
    by_passkey(mandate, one)
    assert entries_of(SUBJECT)[0].custody == "passkey"
    with pytest.raises(SignatureRefused):
        by_passkey(mandate, other, signed=one)


def test_a_signature_from_elsewhere_is_checked_whoever_keeps_the_key(officer: Person) -> None:
    """Of our own keys too: a statement that was not signed here may have been signed by anybody."""
    statement, forger = officer.state(SUBJECT), Ed25519PrivateKey.generate()
    with pytest.raises(SignatureRefused), acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
        chain.append(statement, sign_ed25519(forger, statement), {})
    assert entries_of(SUBJECT) == []


def test_what_is_attested_is_signed_by_its_signer(officer: Person) -> None:
    identifier = new_id()
    with acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
        ref = chain.attest(
            officer,
            act="case.note.write",
            effect={"n": 1},
            content="ab" * 32,
            saw={"form.house": "cd" * 32},
            wrote={},
            id=identifier,
        )
    row = entries_of(SUBJECT)[0]
    said = row.statement
    assert (row.id, ref.id) == (identifier, identifier)
    assert (said["by"], said["act"], said["content"]) == (officer.by(), "case.note.write", "ab" * 32)
    assert (said["saw"], said["wrote"], row.effect) == ({"form.house": "cd" * 32}, None, {"n": 1})
    verify_signature(
        said, row.entry["signature"], PublicKey.ed25519(officer.private.public_key().public_bytes_raw())
    )


def test_a_demo_s_clock_moved_by_another_process_refuses_no_claim(officer: Person) -> None:
    """The jobs of a demo that lives through its past run beside whoever moves its clock."""
    clock.now()  # this process remembers the clock for a second
    Log.objects.update(clock_shift=timedelta(hours=2))
    with acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
        chain.attest(officer, act="case.note.write", effect={})
    row = entries_of(SUBJECT)[0]
    assert row.at - clock.now() < timedelta(minutes=1)


@dataclass(frozen=True)
class Holder:
    """Who signs with the passkey, in this process: a test's stand-in for a signer with a key elsewhere."""

    mandate: UUID
    wrong: bool
    key_id: str = PASSKEY.public.id

    def by(self) -> dict[str, str | None]:
        return {"person": "p", "post": None, "agency": None}

    def on_behalf(self) -> None:
        return None

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        return PASSKEY.sign({**statement, "act": "case.other"} if self.wrong else statement)


def test_a_signer_whose_key_is_not_kept_here_is_checked(officer: Person) -> None:
    mandate = commands.grant_mandate(key=PASSKEY.public, person="p", by=commands.system_signer("identity"))
    with acting(subject=SUBJECT, mandates=[mandate]) as chain:
        chain.attest(Holder(mandate, wrong=False), act="case.note.write", effect={})
    with pytest.raises(SignatureRefused), acting(subject=SUBJECT, mandates=[mandate]) as chain:
        chain.attest(Holder(mandate, wrong=True), act="case.note.write", effect={})


def test_systems_have_a_key_each(officer: Person) -> None:
    first, again = commands.system_signer("timer"), commands.system_signer("timer")
    assert (first.key_id, first.mandate) == (again.key_id, again.mandate)
    assert first.key_id != commands.system_signer("result").key_id
    assert first.by() == {"system": "timer"}
    assert isinstance(first.mandate, UUID)
