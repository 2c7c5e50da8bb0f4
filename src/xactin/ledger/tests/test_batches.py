"""Batches in the ledger: one entry for many contents, signed here or by a device, audited member by member."""

from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.trust import Trust
from xactin.kernel.signatures import PublicKey, sign_ed25519
from xactin.kernel.testing import private_key
from xactin.ledger import clock, commands, queries
from xactin.ledger.audit import run_audit
from xactin.ledger.chains import batches
from xactin.ledger.chains.batches import Contents, batch_of, opened_member, register_contents
from xactin.ledger.chains.chain import EntryRef, acting
from xactin.ledger.errors import NotCovered, SignatureRefused
from xactin.ledger.log.authority import authority
from xactin.ledger.testing import Person, a_person, an_authority, sequence_all
from xactin.vault import commands as vault
from xactin.vault import queries as vault_queries
from xactin.vault.commands import SealedValue

pytestmark = pytest.mark.django_db
HOUR = "observations:2026-11-26T16"
SENSOR = private_key("sensor")


@pytest.fixture
def importer() -> Person:
    an_authority()
    return a_person()


def members(subject: str, count: int, word: str = "row") -> list[SealedValue]:
    return [
        vault.seal_value(subject=subject, part="batch.rows", value={word: number}) for number in range(count)
    ]


def imported(by: Person, subject: str, sealed: list[SealedValue]) -> EntryRef:
    """One entry for a file of rows."""
    batch = batch_of("rows", [one.commitment for one in sealed])
    with acting(subject=subject, mandates=[by.mandate]) as chain:
        ref = chain.attest(by, act="registry.import", wrote=batch.wrote, effect={"file": 1, **batch.effect})
        chain.write(*vault.members_sql(batch.root, sealed))
    return ref


def test_a_file_of_rows_is_one_entry_and_each_row_can_be_proven(importer: Person) -> None:
    sealed = members("registry:land", 5)
    imported(importer, "registry:land", sealed)
    (row,) = queries.entries_of("registry:land")
    root = row.statement["wrote"]["batch.rows"]
    assert row.effect == {"file": 1, "batch": {"n": 5}}
    sequence_all()
    (member,) = vault_queries.open_members(
        by="citizen", purpose="proof", subject="registry:land", root=root, indexes=[3]
    )
    bundle = queries.bundle(subject="registry:land", opened=[opened_member("registry:land", root, member)])
    verdict = verify_bundle(bundle, Trust.parse(authority().verifier_key))
    assert verdict.problems == ()
    assert [one.commitment for one in verdict.opened] == [sealed[3].commitment]
    assert run_audit(1) == []


def test_an_erased_member_leaves_the_proof_of_the_others(importer: Person) -> None:
    sealed = members("registry:land", 4)
    imported(importer, "registry:land", sealed)
    commands.erase(subject="registry:land", commitments=[sealed[1].commitment], by=importer, basis="91/2025")
    sequence_all()
    assert run_audit(1) == []
    root = queries.entries_of("registry:land")[0].statement["wrote"]["batch.rows"]
    (member,) = vault_queries.open_members(
        by="p", purpose="proof", subject="registry:land", root=root, indexes=[1, 2]
    )
    opened = opened_member("registry:land", root, member)
    verdict = verify_bundle(
        queries.bundle(subject="registry:land", opened=[opened]), Trust.parse(authority().verifier_key)
    )
    assert verdict.valid
    assert verdict.opened[0].commitment == sealed[2].commitment


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        ("DELETE FROM vault_member WHERE index = 1", "payload"),
        ("DELETE FROM vault_member WHERE index = 3", "payload"),
        ("DELETE FROM vault_member", "payload"),
        ("UPDATE vault_member SET root = decode(repeat('ab', 32), 'hex')", "payload"),
        ("UPDATE vault_member SET index = index + 7", "payload"),
        ("UPDATE vault_member SET index = 9 - index", "payload"),
        ("UPDATE vault_member SET commitment = decode(repeat('ab', 32), 'hex') WHERE index = 1", "payload"),
        ("UPDATE vault_member SET sealed = sealed || 'x' WHERE index = 0", "payload"),
        (
            "UPDATE vault_member a SET sealed = b.sealed FROM vault_member b WHERE a.index = 0 AND b.index = 1",
            "payload",
        ),
        ("UPDATE vault_member SET sealed = NULL, erased = now() WHERE index = 2", "erasure"),
    ],
)
def test_the_audit_names_what_was_changed_of_a_batch(importer: Person, damage: str, kind: str) -> None:
    imported(importer, "registry:land", members("registry:land", 4))
    sequence_all()
    with connection.cursor() as cursor:
        cursor.execute(damage)
        assert cursor.rowcount > 0
    assert {(one.kind, one.subject) for one in run_audit(1)} == {(kind, "registry:land")}


