"""A sound authority is clean, and each kind of damage is named."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from xactin.kernel.attestation import entry_digest
from xactin.kernel.canonical import canonical
from xactin.kernel.log.merkle import leaf_hash
from xactin.ledger import commands
from xactin.ledger.audit import Finding, Told, register_fold, run_audit
from xactin.ledger.audit.folds import _folds
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import a_person, sequence_all
from xactin.ledger.tests.damage import SUBJECT, House, kinds, sql, standing
from xactin.vault import commands as vault

pytestmark = pytest.mark.django_db


def test_a_sound_authority_is_clean(house: House) -> None:
    assert run_audit(1) == []
    sequence_all()
    assert run_audit(1) == []


def test_changed_statement(house: House) -> None:
    sql(
        "UPDATE ledger_entry SET statement = convert_to(replace(convert_from(statement, 'UTF8'), 'note', 'node'),"
        " 'UTF8') WHERE subject = %s AND seq = 1",
        SUBJECT,
    )
    assert kinds() == {"signature"}


def test_a_statement_that_is_none(house: House) -> None:
    sql("UPDATE ledger_entry SET statement = '{}' WHERE subject = %s AND seq = 1", SUBJECT)
    assert "statement" in kinds()


def test_a_statement_put_under_another_id(house: House) -> None:
    sql("UPDATE ledger_entry SET id = gen_random_uuid() WHERE subject = %s AND seq = 1", SUBJECT)
    assert kinds() == {"statement"}


def test_changed_signature(house: House) -> None:
    sql(
        "UPDATE ledger_entry SET signature = (SELECT signature FROM ledger_entry WHERE subject = %s AND seq = 2)"
        " WHERE subject = %s AND seq = 1",
        SUBJECT,
        SUBJECT,
    )
    assert kinds() == {"signature"}


def test_changed_effect(house: House) -> None:
    sql("UPDATE ledger_entry SET effect = '{\"step\":9}' WHERE subject = %s AND seq = 1", SUBJECT)
    assert kinds() == {"place"}


def test_changed_effect_with_its_digest_and_all_that_follows_made_anew(house: House) -> None:
    """Who can write everywhere in the database still contradicts the published log."""
    prev = None
    for row in entries_of(SUBJECT):
        entry = row.entry
        if row.seq == 1:
            entry["place"]["effect"] = {"step": 9}
        if prev is not None:
            entry["place"]["prev"] = prev.hex()
        prev = entry_digest(entry)
        sql(
            "UPDATE ledger_entry SET effect = %s, prev = %s, digest = %s WHERE id = %s",
            b'{"step":9}' if row.seq == 1 else canonical(row.effect),
            bytes.fromhex(entry["place"]["prev"]) if entry["place"]["prev"] else None,
            prev,
            row.id,
        )
    sql("UPDATE ledger_head SET digest = %s WHERE subject = %s", prev, SUBJECT)
    assert kinds() == {"log"}


def test_removed_entry(house: House) -> None:
    sql("DELETE FROM ledger_entry WHERE subject = %s AND seq = 1", SUBJECT)
    found = run_audit(1)
    assert {one.kind for one in found} == {"removed"}
    assert {one.subject for one in found} == {SUBJECT, "log"}


def test_removed_end_of_a_chain(house: House) -> None:
    sql("DELETE FROM ledger_entry WHERE subject = 'case:2' AND seq = 3")
    assert kinds("case:2") == {"removed"}


def test_removed_chain(house: House) -> None:
    sql("DELETE FROM ledger_entry WHERE subject = 'case:2'", rows=4)
    assert {"removed", "payload"} == kinds("case:2")


def test_removed_with_its_leaf(house: House) -> None:
    sql(
        "DELETE FROM ledger_leaf WHERE entry = (SELECT number FROM ledger_entry WHERE subject = 'case:2' AND seq = 3)"
    )
    sql("DELETE FROM ledger_entry WHERE subject = 'case:2' AND seq = 3")
    sql(
        "UPDATE ledger_head h SET seq = 2, digest = e.digest, at = e.at FROM ledger_entry e"
        " WHERE e.subject = h.subject AND e.seq = 2 AND h.subject = 'case:2'"
    )
    assert "removed" in kinds("log")


def test_an_entry_that_will_never_be_logged(house: House) -> None:
    sql("DELETE FROM ledger_unsequenced")
    assert kinds("log") == {"log"}


def test_reordered_entries(house: House) -> None:
    sql("UPDATE ledger_entry SET seq = 90 WHERE subject = %s AND seq = 1", SUBJECT)
    sql("UPDATE ledger_entry SET seq = 1 WHERE subject = %s AND seq = 2", SUBJECT)
    sql("UPDATE ledger_entry SET seq = 2 WHERE subject = %s AND seq = 90", SUBJECT)
    assert "reordered" in kinds()


def test_reordered_log(house: House) -> None:
    sql(
        "UPDATE ledger_leaf l SET entry = -l.entry WHERE entry IN"
        " (SELECT number FROM ledger_entry WHERE subject = %s AND seq IN (1, 2))",
        SUBJECT,
        rows=2,
    )
    sql(
        "UPDATE ledger_leaf l SET entry = e2.number FROM ledger_entry e1, ledger_entry e2 WHERE e1.subject = %s"
        " AND e2.subject = e1.subject AND e1.seq IN (1, 2) AND e2.seq = 3 - e1.seq AND l.entry = -e1.number",
        SUBJECT,
        rows=2,
    )
    assert {"reordered", "log"} <= kinds()


def test_fork(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DROP CONSTRAINT entry_place_once")
    statement = house.officer.state(SUBJECT)
    sql(
        "INSERT INTO ledger_entry (id, subject, seq, statement, signature, effect, prev, at, digest)"
        " SELECT %s, subject, seq, %s, %s, effect, prev, at, digest FROM ledger_entry WHERE subject = %s AND seq = 1",
        statement["id"],
        canonical(statement),
        canonical(house.officer.sign(statement)),
        SUBJECT,
    )
    assert "fork" in kinds()


def test_a_key_used_after_its_mandate_ended(house: House) -> None:
    """The mandate's row was set back by SQL, so that the act went through; the entries know better."""
    person = a_person("person-9")
    commands.end_mandate(person.mandate, by=commands.system_signer("identity"))
    sql("UPDATE ledger_mandate SET ended = NULL WHERE id = %s", person.mandate)
    person.act(SUBJECT)
    sequence_all()
    assert kinds() == {"validity"}
    assert {one.subject for one in run_audit(1)} == {SUBJECT, f"mandate:{person.mandate}"}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE vault_value SET sealed = sealed || '\\x00' WHERE subject = %s AND part = 'form.house'",
        "UPDATE vault_value v SET sealed = o.sealed FROM vault_value o WHERE v.subject = %s"
        " AND v.part = 'form.house' AND o.subject = 'case:2' AND o.part = 'form.house'",
        "UPDATE vault_value SET commitment = '\\x01' WHERE subject = %s AND part = 'form.house'",
        "DELETE FROM vault_value WHERE subject = %s AND part = 'form.house'",
    ],
)
def test_changed_payload(house: House, damage: str) -> None:
    sql(damage, SUBJECT)
    assert kinds() == {"payload"}


