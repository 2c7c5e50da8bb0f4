"""Cases that the engine itself carried to each stage: what `load.py` multiplies.

A template holds the rows of one real case. A copy of it gets ids, salts and commitments of its own, is
signed anew by the same officials' keys and chained anew, so that nothing tells it from a case that was acted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from bench.payload import DATA
from bench.sides import ours
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import commands
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.state.people import known
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.identity.attestations.signing import seal_context
from xactin.identity.models import SigningKey
from xactin.kernel.attestation import commit_value, entry_digest, make_entry, time_text
from xactin.kernel.canonical import canonical
from xactin.kernel.procedure.package import Package
from xactin.kernel.signatures import b64u, sign_ed25519
from xactin.vault import secrets
from xactin.vault.commands import seal_value
from xactin.vault.queries import open_values

ENTRY = ("id", "subject", "seq", "statement", "signature", "effect", "prev", "at", "digest")
HEAD = ("subject", "seq", "digest", "at")
VALUE = ("subject", "part", "commitment", "sealed")
LOADED = {"ledger_entry": ENTRY, "ledger_head": HEAD, "vault_value": VALUE}
DERIVED = ("cases_case", "cases_caseagency", "cases_opentask", "cases_timer")
Rows = dict[str, list[Sequence[Any]]]


@dataclass(frozen=True)
class Text:
    """A text cut where something of a case's own stands, so that a copy is one join."""

    pieces: tuple[str, ...]

    def filled(self, own: Mapping[str, str]) -> str:
        """The text with what belongs to another case."""
        return "".join(own.get(piece, piece) for piece in self.pieces)


