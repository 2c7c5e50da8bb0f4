"""Entries get their places, and what is published can be verified by somebody else."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from psycopg.errors import InsufficientPrivilege

from xactin.kernel.log.checkpoint import VerifierKey, cosign, witness_key
from xactin.kernel.log.merkle import leaf_hash, list_reader, tree_root
from xactin.kernel.log.tiles import tile_path
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.contradictions import contradictions
from xactin.kernel.proof.trust import Trust
from xactin.kernel.testing import private_key
from xactin.ledger import commands, queries
from xactin.ledger.audit import run_audit
from xactin.ledger.errors import (
    AlreadyBegun,
    LogBehind,
    NoAuthority,
    NoteRefused,
    NotLogged,
)
from xactin.ledger.models import Checkpoint, Leaf, MandateNode, Tile
from xactin.ledger.testing import Person, a_person, an_authority, sequence_all
from xactin.ledger.tests.notes import read

pytestmark = pytest.mark.django_db
SUBJECT = "case:one"


def leaves() -> list[bytes]:
    """The data of every leaf."""
    return [bytes(data) for data in Leaf.objects.order_by("index").values_list("data", flat=True)]


def test_an_install_has_one_authority(db: None) -> None:
    from xactin.ledger.log.authority import remember

    remember(None)
    with pytest.raises(NoAuthority):
        queries.authority()
    info = an_authority("H44")
    assert queries.authority() == info
    with pytest.raises(AlreadyBegun):
        commands.begin_authority(id="H45", name="x", demo=True, origin="x")


def test_genesis_is_index_0_and_says_what_this_is(officer: Person) -> None:
    assert read(queries.checkpoint_note()).size == 0
    sequence_all()
    genesis = queries.entries_of("authority:H44")[0]
    assert genesis.index == 0
    assert genesis.effect["demo"] is True
    assert genesis.effect["log"] == queries.authority().verifier_key


@pytest.mark.parametrize("batch", [1, 7, 300])
def test_the_log_is_the_tree_over_all_entries_however_it_is_cut(officer: Person, batch: int) -> None:
    for step in range(520):
        officer.act(f"case:{step % 3}")
    while commands.sequence_once(batch):
        continue
    hashes = [leaf_hash(data) for data in leaves()]
    said = read(queries.checkpoint_note())
    assert said.size == len(hashes) == queries.log_size() > 520
    assert said.root == tree_root(len(hashes), list_reader(hashes))
    assert queries.waiting() == 0
    assert run_audit(1) == []


def test_a_bundle_is_verified_without_us(officer: Person) -> None:
    first = officer.act(SUBJECT)
    sequence_all()
    early = queries.log_size()
    commands.end_mandate(officer.mandate, by=commands.system_signer("identity"))
    second = a_person().act(SUBJECT)
    with pytest.raises(NotLogged):
        queries.bundle(subject=SUBJECT, entry_ids=[second.id])
    sequence_all()
    trust = Trust((queries.authority().log_key,))
    for data, count in (
        (queries.bundle(subject=SUBJECT), 3),
        (queries.bundle(subject=SUBJECT, entry_ids=[first.id]), 2),
        (queries.bundle(subject=SUBJECT, at_size=early), 2),
    ):
        verdict = verify_bundle(data, trust)
        assert verdict.valid, verdict.problems
        assert len(verdict.entries) == count
        assert verdict.simulated_clock is True
    assert verdict.as_of == early
    other = Trust((VerifierKey(queries.authority().origin, 1, bytes(32)),))
    assert not verify_bundle(queries.bundle(subject=SUBJECT), other).valid


def test_a_bundle_says_what_followed(officer: Person) -> None:
    first = officer.act(SUBJECT)
    sequence_all()
    early = queries.log_size()
    trust = Trust((queries.authority().log_key,))

    def endings(**named: Any) -> list[str]:
        verdict = verify_bundle(queries.bundle(subject=SUBJECT, **named), trust)
        assert verdict.valid, verdict.problems
        return [item.code for item in verdict.endings]

    assert endings() == ["ending_shown"]
    officer.act(SUBJECT)
    assert endings() == ["ending_shown"]  # what is not in the log yet is not claimed to be
    sequence_all()
    assert endings() == ["ending_shown"]
    assert endings(entry_ids=[first.id]) == ["ending_more"]
    assert endings(at_size=early) == ["ending_shown"]
    then, now = (queries.bundle(subject=SUBJECT, at_size=size) for size in (early, None))
    assert contradictions(then, now, trust) == ()


def test_waiting_for_the_log(officer: Person) -> None:
    ref = officer.act(SUBJECT)
    with pytest.raises(NotLogged):
        queries.wait_until_logged([ref.id], timeout=0.06)
    sequence_all()
    assert queries.wait_until_logged([ref.id], timeout=0) == queries.log_size()


def test_mandates_for_a_key(officer: Person) -> None:
    found = queries.mandates_for(key_id=officer.key_id, person="person-1", post="H44-p1")
    assert found == [officer.mandate]
    assert queries.mandates_for(key_id=officer.key_id, person="person-1", post=None) == []
    commands.end_mandate(officer.mandate, by=officer)
    assert queries.mandates_for(key_id=officer.key_id, person="person-1", post="H44-p1") == []


def test_doors_of_the_log(officer: Person, client: Client) -> None:
    for step in range(300):
        officer.act(f"case:{step}")
    sequence_all()
    size, data = queries.log_size(), leaves()
    note = client.get("/log/H44/checkpoint")
    assert note.content.decode() == queries.checkpoint_note()
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert note.headers["Cache-Control"] == "no-cache"
    full = client.get(f"/log/H44/{tile_path(0, 0)}")
    assert full.content == b"".join(map(leaf_hash, data[:256]))
    assert "immutable" in full.headers["Cache-Control"]
    part = client.get(f"/log/H44/{tile_path(0, 1, size - 256)}")
    assert part.content == b"".join(map(leaf_hash, data[256:]))
    assert client.get(f"/log/H44/{tile_path(0, 0, 5)}").content == full.content[: 5 * 32]
    bundle = client.get(f"/log/H44/{tile_path('entries', 1, 3)}").content
    assert bundle == b"".join(b"\x00\x20" + one for one in data[256:259])
    for wrong in (tile_path(0, 1), tile_path(0, 2, 1), tile_path(3, 0, 1), "tile/0/0", "tile/0/000.p/256"):
        assert client.get(f"/log/H44/{wrong}").status_code == 404
    assert client.get(f"/log/H44/{tile_path('entries', 1, 255)}").status_code == 404
    assert client.get("/log/H45/checkpoint").status_code == 404
    assert client.post("/log/H44/checkpoint").status_code == 405


def test_cosignatures_are_kept_and_served(
    officer: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = private_key("witness")
    key = witness_key("witness.example", witness.public_key().public_bytes_raw())
    monkeypatch.setenv("XACTIN_WITNESSES", key)
    sequence_all()
    note = queries.checkpoint_note()
    text = note.partition("\n\n")[0] + "\n"
    line = cosign(text, "witness.example", witness, time=1_800_000_000)
    stranger = cosign(text, "stranger.example", private_key("x"), time=1_800_000_000)
    answer = client.post("/log/H44/cosign", note + line + stranger, content_type="text/plain")
    assert (answer.status_code, answer.content) == (200, b"kept\n")
    assert queries.checkpoint_note() == note + line
    assert commands.add_cosignature(note + line) == 0
    trust = Trust((queries.authority().log_key,), (VerifierKey.parse(key),))
    verdict = verify_bundle(queries.bundle(subject="authority:H44", cosigned=True), trust)
    assert verdict.valid
    assert [one.name for one in verdict.witnesses] == ["witness.example"]
    wrong = cosign(text, "witness.example", witness, time=1_800_000_000).replace(" ", "  ")
    for body in (
        note,
        note + stranger,
        "x",
        note.replace("\n3\n", "\n2\n") + line,
        note + wrong,
        "\xff" * 70_000,
    ):
        assert client.post("/log/H44/cosign", body, content_type="text/plain").status_code == 422
    with pytest.raises(NoteRefused):
        commands.add_cosignature(note)


def test_a_log_behind_its_kept_checkpoint_signs_nothing(officer: Person, kept: Path) -> None:
    sequence_all()
    note = kept.read_text("utf-8")
    assert note == queries.checkpoint_note()
    kept.write_text(note.replace("\n3\n", "\n9\n"), "utf-8")
    assert read(note).size == 3
    officer.act(SUBJECT)
    with pytest.raises(LogBehind):
        commands.sequence_once()
    assert queries.log_size() == 3


def test_mandate_nodes_are_shared_between_roots(officer: Person) -> None:
    for number in range(20):
        a_person(f"person-{number}")
    sequence_all()
    assert MandateNode.objects.count() < 22 * 10
    assert Checkpoint.objects.count() == 1


def test_a_tile_grows_and_is_never_rewritten(officer: Person) -> None:
    """By the role of web, that is; the owner repairs."""
    sequence_all()
    before = bytes(Tile.objects.get(level=0, index=0).hashes)
    officer.act(SUBJECT)
    sequence_all()
    assert bytes(Tile.objects.get(level=0, index=0).hashes).startswith(before)
    with pytest.raises(InsufficientPrivilege, match="only grows"):
        connection.connection.execute("UPDATE ledger_tile SET hashes = sha256(hashes)")
