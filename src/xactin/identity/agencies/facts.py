"""What rights may know of an agency: where it stands in the tree."""

from xactin.identity.models import Agency
from xactin.identity.rights import Facts


def facts_of(agency: Agency) -> Facts:
    """The facts of an agency, for `may`."""
    return Facts(subject=f"agency:{agency.code}", path=agency.path)
