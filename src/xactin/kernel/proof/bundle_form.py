"""The members of a bundle, and which of its mandates an entry relies on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from xactin.kernel.attestation import (
    SALT_BYTES,
    VERSION,
    StatementError,
    check_entry,
    is_digest,
    is_dotted,
    is_opaque,
)
from xactin.kernel.mandates import MandateError, check_cover, check_mandate
from xactin.kernel.proof.heads import head_order, is_head
from xactin.kernel.proof.verdict import Remark, remark
from xactin.kernel.signatures import SignatureError, unb64u

BUNDLE_FIELDS: Final = frozenset(("xt", "authority", "checkpoint", "entries", "mandates", "opened"))
SHOWN_FIELDS: Final = frozenset(("entry", "index", "mandates", "inclusion"))
PROVEN_FIELDS: Final = frozenset(("mandate", "root", "path"))
OPENED_FIELDS: Final = frozenset(("part", "commitment", "salt"))
MEMBER_FIELDS: Final = frozenset((*OPENED_FIELDS, "value", "index", "path"))
"""A member of a batch (`kernel/batches.py`)."""

Json = dict[str, Any]


def form_problem(bundle: Any) -> Remark | None:
    """The first thing in a canonical value that keeps it from being a bundle, or None."""
    if type(bundle) is not dict or bundle.keys() not in (BUNDLE_FIELDS, BUNDLE_FIELDS | {"heads"}):
        return remark("form", "")
    if type(bundle["xt"]) is not int or bundle["xt"] != VERSION:
        return remark("form", "xt")
    if not is_opaque(bundle["authority"]):
        return remark("form", "authority")
    if type(bundle["checkpoint"]) is not str:
        return remark("form", "checkpoint")
    for name, check in (
        ("entries", _shown_problem),
        ("mandates", _proven_problem),
        ("opened", _opened_problem),
    ):
        if type(bundle[name]) is not list:
            return remark("form", name)
        for number, item in enumerate(bundle[name]):
            problem = check(item, f"{name}/{number}")
            if problem is not None:
                return problem
    if "heads" in bundle and not _are_heads(bundle["heads"]):
        return remark("form", "heads")
    for name, order in _ORDERS.items():
        if not all(order(one) < order(next_) for one, next_ in pairwise(bundle[name])):
            return remark("form", name, "order")
    return None


def _are_heads(value: Any) -> bool:
    """One or more heads, by subject; a bundle without any has no such member (those made before had none)."""
    if type(value) is not list or not value or not all(map(is_head, value)):
        return False
    return all(head_order(one) < head_order(next_) for one, next_ in pairwise(value))


def shown_order(item: Mapping[str, Any]) -> int:
    """Entries stand by their index in the log."""
    return int(item["index"])


def proven_order(item: Mapping[str, Any]) -> tuple[str, str]:
    """Mandates stand by root, then by id."""
    return item["root"], item["mandate"]["id"]


def opened_order(item: Mapping[str, Any]) -> tuple[str, str]:
    """Opened contents stand by part, then by commitment."""
    return item["part"], item["commitment"]


_ORDERS: Final[dict[str, Callable[[Json], Any]]] = {
    "entries": shown_order,
    "mandates": proven_order,
    "opened": opened_order,
}


def _shown_problem(item: Any, where: str) -> Remark | None:
    if type(item) is not dict or item.keys() != SHOWN_FIELDS:
        return remark("form", where)
    if not _is_count(item["index"]) or not is_digest(item["mandates"]) or not _is_path(item["inclusion"]):
        return remark("form", where)
    try:
        check_entry(item["entry"])
    except StatementError as error:
        return remark("entry_form", where, error.field)
    return None


def _proven_problem(item: Any, where: str) -> Remark | None:
    if type(item) is not dict or item.keys() != PROVEN_FIELDS:
        return remark("form", where)
    if not is_digest(item["root"]) or not _is_path(item["path"]):
        return remark("form", where)
    try:
        check_mandate(item["mandate"])
    except MandateError:
        return remark("mandate_form", where)
    return None


def _opened_problem(item: Any, where: str) -> Remark | None:
    kinds = (OPENED_FIELDS | {"value"}, OPENED_FIELDS | {"file"}, MEMBER_FIELDS)
    if type(item) is not dict or item.keys() not in kinds:
        return remark("form", where)
    if not is_dotted(item["part"]) or not is_digest(item["commitment"]) or not _is_salt(item["salt"]):
        return remark("form", where)
    if "file" in item and not _is_file(item["file"]):
        return remark("form", where)
    if "index" in item and not (_is_count(item["index"]) and _is_path(item["path"])):
        return remark("form", where)
    return None


def _is_file(value: Any) -> bool:
    return (
        type(value) is dict
        and value.keys() == {"size", "sha256"}
        and _is_count(value["size"])
        and is_digest(value["sha256"])
    )


def _is_salt(value: Any) -> bool:
    try:
        return len(unb64u(value)) == SALT_BYTES
    except SignatureError:
        return False


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_path(value: Any) -> bool:
    return type(value) is list and all(map(is_digest, value))


def choose_mandate(shown: Mapping[str, Any], mandates: Sequence[Json]) -> tuple[Json | None, str]:
    """The proven mandate that an entry relies on, or None and why none serves.

    A key may stand in several mandates (one for each hat of its holder): the first that covers is taken.
    The reason is empty where none was given for this key and root, else the code of the first one's refusal.
    """
    reason = ""
    statement, at = shown["entry"]["statement"], shown["entry"]["place"]["at"]
    for item in mandates:
        if item["root"] != shown["mandates"] or item["mandate"]["key"]["id"] != statement["key"]:
            continue
        try:
            check_cover(item["mandate"], statement, at)
        except MandateError as error:
            reason = reason or error.code
        else:
            return item, ""
    return None, reason
