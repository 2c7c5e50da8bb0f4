"""Who acts, and the one answer to "may this person, in this post, do this act on this subject?".

Pure: an `Actor` is loaded by `queries`; what is to be known of a subject (`Facts`) and the rules about it (its
policy) are of the room that owns the kind of subject, which registers them in its `apps.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from django.utils.translation import get_language

from xactin.identity.duties import duty


@dataclass(frozen=True, kw_only=True, slots=True)
class Passkey:
    """A passkey an actor may sign with in the hat worn: the key and its mandate."""

    key_id: str
    mandate_id: UUID
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Instead:
    """For whom somebody acts who stands in: in which capacity (`KT.`, `TL.`, `TUQ.`), by which post of their own.

    `acts`: what they may attest, None for all (names, or beginnings `x.*`); `scope`: what it is limited to in the
    words of the room that offered it, None for all.
    """

    person_id: UUID
    name: str
    capacity: str
    title_vi: str
    title_en: str
    acts: tuple[str, ...] | None = None
    scope: frozenset[str] | None = None

    def allows(self, act: str) -> bool:
        """Whether the mandate given covers an act."""
        return self.acts is None or any(
            act.startswith(one[:-1]) if one.endswith(".*") else act == one for one in self.acts
        )


def instead_of(terms: Mapping[str, Any] | None, name: str) -> Instead | None:
    """For whom these terms let somebody act; None for a holder of their own. `name` is that person's."""
    if terms is None:
        return None
    acts, scope = terms["acts"], terms["scope"]
    return Instead(
        person_id=UUID(terms["for"]),
        name=name,
        capacity=str(terms["capacity"]),
        title_vi=str(terms["title"]["vi"]),
        title_en=str(terms["title"]["en"]),
        acts=None if acts is None else tuple(acts),
        scope=None if scope is None else frozenset(scope),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A person with one hat on. `post_code` None: for themselves, as a citizen or firm.

    `role` is what procedures call the post in their tasks; `duties` what it is trusted with besides.
    `agency_path` is the agency's place in the tree, `place_path` that of the province or commune it belongs to.
    `key_id`, `mandate_id` and `custody` tell which key signs; `signing_with` changes them. `instead`: for whom this
    person stands in, in the post worn.
    """

    account_id: int
    person_id: UUID
    kind: str
    name: str
    language: str
    post_code: str | None = None
    post_title: str = ""
    role: str | None = None
    duties: frozenset[str] = frozenset()
    agency_id: UUID | None = None
    agency_code: str | None = None
    agency_name: str = ""
    agency_functions: tuple[str, ...] = ()
    agency_path: str = ""
    place_path: str = ""
    requires_passkey: bool = False
    key_id: str
    mandate_id: UUID
    custody: str
    passkeys: tuple[Passkey, ...] = ()
    instead: Instead | None = None

    def by(self) -> dict[str, str | None]:
        """The `by` of this actor's statements."""
        return {"person": str(self.person_id), "post": self.post_code, "agency": self.agency_code}

    def reach_of(self, id: str) -> str | None:
        """The path under which a duty of this post holds; None without the duty."""
        if id not in self.duties:
            return None
        known = duty(id)
        return self.place_path if known and known.reach == "place" else self.agency_path

    def has(self, id: str, path: str = "") -> bool:
        """Whether the post worn has a duty over what stands at this place of the tree ("": the whole authority)."""
        reach = self.reach_of(id)
        return bool(reach) and covers(reach, path)


def covers(reach: str | None, path: str) -> bool:
    """Whether a part of the tree holds this place; the whole authority ("") is held by its root alone."""
    if not reach:
        return False
    return path.startswith(reach) if path else reach.count("/") == 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a policy may know of a subject. Rooms derive theirs from it and register them with their policy.

    `path`: where in the tree of agencies it belongs; "" for what concerns the whole authority.
    """

    subject: str
    path: str = ""

    @property
    def kind(self) -> str:
        """`case` of `case:<id>`."""
        return self.subject.partition(":")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFacts(Facts):
    """Something of a person's own: their profile, keys, tokens."""

    owner: UUID


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an act is allowed, and why (not), in both languages."""

    allowed: bool
    reason_vi: str
    reason_en: str

    @property
    def reason(self) -> str:
        """The reason in the language in use."""
        return self.reason_vi if (get_language() or "vi").startswith("vi") else self.reason_en


def yes(vi: str, en: str) -> Decision:
    """Allowed, because."""
    return Decision(True, vi, en)


def no(vi: str, en: str) -> Decision:
    """Denied, because."""
    return Decision(False, vi, en)


NOT_SIGNED_IN: Final = no("Ông/Bà chưa đăng nhập.", "You are not signed in.")
NO_RULE: Final = no("Không có quy định nào cho phép việc này.", "No rule allows this.")

Told = TypeVar("Told", bound=Facts)
Policy = Callable[[Actor, str, Told], Decision]
"""An actor, an act, what is known of the subject -> whether it is allowed, and why (not)."""

_policies: Final[dict[str, tuple[type[Facts], Policy[Any]]]] = {}


def register_policy(kind: str, facts: type[Told], policy: Policy[Told]) -> None:
    """Says who may do what with subjects of this kind (`case` of `case:<id>`), and from which facts that is decided.

    Called from the `apps.py` of the room that owns the kind.
    """
    _policies[kind] = (facts, cast(Policy[Any], policy))


def may(actor: Actor | None, act: str, facts: Facts) -> Decision:
    """Denied unless a rule allows it; the answer always carries its reason.

    Raises TypeError for facts of another kind of subject than the one named: they would be believed.
    """
    if actor is None:
        return NOT_SIGNED_IN
    known = _policies.get(facts.kind)
    if known is None:
        return NO_RULE
    kind_of_facts, policy = known
    if type(facts) is not kind_of_facts:
        raise TypeError(f"{facts.kind} is decided by {kind_of_facts.__name__}, not by {type(facts).__name__}")
    return policy(actor, act, facts)


def by_duty(needs: Mapping[str, str]) -> Policy[Facts]:
    """The policy of a kind where each act asks one duty: {act: duty}."""

    def policy(actor: Actor, act: str, facts: Facts) -> Decision:
        return needed(actor, needs[act], facts.path) if act in needs else NO_RULE

    return policy


def needed(actor: Actor, id: str, path: str = "") -> Decision:
    """Whether the actor's post has a duty over this place; a refusal names the duty."""
    if actor.has(id, path):
        return yes(f"Thuộc nhiệm vụ “{_name(id, 'vi')}”.", f"It is of the duty “{_name(id, 'en')}”.")
    if id in actor.duties:
        return no(
            f"Nhiệm vụ “{_name(id, 'vi')}” của Ông/Bà chỉ trong phạm vi cơ quan mình và cấp dưới.",
            f"Your duty “{_name(id, 'en')}” is for your own agency and those below it.",
        )
    return no(
        f"Việc này cần nhiệm vụ “{_name(id, 'vi')}”, mà chức vụ Ông/Bà đang đảm nhiệm không có.",
        f"This needs the duty “{_name(id, 'en')}”, which the post you wear does not have.",
    )


def _name(id: str, language: str) -> str:
    found = duty(id)
    return id if found is None else found.vi if language == "vi" else found.en
