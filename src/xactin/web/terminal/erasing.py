"""`xactin erase`: the order to erase a dossier's content, and its confirmation by another person, at the terminal.

Both act in the post of an account that has the duty, and sign with its server-held key, as their pages do.
"""

from collections.abc import Sequence
from uuid import UUID


def order(number: str, *, by: str, basis: str, parts: Sequence[str]) -> int:
    """Orders that a dossier's content goes; nothing goes yet. Raises what the command raises."""
    from xactin.cases.erasure import commands, queries
    from xactin.identity.queries import actor_for

    actor = actor_for(by)
    case = queries.by_number(actor, number)
    id = commands.order(by=actor, case=case.pk, basis=basis, parts=list(parts) or None)
    print(f"{id} {number} ordered; another person has to confirm it: xactin erase confirm {id} --by USER")
    return 0


def waiting() -> int:
    """Prints the orders that wait: id, dossier, since when, on what ground."""
    from xactin.cases.models import Erasure

    for one in Erasure.objects.filter(ended_at__isnull=True).select_related("case").order_by("ordered_at"):
        print(one.pk, one.case.number, f"{one.ordered_at:%Y-%m-%dT%H:%MZ}", one.basis)
    return 0


def confirm(id: str, *, by: str) -> int:
    """A second person carries an order out."""
    from xactin.cases.erasure import commands
    from xactin.identity.queries import actor_for

    commands.confirm(by=actor_for(by), erasure=UUID(id))
    print(f"{id} erased")
    return 0


def drop(id: str, *, by: str) -> int:
    """An order is dropped."""
    from xactin.cases.erasure import commands
    from xactin.identity.queries import actor_for

    commands.drop(by=actor_for(by), erasure=UUID(id))
    print(f"{id} dropped")
    return 0
