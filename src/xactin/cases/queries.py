"""What may be asked of the room as a whole, without database and without starting anything."""

from xactin.cases.runtime import OURS
from xactin.kernel.procedure.requirements.runtime import Runtime


def platform() -> Runtime:
    """What the platform by itself can do for a procedure; an installation may do more (`dossiers/services.py`)."""
    return OURS
