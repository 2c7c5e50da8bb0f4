"""The one way in which an act is refused: nothing was done, and the person is told why in their language.

Every room's refusals are subclasses with a `code` and a `status` of their own. A door needs no list of them:
it answers `status`, tells `vi` or `en`, and gives programs `code` and `facts`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

CODE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""How codes are spelt: small words joined by underscores."""


class Refusal(Exception):
    """An act that was not done; nothing changed.

    `vi` and `en` are for people, `code` is stable and `facts` are JSON without personal data, both for
    programs; `status` is the HTTP status a door answers. A subclass sets what is always so; `told` what is
    said this time.
    """

    status: ClassVar[int] = 409
    code: str = "refused"
    vi: str = "Không thực hiện được."
    en: str = "This cannot be done."

    def __init__(
        self, vi: str | None = None, en: str | None = None, facts: Mapping[str, Any] | None = None
    ) -> None:
        self.vi = self.vi if vi is None else vi
        self.en = self.en if en is None else en
        self.facts = dict(facts or {})
        super().__init__(self.en)

    def in_language(self, language: str | None) -> str:
        """What a person is told: English where `language` says so, else Vietnamese."""
        return self.en if (language or "vi").startswith("en") else self.vi

    def __str__(self) -> str:
        return f"{self.code}: {self.en}" + (f" {self.facts}" if self.facts else "")

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        if not CODE.fullmatch(cls.code):
            raise TypeError(f"{cls.__name__}.code is not spelt as codes are: {cls.code!r}")