def test_payload_erased_without_attestation(house: House) -> None:
    vault.erase(subject=SUBJECT, commitments=standing(SUBJECT, "form.house"))
    assert kinds() == {"erasure"}


def test_payload_still_there_after_its_erasure(house: House) -> None:
    commands.erase(
        subject=SUBJECT,
        commitments=standing(SUBJECT, "form.house"),
        by=commands.system_signer("keeper"),
        basis="x",
    )
    sql(
        "UPDATE vault_value v SET sealed = o.sealed, erased = NULL FROM vault_value o"
        " WHERE v.subject = %s AND v.part = 'form.house' AND o.subject = 'case:2' AND o.part = 'form.house'",
        SUBJECT,
    )
    assert kinds() == {"erasure"}


def stored(file: vault.StoredFile) -> Path:
    """Where a file lies on the disk."""
    return Path(settings.XACTIN_DATA) / "files" / file.address[:2] / file.address


@pytest.fixture
def put_back(house: House) -> Iterator[Path]:
    """The stored file, which is put back after the test."""
    place = stored(house.file)
    before = place.read_bytes()
    yield place
    place.write_bytes(before)


def test_changed_file(put_back: Path) -> None:
    content = bytearray(put_back.read_bytes())
    content[-1] ^= 1
    put_back.chmod(0o600)
    put_back.write_bytes(content)
    assert kinds() == {"payload"}


def test_removed_file(put_back: Path) -> None:
    put_back.unlink()
    assert kinds() == {"payload"}


