"""What may be done with the ledger. `acting` is the way of every act; the rest are acts of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from xactin.kernel.attestation import make_statement, time_text
from xactin.kernel.canonical import canonical
from xactin.kernel.log.checkpoint import verifier_key
from xactin.kernel.mandates import EMPTY, make_mandate
from xactin.kernel.proof.verification import GENESIS_ACT
from xactin.kernel.signatures import PublicKey, sign_ed25519
from xactin.ledger import clock as clocks
from xactin.ledger.chains.batches import Batch, batch_of
from xactin.ledger.chains.chain import Chain, EntryRef, acting
from xactin.ledger.chains.erasing import (
    Gone,
    Holding,
    erase,
    erase_again,
    kept_until,
    register_holding,
    require_erasable,
)
from xactin.ledger.chains.pipeline import Statement, in_one_trip
from xactin.ledger.chains.signers import (
    CLOCK_ACT,
    END_ACT,
    GRANT_ACT,
    LEDGER,
    Signer,
    SystemSigner,
    key_of,
    standing_signer,
    statement_of,
    system_context,
)
from xactin.ledger.errors import AlreadyBegun, DemoOnly, MandateEnded, NoAuthority
from xactin.ledger.log.authority import AuthorityInfo, authority, remember
from xactin.ledger.log.sequencing import run_sequencer, sequence_once
from xactin.ledger.log.signing_key import log_context
from xactin.ledger.log.witnesses import cosignatures_in
from xactin.ledger.models import Cosignature, Log
from xactin.ledger.origins import Settled, begin_new_origin, settle_after_restore
from xactin.vault import secrets
from xactin.vault.ids import new_id

__all__ = [
    "Batch",
    "Chain",
    "EntryRef",
    "Gone",
    "Holding",
    "Settled",
    "Signer",
    "Statement",
    "SystemSigner",
    "acting",
    "add_cosignature",
    "batch_of",
    "begin_authority",
    "begin_new_origin",
    "end_mandate",
    "erase",
    "erase_again",
    "grant_mandate",
    "in_one_trip",
    "kept_until",
    "register_holding",
    "require_erasable",
    "run_sequencer",
    "sequence_once",
    "settle_after_restore",
    "shift_clock",
    "statement_of",
    "system_signer",
]

_INSERT_MANDATE: Final = """
INSERT INTO ledger_mandate (id, key, person, post, agency, system, mandate)
VALUES (%(id)s, %(key)s, %(person)s, %(post)s, %(agency)s, %(system)s, %(mandate)s)
"""
_INSERT_LOG: Final = """
INSERT INTO ledger_log (id, authority, name, demo, origin, verifier_key, sealed, genesis, size, mandates,
       clock_shift)
SELECT 1, %(authority)s, %(name)s, %(demo)s, %(origin)s, %(verifier_key)s, %(sealed)s, number, 0,
       %(mandates)s, %(shift)s
  FROM ledger_entry WHERE id = %(entry)s
