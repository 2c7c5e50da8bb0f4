"""Agencies in their tree. Each act is an entry."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from xactin.identity.agencies.facts import facts_of
from xactin.identity.agencies.tree_queries import forget_tree
from xactin.identity.agencies.units import Unit, unit
from xactin.identity.agencies.uses import in_use
from xactin.identity.attestations.attesting import attest, require
from xactin.identity.errors import Invalid, Refused
from xactin.identity.models import Agency
from xactin.identity.rights import Actor, Facts
from xactin.identity.rules import AGENCY_CODE_LENGTH, clean_name, is_agency_code, is_code_below, is_function
from xactin.kernel.attestation import time_text
from xactin.ledger.clock import claimed


@transaction.atomic
def create_agency(
    *,
    code: str,
    kind: str,
    name_vi: str = "",
    name_en: str = "",
    parent: Agency | None = None,
    functions: Sequence[str] = (),
    unit_code: str = "",
    by: Actor | None = None,
) -> Agency:
    """An agency in the tree. A province or commune named by its unit takes its name from the list of units.

    Raises Invalid (code, unit) and Forbidden.
    """
    require(by, "agency.create", Facts(subject=f"agency:{code}", path=parent.path if parent else ""))
    _check_code(code, parent)
    if parent is not None and parent.closed_at is not None:
        raise Refused("Cơ quan cấp trên đã đóng.", "The agency above is closed.")
    if parent is not None:  # of two that add the same commune, one looks at a time whether it is there
        Agency.objects.select_for_update(no_key=True).get(pk=parent.pk)
    parts = _functions(functions)
    served = _unit_served(kind, unit_code)
    if served and not name_vi:
        name_vi, name_en = served.committee, f"People's Committee of {served.name_en}"
    if not name_vi:
        raise Invalid("Cơ quan phải có tên.", "An agency needs a name.", {"field": "name_vi"})
    try:
        with transaction.atomic():
            agency = Agency.objects.create(
                code=code,
                kind=kind,
                name_vi=name_vi,
                name_en=name_en or name_vi,
                parent=parent,
                functions=parts,
                unit_code=unit_code,
                path=f"{parent.path if parent else ''}{code}/",
            )
    except IntegrityError as error:
        raise Invalid("Mã định danh đã có.", "The code exists already.", {"field": "code"}) from error
    _tree_changed()
    effect = {
        "kind": str(kind),
        "name": {"vi": agency.name_vi, "en": agency.name_en},
        "parent": parent.code if parent else None,
        "functions": agency.functions,
        "unit": unit_code or None,
    }
    attest(by, subject=f"agency:{code}", act="agency.create", effect=effect)
    return agency


def _check_code(code: str, parent: Agency | None) -> None:
    if not is_agency_code(code):
        raise Invalid(
            f"Mã định danh phải gồm một chữ cái, hai chữ số, rồi các nhóm cách nhau bởi dấu chấm, "
            f"không quá {AGENCY_CODE_LENGTH} ký tự (ví dụ H44.100).",
            "The code must be a letter and two digits, then dotted groups, "
            f"{AGENCY_CODE_LENGTH} characters at most (such as H44.100).",
            {"field": "code"},
        )
    if parent is not None and not is_code_below(code, parent.code):
        raise Invalid(
            f"Mã phải là mã của cơ quan cấp trên, dấu chấm, rồi một nhóm chữ số hoặc chữ in hoa: "
            f"{parent.code}.… (Quyết định 20/2020/QĐ-TTg).",
            f"The code must be that of the agency above, a dot, then one group of digits or capitals: "
            f"{parent.code}.… (Decision 20/2020).",
            {"field": "code"},
        )


def _unit_served(kind: str, unit_code: str) -> Unit | None:
    """The administrative unit an agency serves; a commune has one People's Committee."""
    served = unit(unit_code) if unit_code else None
    if unit_code and served is None:
        raise Invalid(
            "Không có đơn vị hành chính mang mã này.", "No unit has this code.", {"field": "unit_code"}
        )
    twin = Agency.objects.filter(kind=kind, unit_code=unit_code).first() if served else None
    if served and twin and kind in (Agency.Kind.PROVINCE, Agency.Kind.COMMUNE):
        raise Invalid(
            f"{served.name} đã có cơ quan: {twin.name_vi} ({twin.code}).",
            f"{served.name_en} has its agency already: {twin.name_en} ({twin.code}).",
            {"field": "unit_code"},
        )
    return served


@transaction.atomic
def edit_agency(*, agency: Agency, name_vi: str, name_en: str, functions: Sequence[str], by: Actor) -> None:
    """Renames an agency, or changes the parts it has in procedures. Its code stays. Raises Invalid, Forbidden."""
    require(by, "agency.edit", facts_of(agency))
    found = _open_agency(agency)
    found.name_vi, found.functions = clean_name(name_vi), _functions(functions)
    found.name_en = clean_name(name_en) or found.name_vi
    if not found.name_vi:
        raise Invalid("Cơ quan phải có tên.", "An agency needs a name.", {"field": "name_vi"})
    effect = {"name": {"vi": found.name_vi, "en": found.name_en}, "functions": found.functions}
    attest(by, subject=f"agency:{found.code}", act="agency.edit", effect=effect)
    found.save(update_fields=["name_vi", "name_en", "functions"])
    _tree_changed()


@transaction.atomic
def close_agency(*, agency: Agency, by: Actor) -> None:
    """An agency takes no new work from now on; what it did stays. Its posts are closed first, and what is below it.

    Raises Forbidden, and Refused for one that still has something open, such as tasks of dossiers.
    """
    require(by, "agency.edit", facts_of(agency))
    found = _open_agency(agency)
    if found.parent_id is None:
        raise Refused("Không thể đóng cơ quan đứng đầu.", "The first agency cannot be closed.")
    if found.posts.filter(closed_at=None).exists() or found.children.filter(closed_at=None).exists():
        raise Refused(
            "Cơ quan còn chức vụ hoặc đơn vị trực thuộc chưa đóng.",
            "The agency has posts or agencies below it that are not closed.",
        )
    if uses := in_use(found.id):
        raise Refused(uses[0], uses[1])
    found.closed_at = claimed()
    attest(
        by, subject=f"agency:{found.code}", act="agency.close", effect={"closed": time_text(found.closed_at)}
    )
    found.save(update_fields=["closed_at"])
    _tree_changed()


def _tree_changed() -> None:
    """Forgotten at once for what this act still asks, and once more when others can read it: until then another
    thread reads the old tree, and would keep it."""
    forget_tree()
    transaction.on_commit(forget_tree)


def _open_agency(agency: Agency) -> Agency:
    found = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if found.closed_at is not None:
        raise Refused("Cơ quan này đã đóng.", "This agency is closed.")
    return found


def _functions(names: Sequence[str]) -> list[str]:
    if wrong := [name for name in names if not is_function(name)]:
        raise Invalid(
            f"“{wrong[0]}” không phải tên chức năng: chỉ dùng chữ thường không dấu, chữ số và gạch dưới.",
            f"“{wrong[0]}” is no name of a part: small letters, digits and underscores only.",
            {"field": "functions"},
        )
    return sorted(set(names))
