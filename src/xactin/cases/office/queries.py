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
FROM_CASE = "case"
CHOICES = ("agency", "any_agency")
"""What a field chooses from: the agencies of the actor's place, or all of the authority."""


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


def beginnings(actor: Actor, origin: str = ORIGIN) -> list[Package]:
    """The procedures in force of which this post may begin a case, in the order of their names."""
    packages = [found.package for found in procedures.begun_by_officials()]
    return [package for package in packages if may_begin(actor, package, origin).allowed]


def chosen_agencies(schema: Mapping[str, Any]) -> dict[str, str]:
    """The top-level fields of a form that choose agencies (`x-ui: {choose: agency}`), each with its choice."""
    asked = {
        name: field.get("x-ui", {}).get("choose") for name, field in schema.get("properties", {}).items()
    }
    return {name: choice for name, choice in asked.items() if choice in CHOICES}


def form_for(actor: Actor, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A form's schema, where fields that choose agencies offer those there are for this actor."""
    if actor.agency_id is None:
        return dict(schema)
    place = identity.agency(actor.agency_id).path

    def offered(agency: Agency, choice: str) -> bool:
        return agency.closed_at is None and (choice == "any_agency" or agency.path.startswith(place))

    return _with_agencies(schema, offered)


def form_read(package: Package, data: Mapping[str, Any]) -> dict[str, Any]:
    """The form's schema for reading what was chosen: agencies by their names."""
    schema = package.form_schema
    chosen = {code for name in chosen_agencies(schema) for code in _listed(data.get(name))}
    return _with_agencies(schema, lambda agency, _choice: agency.code in chosen)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def whole_name(agency: Agency) -> dict[str, str]:
    """An agency's name in both languages; a unit's with what it is a unit of, for many communes have one so called."""
    name = {"vi": agency.name_vi, "en": agency.name_en}
    if agency.kind != Agency.Kind.UNIT or agency.parent_id is None:
        return name
    above = identity.agency(agency.parent_id)
    return {"vi": f"{name['vi']}, {above.name_vi}", "en": f"{name['en']}, {above.name_en}"}


def _with_agencies(form: Mapping[str, Any], offered: Callable[[Agency, str], bool]) -> dict[str, Any]:
    wanted = chosen_agencies(form)
    if not wanted:
        return dict(form)
    schema: dict[str, Any] = copy.deepcopy(dict(form))
    for name, choice in wanted.items():
        found = [agency for _depth, agency in identity.agency_tree() if offered(agency, choice)]
        options = {agency.code: whole_name(agency) for agency in found}
        field = schema["properties"][name]
        source = field["items"] if field.get("type") == "array" else field
        source["enum"] = list(options)
        field["x-ui"]["options"] = options
    return schema