@dataclass(frozen=True)
class Template:
    """One case as the engine left it. `derived`: table -> (columns, rows), JSON as text.

    `package` is the version it follows.
    """

    case: str
    number: str
    package: Package
    entries: list[dict[str, Any]]
    values: list[tuple[str, Any, str]]  # part, value, commitment
    derived: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]

    @cached_property
    def _tokens(self) -> "re.Pattern[str]":
        own = [self.case, self.number]
        own += [entry["statement"]["id"] for entry in self.entries]
        own += [commitment for _, _, commitment in self.values]
        return re.compile(f"({'|'.join(map(re.escape, own))})")

    def _cut(self, text: str) -> Text:
        return Text(tuple(self._tokens.split(text)))

    @cached_property
    def _acts(self) -> list[tuple[Text, Text, str, Any, Callable[[bytes], bytes]]]:
        return [
            (
                self._cut(canonical(entry["statement"]).decode()),
                self._cut(canonical(entry["effect"]).decode()),
                entry["at_text"],
                entry["at"],
                private_key(entry["statement"]["key"]).sign,
            )
            for entry in self.entries
        ]

    @cached_property
    def _derived(self) -> dict[str, list[list[Any]]]:
        return {
            table: [[self._cut(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
            for table, (_, rows) in self.derived.items()
        }

    def copy(self, number: str, applicant: str, into: Rows) -> None:
        """Adds the rows of one more case like this, whose applicant has another name."""
        case = str(uuid_utils.uuid7())
        subject = f"case:{case}"
        own = {self.case: case, self.number: number}
        for part, value, commitment in self.values:
            sealed = seal_value(subject=subject, part=part, value=value)
            own[commitment] = sealed.commitment
            into["vault_value"].append(sealed.row())
        own |= {entry["statement"]["id"]: str(uuid_utils.uuid7()) for entry in self.entries}
        self._chain(subject, own, into)
        for table, rows in self._derived.items():
            for row in rows:
                into[table].append([cell.filled(own) if isinstance(cell, Text) else cell for cell in row])
        columns, row = self.columns("cases_case"), into["cases_case"][-1]
        row[columns.index("applicant_name")] = applicant
        data = content.form_data({part: value for part, value, _commitment in self.values})
        found = known(self.package, number=number, applicant=applicant, data=data)
        for name, value in asdict(found).items():
            row[columns.index(name)] = value

    def _chain(self, subject: str, own: Mapping[str, str], into: Rows) -> None:
        digest: bytes | None = None
        for seq, (said, done, at_text, at, sign) in enumerate(self._acts):
            statement, effect = said.filled(own).encode(), done.filled(own).encode()
            signature = b'{"alg":"ed25519","value":"%s"}' % b64u(sign(statement)).encode()
            prev = b'"%s"' % digest.hex().encode() if digest else b"null"
            whole = b'{"place":{"at":"%s","effect":%s,"prev":%s,"seq":%d},"signature":%s,"statement":%s}' % (
                at_text.encode(),
                effect,
                prev,
                seq,
                signature,
                statement,
            )
            before, digest = digest, sha256(whole).digest()
            identifier = own[self.entries[seq]["statement"]["id"]]
            into["ledger_entry"].append(
                (identifier, subject, seq, statement, signature, effect, before, at, digest)
            )
        into["ledger_head"].append((subject, len(self._acts) - 1, digest, self._acts[-1][3]))

    def columns(self, table: str) -> Sequence[str]:
        """What `copy` fills of a table."""
        return LOADED.get(table) or self.derived[table][0]


@lru_cache
def private_key(key_id: str) -> Ed25519PrivateKey:
    """A key of an official of the bench, opened as the platform opens it."""
    sealed = SigningKey.objects.values_list("private", flat=True).get(pk=key_id)
    return Ed25519PrivateKey.from_private_bytes(secrets.unseal(bytes(sealed or b""), seal_context(key_id)))


def acted(commune: int, acts: int) -> UUID:
    """A case of a commune that the engine carried through so many acts after its submission."""
    actors = ours.people(commune)
    done = applications.submit(
        by=actors["applicant"], code=ours.CODE, data=DATA, agency=ours.commune_code(commune)
    )
    waiting = ours.opened_tasks(done)
    for _ in range(acts):
        node, token = waiting.pop(0)
        name, act, data = ours.DOERS[node]
        done = commands.act(by=actors[name], case=done.case, task=token, act=act, data=data)
        waiting += ours.opened_tasks(done)
    return done.case


def template(case: UUID) -> Template:
    """Reads a case back from all its tables. Raises if a copy of it would not be byte for byte as acted."""
    subject = f"case:{case}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, signature, effect, prev, at, digest FROM ledger_entry "
            "WHERE subject = %s ORDER BY seq",
            [subject],
        )
        entries = [_entry(seq, *row) for seq, row in enumerate(cursor.fetchall())]
        derived = {table: _derived(cursor, table, case) for table in DERIVED}
    opened = open_values(by="bench", purpose="bench", subject=subject)
    values = [(part, value, commit_value(salt, value)) for part, (value, salt) in opened.items()]
    columns, rows = derived["cases_case"]
    number = str(rows[0][columns.index("number")])
    package = procedures.version(Case.objects.values_list("version_id", flat=True).get(pk=case)).package
    return Template(str(case), number, package, entries, values, derived)


def _entry(
    seq: int, statement: bytes, signature: bytes, effect: bytes, prev: bytes | None, at: Any, digest: bytes
) -> dict[str, Any]:
    said, signed, done = (orjson.loads(bytes(part)) for part in (statement, signature, effect))
    entry = make_entry(said, signed, seq=seq, prev=bytes(prev).hex() if prev else None, at=at, effect=done)
    if entry_digest(entry) != bytes(digest) or sign_ed25519(private_key(said["key"]), said) != signed:
        raise RuntimeError("the loader and the ledger do not agree on an entry's bytes")
    return {"statement": said, "effect": done, "at": at, "at_text": time_text(at)}


def _derived(cursor: Any, table: str, case: UUID) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The rows of a table, as text where they hold something of the case; serial ids the database gives."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "AND is_identity = 'NO' ORDER BY ordinal_position",
        [table],
    )
    columns = dict(cursor.fetchall())
    key = "id" if table == "cases_case" else "case_id"
    asked = [
        f"{name}::text" if kind in ("uuid", "jsonb", "tsvector") else name for name, kind in columns.items()
    ]
    cursor.execute(f"SELECT {', '.join(asked)} FROM {table} WHERE {key} = %s", [case])
    return tuple(columns), cursor.fetchall()