@pytest.mark.parametrize(
    ("damage", "subject"),
    [
        ("UPDATE ledger_head SET seq = seq - 1 WHERE subject = 'case:one'", SUBJECT),
        ("DELETE FROM ledger_head WHERE subject = 'case:one'", SUBJECT),
        ("UPDATE ledger_log SET mandates = '\\x00'", "log"),
        ("UPDATE ledger_log SET clock_shift = '1 day'", "log"),
    ],
)
def test_changed_derived_rows(house: House, damage: str, subject: str) -> None:
    sql(damage)
    assert kinds(subject) == {"table"}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger_mandate SET person = 'person-7' WHERE id = %s",
        "UPDATE ledger_mandate SET ended = now() WHERE id = %s",
        "UPDATE ledger_mandate SET mandate = mandate || ' ' WHERE id = %s",
        "DELETE FROM ledger_mandate WHERE id = %s",
    ],
)
def test_changed_mandates(house: House, damage: str) -> None:
    sql(damage, house.officer.mandate)
    assert kinds(f"mandate:{house.officer.mandate}") == {"table"}


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        ("UPDATE ledger_leaf SET data = sha256(data) WHERE index = 5", "log"),
        ("UPDATE ledger_leaf SET mandates = sha256(mandates) WHERE index = 5", "log"),
        ("DELETE FROM ledger_leaf WHERE index = 5", "removed"),
        ("UPDATE ledger_tile SET hashes = sha256(hashes)", "log"),
        ("DELETE FROM ledger_tile", "log"),
        ("UPDATE ledger_checkpoint SET root = sha256(root)", "log"),
        ("UPDATE ledger_checkpoint SET note = replace(note, 'xactin.test', 'xactin.text')", "log"),
        (
            "UPDATE ledger_mandatenode SET node = '\\x00' WHERE hash = (SELECT mandates FROM ledger_log)",
            "log",
        ),
        # A root of the past, which older proofs lead to.
        (
            "DELETE FROM ledger_mandatenode WHERE hash = (SELECT mandates FROM ledger_leaf WHERE index = 4)",
            "log",
        ),
    ],
)
def test_changed_log(house: House, damage: str, kind: str) -> None:
    sql(damage)
    assert kind in kinds("log")


def test_a_history_that_was_signed_anew(house: House) -> None:
    """Tiles and leaves made anew for other entries do not fit what was signed before."""
    sql("UPDATE ledger_leaf SET data = sha256(data) WHERE index = 2")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM ledger_leaf ORDER BY index")
        made = b"".join(leaf_hash(bytes(data)) for (data,) in cursor.fetchall())
        cursor.execute("UPDATE ledger_tile SET hashes = %s WHERE level = 0", (made,))
    assert "fork" in kinds("log")


@pytest.fixture
def folded() -> Iterator[list[tuple[str, int]]]:
    """A room above that looks at its own rows."""
    seen: list[tuple[str, int]] = []

    def check(told: Sequence[Told]) -> list[Finding]:
        seen.extend((one.subject, len(one.entries)) for one in told)
        return [Finding("table", one.subject, "no") for one in told if one.subject == SUBJECT]

    register_fold("case", check, claims="SELECT unnest(ARRAY['case:2', 'case:ghost'])")
    yield seen
    del _folds["case"]


def test_a_fold_that_fails_at_one_subject_still_looks_at_its_neighbours(
    house: House, folded: list[tuple[str, int]]
) -> None:
    looked_at = []

    def check(told: Sequence[Told]) -> Iterator[Finding]:
        for one in told:
            if one.subject == "case:1":
                raise LookupError(one.subject)
            looked_at.append(one.subject)
            yield Finding("table", one.subject, "wrong")

    register_fold("case", check)
    found = {(one.subject, one.text) for one in run_audit(1)}
    assert {"case:2", SUBJECT} <= set(looked_at)
    assert found == {
        (SUBJECT, "wrong"),
        ("case:1", "the derived rows cannot be compared (LookupError('case:1'))"),
        ("case:2", "wrong"),
    }


def test_higher_rooms_check_their_own_rows(house: House, folded: list[tuple[str, int]]) -> None:
    found = run_audit(1)
    assert {(one.kind, one.subject) for one in found} == {("table", SUBJECT), ("table", "case:ghost")}
    assert sorted(folded) == [("case:1", 5), ("case:2", 4), (SUBJECT, 5)]
