"""What an official at a counter may begin for a person."""

from xactin.cases.office.queries import may_begin
from xactin.cases.procedures import queries as procedures
from xactin.identity import queries as identity
from xactin.identity.models import Agency
from xactin.identity.queries import Actor
from xactin.identity.rights import Decision
from xactin.kernel.procedure.package import Package

ORIGIN = "counter"


def may_receive(actor: Actor, package: Package) -> Decision:
    """Whether this post may begin such a case for a person."""
    return may_begin(actor, package, ORIGIN)


def beginnings(actor: Actor) -> list[Package]:
    """The procedures in force that this post may begin for a person, in the order of their names."""
    packages = [found.package for found in procedures.begun_at_counters()]
    return [package for package in packages if may_receive(actor, package).allowed]


def handling(actor: Actor, package: Package) -> Agency | None:
    """The agency that handles what is begun here: of the procedure's level, the actor's own or the nearest above it;
    for a procedure of no level the own one."""
    place = identity.agency(actor.agency_id) if actor.agency_id else None
    while place is not None and package.procedure.level and place.kind != package.procedure.level:
        place = identity.agency(place.parent_id) if place.parent_id else None
    return place