"""
_SYSTEM_LOCK: Final = 7_240_612  # two that need a system's first key at once make one


def begin_authority(
    *,
    id: str,
    name: str,
    demo: bool,
    origin: str,
    document_roots: Sequence[str] = (),
    clock_start: datetime | None = None,
) -> AuthorityInfo:
    """The first entry of all: who this authority is, by which key its log is signed, whether it is a demo.

    Makes the log's key and that of the system `ledger`, whose mandate stands in genesis. `document_roots` are
    sha256 (hex) of the certificates (DER) that signers of this authority's papers stand under. `clock_start`: when
    the clock of a demo begins, in the past or now; genesis attests it. Raises AlreadyBegun, DemoOnly.
    """
    if Log.objects.exists():
        raise AlreadyBegun
    if clock_start is not None and not demo:
        raise DemoOnly
    private, system = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    verifier = verifier_key(origin, private.public_key().public_bytes_raw())
    subject = f"authority:{id}"
    with acting(subject=subject, mandates=[]) as chain:
        shift = 0 if clock_start is None else min(0, int((clock_start - chain.at).total_seconds()))
        chain.at += timedelta(seconds=shift)
        mandate = make_mandate(id=str(new_id()), key=key_of(system), system=LEDGER, from_=chain.at)
        statement = make_statement(
            id=str(new_id()),
            authority=id,
            subject=subject,
            act=GENESIS_ACT,
            by={"system": "genesis"},
            at=chain.at,
            key=key_of(private).id,
        )
        effect = {"demo": demo, "log": verifier, "name": name, "origin": origin, "mandates": [mandate]}
        if shift:
            effect["clock"] = {"start": time_text(chain.at), "seconds": shift}
        if document_roots:
            effect["document_roots"] = list(document_roots)
        chain.place(statement, sign_ed25519(private, statement), effect)
        chain.write(
            _INSERT_LOG,
            {
                "authority": id,
                "name": name,
                "demo": demo,
                "origin": origin,
                "verifier_key": verifier,
                "sealed": secrets.seal(private.private_bytes_raw(), log_context(origin)),
                "mandates": EMPTY,
                "entry": statement["id"],
                "shift": timedelta(seconds=shift),
            },
        )
        _write_mandate(chain, mandate)
        _write_system_key(chain, LEDGER, mandate["id"], system)
    clocks.forget()
    info = AuthorityInfo(id, name, demo, origin, verifier)
    remember(info)
    return info


def system_signer(name: str) -> SystemSigner:
    """The signer of a part of the platform (`{"system": name}`); its key is made when it is first asked for."""
    found = standing_signer(name)
    if found is not None:
        return found
    if name == LEDGER:  # its key is made with the authority, and signs the mandates of all others
        raise NoAuthority
    private = Ed25519PrivateKey.generate()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_SYSTEM_LOCK,))
        found = standing_signer(name)
        if found is None:
            mandate = grant_mandate(key=key_of(private), system=name, by=system_signer(LEDGER))
            with connection.cursor() as cursor:
                cursor.execute(*_system_key(name, mandate, private))
            found = SystemSigner(name, key_of(private).id, mandate, private)
    return found


def grant_mandate(
    *,
    key: PublicKey,
    by: Signer,
    person: str | None = None,
    post: str | None = None,
    agency: str | None = None,
    system: str | None = None,
    device: str | None = None,
    for_: Mapping[str, str] | None = None,
    acts: Sequence[str] | None = None,
    from_: datetime | None = None,
    until: datetime | None = None,
) -> UUID:
    """A key may sign as somebody, from now on or from a later time; returns the mandate's id.

    `acts` are names or beginnings `x.*`, None means all. Raises kernel MandateError for a form that is not
    one.
    """
    identifier = str(new_id())
    subject = f"mandate:{identifier}"
    with acting(subject=subject, mandates=[by.mandate]) as chain:
        mandate = make_mandate(
            id=identifier,
            key=key,
            person=person,
            post=post,
            agency=agency,
            system=system,
            device=device,
            for_=for_,
            acts=acts,
            from_=chain.at if from_ is None else max(from_, chain.at),
            until=until,
        )
        chain.attest(by, act=GRANT_ACT, effect={"mandate": mandate})
        _write_mandate(chain, mandate)
    return UUID(identifier)


def end_mandate(id: UUID, *, by: Signer) -> datetime:
    """A mandate holds no longer: acts that rely on it and have not yet committed are waited for.

    Returns the time of its end. It may end itself. Raises MandateEnded if it has ended already.
    """
    subject = f"mandate:{id}"
    lock = ("SELECT 1 FROM ledger_mandate WHERE id = %s AND ended IS NULL FOR UPDATE", (id,))
    with acting(subject=subject, mandates=[by.mandate], reads=[lock]) as chain:
        if not chain.rows[0]:
            raise MandateEnded(facts={"mandate": str(id)})
        chain.attest(by, act=END_ACT, effect={"ended": str(id)})
        chain.write("UPDATE ledger_mandate SET ended = %s WHERE id = %s", (chain.at, id))
    return chain.at


def shift_clock(by: timedelta) -> None:
    """Moves the clock of a demo authority forward, attested by the system `ledger`. Raises DemoOnly."""
    info = authority()
    if not info.demo or by <= timedelta(0):
        raise DemoOnly
    signer, subject = system_signer(LEDGER), f"authority:{info.id}"
    with acting(subject=subject, mandates=[signer.mandate]) as chain:
        chain.attest(signer, act=CLOCK_ACT, effect={"seconds": int(by.total_seconds())})
        chain.write(
            "UPDATE ledger_log SET clock_shift = clock_shift + %s",
            (timedelta(seconds=int(by.total_seconds())),),
        )
    clocks.forget()


def add_cosignature(note: str) -> int:
    """Keeps the witnesses' lines of a cosigned checkpoint of ours; returns how many were new. Raises
    NoteRefused.
    """
    checkpoint, lines = cosignatures_in(note)
    count = 0
    for key, (line, seen) in lines.items():
        _, new = Cosignature.objects.get_or_create(
            checkpoint=checkpoint, witness=key.text, defaults={"line": line, "seen": seen}
        )
        count += new
    return count


def _write_mandate(chain: Chain, mandate: Mapping[str, Any]) -> None:
    row = {name: mandate[name] for name in ("id", "person", "post", "agency", "system")}
    chain.write(_INSERT_MANDATE, {**row, "key": mandate["key"]["id"], "mandate": canonical(mandate)})


def _write_system_key(chain: Chain, name: str, mandate: str, private: Ed25519PrivateKey) -> None:
    chain.write(*_system_key(name, UUID(mandate), private))


def _system_key(name: str, mandate: UUID, private: Ed25519PrivateKey) -> Statement:
    sealed = secrets.seal(private.private_bytes_raw(), system_context(name))
    return "INSERT INTO ledger_systemkey (name, mandate, sealed) VALUES (%s, %s, %s)", (name, mandate, sealed)
