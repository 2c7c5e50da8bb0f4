"""The duties that rooms know: what a post may be trusted with beyond the tasks that procedures give it.

A room registers its duties in its `apps.py`; administrators give them to posts; rights and menus ask for them.
Nothing asks what a post is called.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import get_language

Reach = Literal["below", "place"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """One duty, such as `procedures.publish`.

    `sensitive`: given by two persons, one of whom proposes and another confirms; so is appointing somebody to a
    post that has it. `levels`: kinds of agency whose posts may have it (empty: all). `reach`: over which part of
    the tree it holds: `below`, the post's agency and what stands under it; `place`, the province or commune
    that the agency belongs to (an inspectorate looks at the whole province). `apart`: duties that no
    post has together with it. `usual`: the roles whose posts are offered it when they are made.
    """

    id: str
    vi: str
    en: str
    sensitive: bool = False
    levels: frozenset[str] = frozenset()
    reach: Reach = "below"
    apart: frozenset[str] = frozenset()
    usual: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The duty in the language in use."""
        return self.vi if (get_language() or "vi").startswith("vi") else self.en


_duties: Final[dict[str, Duty]] = {}


def register_duty(
    id: str,
    *,
    vi: str,
    en: str,
    sensitive: bool = False,
    levels: Collection[str] = (),
    reach: Reach = "below",
    apart: Collection[str] = (),
    usual: Collection[str] = (),
) -> None:
    """Makes a duty known (`Duty` says what each part means). Called from a room's `apps.py`; the last word counts."""
    _duties[id] = Duty(
        id=id,
        vi=vi,
        en=en,
        sensitive=sensitive,
        levels=frozenset(levels),
        reach=reach,
        apart=frozenset(apart),
        usual=frozenset(usual),
    )


def all_duties() -> list[Duty]:
    """Every registered duty, those of one room together."""
    return sorted(_duties.values(), key=lambda duty: duty.id)


def duty(id: str) -> Duty | None:
    """A duty by its id; None for one that no room knows (any more)."""
    return _duties.get(id)


def duty_name(id: str) -> str:
    """A duty in words; the id of one that no room knows."""
    return found.name if (found := _duties.get(id)) else id


def sensitive(ids: Iterable[str]) -> list[str]:
    """Those of these duties that only two persons may give. A duty that no room knows counts as one."""
    return sorted(id for id in set(ids) if (found := _duties.get(id)) is None or found.sensitive)


def usual_duties(role: str, kind: str) -> list[str]:
    """What a new post of this role in an agency of this kind is offered."""
    return sorted(
        one.id for one in _duties.values() if role in one.usual and (not one.levels or kind in one.levels)
    )


def apart(ids: Iterable[str]) -> tuple[Duty, Duty] | None:
    """Two of these duties that no post may have together."""
    known = [found for id in sorted(set(ids)) if (found := _duties.get(id))]
    for one in known:
        for other in known:
            if other.id in one.apart:
                return one, other
    return None
