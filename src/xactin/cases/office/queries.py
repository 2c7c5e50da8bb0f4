"""What an official may begin, and how its form is drawn for them."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import CaseFacts
from xactin.cases.runtime import BEGIN
from xactin.identity import queries as identity
from xactin.identity.models import Agency
from xactin.identity.queries import Actor, may
from xactin.identity.rights import Decision
from xactin.kernel.procedure.package import Package

ORIGIN = "post"


def may_begin(actor: Actor, package: Package, origin: str = ORIGIN) -> Decision:
    """Whether this post may begin such a case, in its own work or (`counter`) for a person: the package names the
    posts, the agency is their own."""
    beginning = package.procedure.begun(origin)
    posts = beginning.posts if beginning else ()
    facts = CaseFacts(
        subject="case:",
        task_agency=actor.agency_id if posts else None,
        task_role=actor.role if actor.role in posts else next(iter(posts), None),
    )
    return may(actor, BEGIN, facts)


def beginnings(actor: Actor) -> list[Package]:
    """The procedures in force of which this post may begin a case, in the order of their names."""
    packages = [found.package for found in procedures.begun_by_officials()]
    return [package for package in packages if may_begin(actor, package).allowed]


def chosen_agencies(package: Package) -> list[str]:
    """The top-level fields of the form that choose agencies (`x-ui: {choose: agency}`)."""
    fields = package.form_schema.get("properties", {})
    return [name for name, field in fields.items() if field.get("x-ui", {}).get("choose") == "agency"]


def form_for(actor: Actor, package: Package) -> dict[str, Any]:
    """The form's schema, where fields that choose agencies offer those of the actor's place: their own agency and
    all below it."""
    if actor.agency_id is None:
        return dict(package.form_schema)
    place = identity.agency(actor.agency_id).path
    return _with_agencies(package, lambda agency: agency.path.startswith(place))


def form_read(package: Package, data: Mapping[str, Any]) -> dict[str, Any]:
    """The form's schema for reading what was chosen: agencies by their names."""
    chosen = {code for name in chosen_agencies(package) for code in _listed(data.get(name))}
    return _with_agencies(package, lambda agency: agency.code in chosen)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _with_agencies(package: Package, offered: Callable[[Agency], bool]) -> dict[str, Any]:
    wanted = chosen_agencies(package)
    if not wanted:
        return dict(package.form_schema)
    schema: dict[str, Any] = copy.deepcopy(dict(package.form_schema))
    found = [agency for _depth, agency in identity.agency_tree() if offered(agency)]
    options = {agency.code: {"vi": agency.name_vi, "en": agency.name_en} for agency in found}
    for name in wanted:
        field = schema["properties"][name]
        source = field["items"] if field.get("type") == "array" else field
        source["enum"] = list(options)
        field["x-ui"]["options"] = options
    return schema
