"""What a person confirmed of a lot, sealed: a worker that signs for them by the key kept here goes by nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from xactin.cases.models import Lot
from xactin.vault import secrets


class Item(NamedTuple):
    """A dossier of a lot as it was confirmed: what was shown of it, the entry it will have ("" for a passkey's)."""

    case: str
    task: str
    shown: str
    entry: str
    unseen: bool = False


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """Who confirmed which act, with which answers; `items` by their place."""

    person: str
    post: str
    act: str
    data: Mapping[str, Any]
    items: Mapping[int, Item] = field(default_factory=dict)

    def sealed(self, lot: UUID) -> bytes:
        """The bytes that are kept, bound to the lot's row."""
        said = {
            "person": self.person,
            "post": self.post,
            "act": self.act,
            "data": dict(self.data),
            "items": [[place, *item] for place, item in sorted(self.items.items())],
        }
        return secrets.seal(orjson.dumps(said), _context(lot))


def confirmed(lot: Lot) -> Confirmed:
    """What was confirmed of a lot. Raises SecretsError for bytes that were changed or belong to another."""
    said = orjson.loads(secrets.unseal(bytes(lot.sealed or b""), _context(lot.pk)))
    items = {place: Item(*item) for place, *item in said.pop("items")}
    return Confirmed(**said, items=items)


def _context(lot: UUID) -> str:
    return f"lot:{lot}"
