"""What this platform can do for a procedure: the kinds of services it does, from where it begins cases, the
names of acts that are its own, the fields it draws. `check` refuses a package that asks for more. Pure.

A service is registered with the function that does it (`dossiers/services.py`); what it needs of a package stands
here, that of this room too, so that a package can be checked without starting anything.
"""

from dataclasses import replace
from typing import Final

from xactin.kernel.procedure.requirements.forms import Forms
from xactin.kernel.procedure.requirements.results import DRAFT
from xactin.kernel.procedure.requirements.runtime import Runtime, ServiceKind
from xactin.ui.schema_form.fields import FORMATS, WIDGET_KINDS, WORDS

SEAL: Final = "result.seal"
NOTIFY: Final = "notify"

SUBMIT: Final = "case.submit"
SUPPLY: Final = "case.supply"
WITHDRAW: Final = "case.withdraw"
BEGIN: Final = "case.begin"
TICK: Final = "case.tick"
REVOKE: Final = "case.revoke"
INVITE: Final = "case.invite"
JOIN: Final = "case.join"
DECLINE: Final = "case.decline"
REVOKE_INVITATION: Final = "case.revoke_invitation"
FOLLOW_CODE: Final = "case.follow_code"
EXTEND: Final = "case.extend"
ATTACH: Final = "case.attach"
HAND_OVER: Final = "case.hand_over"
ERASURE: Final = "case.order_erasure"
ERASE: Final = "case.erase"
DROP_ERASURE: Final = "case.drop_erasure"
OWN: Final = frozenset(
    {
        SUBMIT,
        SUPPLY,
        WITHDRAW,
        TICK,
        REVOKE,
        "case.amend",
        BEGIN,
        "case.migrate",
        INVITE,
        JOIN,
        DECLINE,
        REVOKE_INVITATION,
        FOLLOW_CODE,
        EXTEND,
        ATTACH,
        HAND_OVER,
        ERASURE,
        ERASE,
        DROP_ERASURE,
    }
)
"""Acts of the room itself. An act of a task is `case.<task>.<act>`, one of a service `case.<service>`: so no
service may be called as one of these."""

OURS: Final = Runtime(
    services={
        DRAFT: ServiceKind(writes=1, result=True),
        SEAL: ServiceKind(writes=1, result=True, draft=True),
        NOTIFY: ServiceKind(tells=True),
    },
    origins=frozenset({"person", "counter", "post", "case"}),
    reserved=frozenset(act.removeprefix("case.") for act in OWN),
    forms=Forms(
        words={*WORDS, "choose"},  # `choose`: office/queries.py
        formats=FORMATS,
        widgets=WIDGET_KINDS,
        fills={f"person.{fact}" for fact in ("full_name", "id_number", "phone", "email", "address")},
        choices={"agency", "any_agency"},
    ),
)

_OFFERED: Final[dict[str, ServiceKind]] = {}


def offer(kind: str, needs: ServiceKind | None = None) -> None:
    """A kind of service that packages may ask for from now on. `needs` may be left out for those of `OURS`."""
    _OFFERED[kind] = needs or OURS.services[kind]


def installed() -> Runtime:
    """What this installation can do, as `check` asks it."""
    return replace(OURS, services=dict(_OFFERED))
