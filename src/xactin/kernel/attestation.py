"""Statement, entry and commitment: what is signed, what is placed, what is hidden (version `xt: 1`).

The field names are signed and never change. A statement holds opaque ids and commitments only, so that
it can stay when personal data is erased.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from xactin.kernel.canonical import CanonicalError, canonical

VERSION: Final = 1
CLAIM_LIMIT: Final = timedelta(minutes=10)
"""How far the time a signer claims may lie from the time of the entry's place."""

SALT_BYTES: Final = 32
VALUE_DOMAIN: Final = b"xactin/v1/value\0"
FILE_DOMAIN: Final = b"xactin/v1/file\0"
EFFECT_DOMAIN: Final = b"xactin/v1/effect\0"
EFFECT_PART: Final = "effect"
"""The part under which `saw` carries what an act does, where it relies on no part of its subject."""

STATEMENT_FIELDS: Final = frozenset(
    ("xt", "id", "authority", "subject", "act", "by", "for", "rule", "content", "saw", "wrote", "at", "key")
)
ENTRY_FIELDS: Final = frozenset(("statement", "signature", "place"))
PLACE_FIELDS: Final = frozenset(("seq", "prev", "at", "effect"))

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_AUTHORITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SUBJECT = re.compile(r"[a-z][a-z0-9_]{0,31}:[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_DOTTED = re.compile(r"(?=.{1,160}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_OPAQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[0-9a-f]{32}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


class StatementError(ValueError):
    """A statement or entry is not of the form of kernel/README.md. `field` names the first fault."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def is_digest(value: object) -> bool:
    """Whether `value` is a sha256 in lowercase hex."""
    return type(value) is str and _DIGEST.fullmatch(value) is not None


def is_opaque(value: object) -> bool:
    """Whether `value` can be an id in a signed document: ASCII, no spaces, at most 128 characters."""
    return type(value) is str and _OPAQUE.fullmatch(value) is not None


def is_subject(value: object) -> bool:
    """Whether `value` can name what entries are about: kind:id."""
    return type(value) is str and _SUBJECT.fullmatch(value) is not None


def is_dotted(value: object) -> bool:
    """Whether `value` can name an act or a part: words joined by dots."""
    return type(value) is str and _DOTTED.fullmatch(value) is not None


def is_key_id(value: object) -> bool:
    """Whether `value` can be a key id: 32 lowercase hex digits."""
    return type(value) is str and _KEY.fullmatch(value) is not None


def time_text(time: datetime) -> str:
    """An aware time as it is signed: UTC, milliseconds (finer digits are cut off), `Z`."""
    if time.tzinfo is None:
        raise ValueError("a time without zone has no meaning here")
    return time.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_time(text: object) -> datetime:
    """The time written by `time_text`; raises ValueError for any other spelling."""
    if type(text) is not str or _TIME.fullmatch(text) is None:
        raise ValueError("not a time of the form 2026-11-24T02:03:04.567Z")
    return datetime.fromisoformat(text)


def is_time(value: object) -> bool:
    """Whether `value` is a time as it is signed."""
    try:
        parse_time(value)
    except ValueError:
        return False
    return True


def make_statement(
    *,
    id: str,
    authority: str,
    subject: str,
    act: str,
    by: Mapping[str, str | None],
    for_: Mapping[str, str] | None = None,
    rule: Mapping[str, str] | None = None,
    content: str | None = None,
    saw: Mapping[str, str] | None = None,
    wrote: Mapping[str, str] | None = None,
    at: datetime,
    key: str,
) -> dict[str, Any]:
    """What a person signs. Raises StatementError naming the field that is not of its form."""
    statement = {
        "xt": VERSION,
        "id": id,
        "authority": authority,
        "subject": subject,
        "act": act,
        "by": dict(by),
        "for": None if for_ is None else dict(for_),
        "rule": None if rule is None else dict(rule),
        "content": content,
        "saw": None if saw is None else dict(saw),
        "wrote": None if wrote is None else dict(wrote),
        "at": time_text(at),
        "key": key,
    }
    check_statement(statement)
    return statement


def check_statement(value: Any) -> None:
    """Raises StatementError unless `value` is a statement: exactly its fields, each of its form."""
    if type(value) is not dict or value.keys() != STATEMENT_FIELDS:
        raise StatementError("fields")
    for field, fits in _FORMS.items():
        if not fits(value[field]):
            raise StatementError(field)


def is_by(value: Any) -> bool:
    """Who acts: a person (in a post of an agency, or for themselves: both null), a device or a system."""
    if type(value) is not dict:
        return False
    fields = value.keys()
    if fields == {"person", "post", "agency"}:
        return is_opaque(value["person"]) and all(
            value[name] is None or is_opaque(value[name]) for name in ("post", "agency")
        )
    return fields in ({"device"}, {"system"}) and all(is_opaque(item) for item in value.values())


def is_for(value: Any) -> bool:
    """On whose behalf: null or {"person"}."""
    if value is None:
        return True
    return type(value) is dict and value.keys() == {"person"} and is_opaque(value["person"])


def _is_rule(value: Any) -> bool:
    if value is None:
        return True
    if type(value) is not dict or value.keys() != {"id", "version", "digest"}:
        return False
    return is_opaque(value["id"]) and is_opaque(value["version"]) and is_digest(value["digest"])


def _is_parts(value: Any) -> bool:
    if value is None:
        return True
    return type(value) is dict and all(is_dotted(part) and is_digest(item) for part, item in value.items())


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: type(value) is str and pattern.fullmatch(value) is not None


_FORMS: Final[dict[str, Callable[[Any], bool]]] = {
    "xt": lambda value: type(value) is int and value == VERSION,
    "id": _matches(_UUID7),
    "authority": _matches(_AUTHORITY),
    "subject": is_subject,
    "act": is_dotted,
    "by": is_by,
    "for": is_for,
    "rule": _is_rule,
    "content": lambda value: value is None or is_digest(value),
    "saw": _is_parts,
    "wrote": _is_parts,
    "at": is_time,
    "key": is_key_id,
}


def statement_bytes(statement: Mapping[str, Any]) -> bytes:
    """The bytes that `ed25519` signs."""
    return canonical(statement)


def statement_digest(statement: Mapping[str, Any]) -> bytes:
    """sha256 of the statement's bytes: the challenge of a passkey."""
    return sha256(canonical(statement)).digest()


def commit_value(salt: bytes, value: Any) -> str:
    """The commitment to a JSON value. `salt` is 32 random bytes kept beside the value, not in the log."""
    return sha256(VALUE_DOMAIN + _salt(salt) + canonical(value)).hexdigest()


def commit_file(salt: bytes, chunks: Iterable[bytes | memoryview]) -> str:
    """The commitment to a file given in pieces of any size."""
    commitment = FileCommitment(salt)
    for chunk in chunks:
        commitment.update(chunk)
    return commitment.hexdigest()


def effect_digest(effect: Mapping[str, Any], at: str) -> str:
    """What a signer sees of an effect: all of it but the moment of its entry, which is not theirs to say.

    sha256 of the effect with null for each text that is `at`, the time of the entry's place.
    """
    return sha256(EFFECT_DOMAIN + canonical(_timeless(effect, at))).hexdigest()


def _timeless(value: Any, at: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _timeless(inner, at) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_timeless(inner, at) for inner in value]
    return None if value == at else value


def check_effect(statement: Mapping[str, Any], effect: Mapping[str, Any], at: str) -> None:
    """Raises StatementError where a statement says what its act does (`EFFECT_PART`) and the effect is another."""
    signed = (statement["saw"] or {}).get(EFFECT_PART)
    if signed is not None and signed != effect_digest(effect, at):
        raise StatementError("saw.effect")


class FileCommitment:
    """The commitment to a file that passes by once, as while it is uploaded."""

    def __init__(self, salt: bytes) -> None:
        self._hash = sha256(FILE_DOMAIN + _salt(salt))

    def update(self, chunk: bytes | memoryview) -> None:
        self._hash.update(chunk)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _salt(salt: bytes) -> bytes:
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return salt


def make_entry(
    statement: Mapping[str, Any],
    signature: Mapping[str, Any],
    *,
    seq: int,
    prev: str | None,
    at: datetime,
    effect: Mapping[str, Any],
) -> dict[str, Any]:
    """A signed statement at its place in its subject's chain.

    `seq` counts from 0, `prev` is the hex digest of the entry before it, `at` the time of the ledger,
    `effect` what the act did, without personal data. Raises StatementError.
    """
    place = {"seq": seq, "prev": prev, "at": time_text(at), "effect": dict(effect)}
    check_place(place)
    return {"statement": dict(statement), "signature": dict(signature), "place": place}


def check_place(value: Any) -> None:
    """Raises StatementError unless `value` can be the place of an entry."""
    if type(value) is not dict or value.keys() != PLACE_FIELDS:
        raise StatementError("place")
    if type(value["seq"]) is not int or value["seq"] < 0:
        raise StatementError("place.seq")
    if (value["prev"] is None) != (value["seq"] == 0) or not (
        value["prev"] is None or is_digest(value["prev"])
    ):
        raise StatementError("place.prev")
    if not is_time(value["at"]):
        raise StatementError("place.at")
    if type(value["effect"]) is not dict:
        raise StatementError("place.effect")


def check_entry(value: Any) -> bytes:
    """The canonical bytes of an entry, whose sha256 is its digest. Raises StatementError unless `value` is one.

    The signature's own form is `signatures`' matter.

    Also refuses a statement whose claimed time is more than ten minutes from that of its place, and one that says
    another effect than its place.
    """
    if type(value) is not dict or value.keys() != ENTRY_FIELDS:
        raise StatementError("entry")
    check_statement(value["statement"])
    check_place(value["place"])
    if abs(parse_time(value["place"]["at"]) - parse_time(value["statement"]["at"])) > CLAIM_LIMIT:
        raise StatementError("at")
    try:
        whole = canonical(value)
    except CanonicalError as error:
        raise StatementError(f"canonical{error.path}") from None
    check_effect(value["statement"], value["place"]["effect"], value["place"]["at"])
    return whole


def entry_digest(entry: Mapping[str, Any]) -> bytes:
    """sha256 of the whole entry: what the next one calls `prev`, and what the log publishes a digest of."""
    return sha256(canonical(entry)).digest()


def published(entry: str, mandates: str) -> bytes:
    """The 32 bytes that stand in the log for an entry.

    sha256 of canonical {"xt": 1, "entry", "mandates"}: never the entry, whose ids would link a person's
    dossiers for anybody. `entry` is the entry's digest, `mandates` the root of the mandates valid just
    before it, both hex.
    """
    if not (is_digest(entry) and is_digest(mandates)):
        raise ValueError("digests are 64 lowercase hex digits")
    # Digests need no escape, so this is the canonical form written down.
    return sha256(
        b'{"entry":"%b","mandates":"%b","xt":%d}' % (entry.encode(), mandates.encode(), VERSION)
    ).digest()
