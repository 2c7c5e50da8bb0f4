"""What can go wrong with an act, in the person's words. The doors turn each into its HTTP status."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from xactin.kernel.refusal import Refusal


class ActError(Refusal):
    """An act that was not done; nothing was written. `text` is in the language of who asked."""

    code = "act"

    def __init__(self, text: str, **facts: Any) -> None:
        super().__init__(text, text, facts)
        self.text = text


class NotFound(ActError):
    """No such case or task, or none this actor may see: the two are not told apart."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such dossier among those you may see."))


class Forbidden(ActError):
    """The rule that refuses, in words."""

    status = 403
    code = "forbidden"


class Invalid(ActError):
    """The form or its documents are not as asked; `errors` by JSON pointer or `document.<kind>`."""

    status = 422
    code = "invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(
            _("Some answers are missing or not right. They are marked below."), errors=dict(errors)
        )
        self.errors = dict(errors)


class TaskGone(ActError):
    """Somebody else did this task first; `facts` tell who, what and when."""

    code = "task_gone"


class Stale(ActError):
    """What the act relied on changed since it was read; `facts["parts"]` names what."""

    code = "stale"


class OutOfTurn(ActError):
    """The engine refused: an act out of turn, after the end, or past what cannot be taken back."""

    code = "out_of_turn"


class TooOften(ActError):
    """Asked more often than anybody has to who does not guess."""

    status = 429
    code = "too_often"


class RuleFailed(ActError):
    """A rule of the procedure could not be evaluated: an incident for the authority, not the person's fault."""

    status = 503
    code = "rule_failed"


class FormBroken(ActError):
    """The authority's own text of a form cannot be printed: whoever put it there has to mend it."""

    status = 503
    code = "form_broken"