def test_a_statement_and_its_effect_tell_one_batch(importer: Person) -> None:
    batch = batch_of("rows", [one.commitment for one in members("registry:land", 2)])
    for effect in ({}, {"batch": {"n": 0}}, {"batch": 2}):
        with (
            pytest.raises(ValueError, match="one batch"),
            acting(subject="registry:land", mandates=[importer.mandate]) as chain,
        ):
            chain.attest(importer, act="registry.import", wrote=batch.wrote, effect=effect)
    assert queries.entries_of("registry:land") == []


class Sensor:
    """A machine that signs at its own place."""

    key = PublicKey.device(SENSOR.public_key().public_bytes_raw())

    def __init__(self) -> None:
        self.mandate: UUID = commands.grant_mandate(
            key=self.key, device="sensor-1", acts=["observe"], by=commands.system_signer("signals")
        )
        self.key_id = self.key.id

    def by(self) -> dict[str, str | None]:
        return {"device": "sensor-1"}

    def on_behalf(self) -> None:
        return None

    def sign(self, statement: dict[str, Any]) -> dict[str, Any]:
        return sign_ed25519(SENSOR, statement)


def test_what_a_device_signed_is_verified_when_it_is_appended(importer: Person) -> None:
    sensor, sealed = Sensor(), members(HOUR, 3, "mm")
    batch = batch_of("rows", [one.commitment for one in sealed])
    said = commands.statement_of(sensor, subject=HOUR, act="observe", wrote=batch.wrote)  # type: ignore[arg-type]
    forged = sign_ed25519(Ed25519PrivateKey.generate(), said)
    with pytest.raises(SignatureRefused), acting(subject=HOUR, mandates=[sensor.mandate]) as chain:
        chain.append(said, forged, batch.effect)
    with acting(subject=HOUR, mandates=[sensor.mandate]) as chain:
        chain.append(said, sensor.sign(said), batch.effect)
        chain.write(*vault.members_sql(batch.root, sealed))
    assert [row.custody for row in queries.entries_of(HOUR)] == ["device"]
    other = commands.statement_of(sensor, subject=HOUR, act="case.approve")  # type: ignore[arg-type]
    with pytest.raises(NotCovered), acting(subject=HOUR, mandates=[sensor.mandate]) as chain:
        chain.append(other, sensor.sign(other), {})
    sequence_all()
    assert run_audit(1) == []
    verdict = verify_bundle(queries.bundle(subject=HOUR), Trust.parse(authority().verifier_key))
    assert (verdict.problems, verdict.entries[-1].custody) == ((), "device")
    assert clock.now() is not None


def test_a_room_may_keep_members_in_tables_of_its_own(
    importer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_contents", {})
    sealed = members(HOUR, 3, "mm")
    batch = batch_of("rows", [one.commitment for one in sealed])
    with acting(subject=HOUR, mandates=[importer.mandate]) as chain:
        chain.attest(importer, act="observe", wrote=batch.wrote, effect=batch.effect)
    sequence_all()
    assert {one.kind for one in run_audit(1)} == {"payload"}
    kept = [
        (place, vault_queries.Content(HOUR, one.part, one.commitment, "sound"))
        for place, one in enumerate(sealed)
    ]
    own = Contents(lambda subject, root: iter(kept), lambda subject, root: [c.commitment for _, c in kept])
    register_contents("observations", own)
    assert run_audit(1) == []
