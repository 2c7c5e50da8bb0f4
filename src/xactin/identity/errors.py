"""What this room refuses: each refusal tells its reason in both languages and its HTTP status."""

from django.utils.translation import get_language

from xactin.identity.rights import Decision
from xactin.kernel.refusal import Refusal


class Refused(Refusal):
    """An act that is not done. `code` is for programs, `facts` are members of the problem document."""

    def __str__(self) -> str:
        return self.in_language(get_language())


class Forbidden(Refused):
    """The actor may not do this."""

    status = 403
    code = "forbidden"

    @classmethod
    def because(cls, decision: Decision) -> "Forbidden":
        """The refusal that a denied decision leads to."""
        return cls(decision.reason_vi, decision.reason_en)


class Invalid(Refused):
    """A value is not of its form; `facts["field"]` names it."""

    status = 422
    code = "invalid"


class NotFound(Refused):
    """Nothing of this id that the actor may touch."""

    status = 404
    code = "not_found"


class TokenEnded(Refused):
    """A token whose time is over; `facts["ended"]` says since when."""

    status = 401
    code = "token_ended"


class PasskeyNeeded(Refused):
    """The post's policy asks for a passkey; the server's key may not sign."""

    status = 428
    code = "passkey_needed"
