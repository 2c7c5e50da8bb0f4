"""How the room's codes read for people: kinds and parts of agencies, roles of posts."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: Final[dict[str, Promise]] = {
    "province": _("Province"),
    "commune": _("Commune or ward"),
    "department": _("Department"),
    "unit": _("Office or unit"),
}
FUNCTIONS: Final[dict[str, Promise]] = {
    "handling": _("Handles dossiers"),
    "construction": _("Construction"),
    "civil_status": _("Civil status"),
    "land": _("Land"),
    "environment": _("Environment"),
    "infrastructure": _("Technical infrastructure"),
}
ROLES: Final[dict[str, Promise]] = {
    "reception": _("Reception: the counter that receives dossiers and hands out results"),
    "officer": _("Officer: examines dossiers and submits them for signature"),
    "consultant": _("Consultant: answers when the agency is asked"),
    "chair": _("Chair: decides and signs results"),
    "clerk": _("Clerk: issues, numbers and seals"),
    "leader": _("Leader: sees how the work goes"),
    "auditor": _("Auditor: reads everything, changes nothing"),
    "administrator": _("Administrator: agencies, posts, procedures; no dossiers"),
}


def kind_text(kind: str) -> str:
    """A kind of agency in words."""
    return str(KINDS.get(kind, kind))


def function_text(name: str) -> str:
    """A part in procedures in words; one that only a procedure knows stands as it is."""
    return str(FUNCTIONS.get(name, name))
