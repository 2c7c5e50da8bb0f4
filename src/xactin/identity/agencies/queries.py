"""What an administrator asks before adding an agency: which units have none, which code comes next."""

from xactin.identity.agencies.units import Unit, all_units, unit
from xactin.identity.models import Agency
from xactin.identity.rules import FUNCTIONS, folded, next_code


def units_without_agency(level: str) -> list[Unit]:
    """The units (`commune`, `province`) of the authority's province that no agency serves yet.

    Of the whole country where the first agency serves no province.
    """
    first = Agency.objects.filter(parent__isnull=True).order_by("code").first()
    served = unit(first.unit_code) if first else None
    province = served.province_code or served.code if served else ""
    taken = set(Agency.objects.exclude(unit_code="").values_list("unit_code", flat=True))
    return [
        one
        for one in all_units().values()
        if one.level == level and one.code not in taken and province in ("", one.province_code, one.code)
    ]


def unit_meant(words: str, among: list[Unit]) -> tuple[Unit | None, list[Unit]]:
    """The unit that somebody typed (its code, its name, or both as the list offers them), else those like it."""
    code = words.rpartition("(")[2].strip(" )")
    for one in among:
        if code == one.code:
            return one, []
    wanted = folded(words)
    same = [one for one in among if folded(one.name) == wanted]
    if len(same) == 1:
        return same[0], []
    alike = [one for one in among if wanted and wanted in folded(one.name)]
    return (alike[0], []) if len(alike) == 1 else (None, (same or alike)[:5])


def next_codes(parent: Agency) -> dict[str, str]:
    """For each kind of agency, the next code below a parent that nobody has."""
    children = list(Agency.objects.filter(parent=parent).values_list("code", "kind"))
    taken = {code for code, _ in children}
    found = {}
    for kind in Agency.Kind.values:
        of_kind = [code for code, one in children if one == kind]
        code = next_code(parent.code, of_kind)
        while code in taken:
            of_kind.append(code)
            code = next_code(parent.code, of_kind)
        found[kind] = code
    return found


def known_functions() -> list[str]:
    """The parts in procedures that an agency can be given: those we know, then others already given."""
    given = {name for names in Agency.objects.values_list("functions", flat=True) for name in names}
    return [*FUNCTIONS, *sorted(given - set(FUNCTIONS))]
