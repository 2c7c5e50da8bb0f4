"""Who may apply for what: a package says it (`applicants: [citizen]`), and it is told before anything is filled in."""

from typing import Final

from django.utils.translation import gettext as _

from xactin.identity.queries import Actor
from xactin.kernel.procedure.package import Package

CITIZEN: Final = "citizen"
FIRM: Final = "firm"
# A package may name applicants that no account is (an agency, a household): then nobody is turned away here.
KNOWN: Final = frozenset((CITIZEN, FIRM))


def reason_against(by: Actor, package: Package) -> str:
    """Why this applicant cannot apply for this, with what to do instead; "" where they can."""
    meant = frozenset(package.procedure.applicants)
    if not meant or by.kind in meant or not meant <= KNOWN:
        return ""
    if by.kind == FIRM:
        return _(
            "Only citizens apply for this, not firms. Please let the person whom it is about sign in with an account"
            " of their own and apply, or come to the counter with their papers."
        )
    return _(
        "Only firms apply for this, not citizens. Please sign in with the account of the firm that it is about."
    )
