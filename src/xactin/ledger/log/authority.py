"""Which authority stands here. What genesis says never changes, so each process asks once."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from xactin.kernel.log.checkpoint import VerifierKey
from xactin.ledger.errors import NoAuthority
from xactin.ledger.models import Log


@dataclass(frozen=True, slots=True)
class AuthorityInfo:
    """The one authority of this install and the log it publishes."""

    id: str
    name: str
    demo: bool
    origin: str
    verifier_key: str

    @property
    def log_key(self) -> VerifierKey:
        """The key by which the log's checkpoints are verified."""
        return VerifierKey.parse(self.verifier_key)


# By database, so that a process which speaks to a second one (a test does) does not mistake it.
_known: Final[dict[str, AuthorityInfo]] = {}


def authority() -> AuthorityInfo:
    """The authority of this install. Raises NoAuthority (an ObjectDoesNotExist)."""
    found = _known.get(_database())
    if found is None:
        row = Log.objects.values_list("authority", "name", "demo", "origin", "verifier_key").first()
        if row is None:
            raise NoAuthority
        found = _known[_database()] = AuthorityInfo(*row)
    return found


def remember(found: AuthorityInfo | None) -> None:
    """Sets what `authority` answers, after it was begun anew; None to ask again."""
    if found is None:
        _known.clear()
    else:
        _known[_database()] = found


def _database() -> str:
    return str(connection.settings_dict["NAME"])
