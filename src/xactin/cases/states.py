"""How the state of a case, and from where it began, are said to people."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from xactin.cases.rules import NationalState

NATIONAL_STATES: Final = {
    NationalState.NEW: _("Newly registered"),
    NationalState.RECEIVED: _("Received"),
    NationalState.NOT_RECEIVED: _("Not accepted"),
    NationalState.PROCESSING: _("Being processed"),
    NationalState.SUPPLEMENT: _("Additional documents requested"),
    NationalState.PAYMENT: _("Financial duty requested"),
    NationalState.WITHDRAWN: _("Withdrawn by the applicant"),
    NationalState.STOPPED: _("Processing stopped"),
    NationalState.DONE: _("Processing finished"),
    NationalState.RETURNED: _("Result returned"),
}

ORIGINS: Final = {
    "person": _("Sent on the portal"),
    "counter": _("Received at the counter"),
    "post": _("Begun by an official"),
    "case": _("Begun by another dossier"),
    "signal": _("Begun by a report"),
    "schedule": _("Begun by the calendar"),
    "authority": _("Sent by another authority"),
}
"""From where a case began, in words."""

WORK_KINDS: Final = {
    "application": _("Administrative procedures"),
    "internal_task": _("Internal tasks"),
    "matter": _("Matters of several agencies"),
    "inspection": _("Inspections"),
    "report_handling": _("Handling of reports"),
    "return": _("Returns"),
    "review": _("Reviews"),
    "pilot": _("Pilots"),
}
"""Kinds of work (`kernel/procedure/kinds.py`) in words."""
