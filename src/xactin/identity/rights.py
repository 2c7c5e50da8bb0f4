"""Who acts, and the one answer to "may this person, in this post, do this act on this subject?".

Pure: an `Actor` is loaded by `queries`, the facts about the subject come from the room that owns it.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import get_language

CASE_READING: Final = frozenset({"case.read", "case.result"})
OWNER_ACTS: Final = frozenset({"case.supply", "case.withdraw", "case.amend"})
OWN_ACTS: Final = frozenset(
    {"person.read", "person.edit", "key.enrol", "key.rotate", "key.revoke", "token.create", "token.revoke"}
)
ADMINISTRATION: Final = ("agency.", "post.", "account.", "procedure.", "limit.", "key.")
SITE_READING: Final = frozenset({"agency.read", "procedure.read", "ledger.read", "ledger.audit"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Passkey:
    """A passkey an actor may sign with in the hat worn: the key and its mandate."""

    key_id: str
    mandate_id: UUID
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A person with one hat on. `post_code` None: for themselves, as a citizen or firm.

    `key_id`, `mandate_id` and `custody` tell which key signs; `signing_with` changes them.
    """

    account_id: int
    person_id: UUID
    kind: str
    name: str
    language: str
    post_code: str | None = None
    post_title: str = ""
    role: str | None = None
    agency_id: UUID | None = None
    agency_code: str | None = None
    agency_name: str = ""
    agency_functions: tuple[str, ...] = ()
    requires_passkey: bool = False
    key_id: str
    mandate_id: UUID
    custody: str
    passkeys: tuple[Passkey, ...] = ()

    def by(self) -> dict[str, str | None]:
        """The `by` of this actor's statements."""
        return {"person": str(self.person_id), "post": self.post_code, "agency": self.agency_code}


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the room that owns a subject tells about it.

    `agency_id` handles it, `task_agency_id` and `task_role` are those of the task asked about
    (role "applicant" for the owner's own tasks), `agency_ids` are all that have or had a part.
    """

    subject: str
    kind: str
    owner_person_ids: tuple[UUID, ...] = ()
    agency_id: UUID | None = None
    task_agency_id: UUID | None = None
    task_role: str | None = None
    agency_ids: tuple[UUID, ...] = ()


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


def _yes(vi: str, en: str) -> Decision:
    return Decision(True, vi, en)


def _no(vi: str, en: str) -> Decision:
    return Decision(False, vi, en)


NOT_SIGNED_IN: Final = _no("Ông/Bà chưa đăng nhập.", "You are not signed in.")
NO_RULE: Final = _no("Không có quy định nào cho phép việc này.", "No rule allows this.")


def may(actor: Actor | None, act: str, facts: Facts) -> Decision:
    """Denied unless a rule allows it; the answer always carries its reason.

    Acts are named `<subject kind>.<...>`; an act of a task is `case.<task>.<act>`.
    """
    if actor is None:
        return NOT_SIGNED_IN
    if act.startswith("case."):
        return _may_case(actor, act, facts)
    if act in OWN_ACTS and actor.person_id in facts.owner_person_ids:
        return _yes("Thông tin của chính Ông/Bà.", "It is your own.")
    if act in SITE_READING and actor.role == "auditor":
        return _yes("Thanh tra được đọc.", "Auditors may read.")
    if act == "agency.read" and actor.post_code:
        return _yes("Công chức được xem cơ cấu cơ quan.", "Officials may see the tree of agencies.")
    if act.startswith(ADMINISTRATION) and actor.role == "administrator":
        return _yes("Thuộc nhiệm vụ của quản trị viên.", "It is the administrator's duty.")
    if act.startswith(ADMINISTRATION):
        return _no("Việc này thuộc quản trị viên.", "Only an administrator may do this.")
    return NO_RULE


def _may_case(actor: Actor, act: str, facts: Facts) -> Decision:
    if actor.role == "administrator":
        return _no(
            "Quản trị viên không có quyền đối với hồ sơ.", "An administrator has no rights over dossiers."
        )
    if actor.role == "auditor":
        if act in CASE_READING:
            return _yes("Thanh tra được đọc hồ sơ.", "Auditors may read dossiers.")
        return _no("Thanh tra chỉ được đọc.", "Auditors may only read.")
    if actor.post_code is None:
        return _may_owner(actor, act, facts)
    return _may_official(actor, act, facts)


def _may_owner(actor: Actor, act: str, facts: Facts) -> Decision:
    if actor.person_id not in facts.owner_person_ids:
        return _no("Hồ sơ này không phải của Ông/Bà.", "This dossier is not yours.")
    if act == "case.submit" or act in OWNER_ACTS or act in CASE_READING or facts.task_role == "applicant":
        return _yes("Hồ sơ của Ông/Bà.", "It is your own dossier.")
    return _no(
        "Việc này do cơ quan giải quyết thực hiện.", "This is done by the agency, not by the applicant."
    )


def _may_official(actor: Actor, act: str, facts: Facts) -> Decision:
    if act == "case.submit" or act in OWNER_ACTS:
        return _no(
            "Người nộp hồ sơ làm việc này với tư cách cá nhân, không phải với chức vụ.",
            "Applicants do this for themselves, not in a post.",
        )
    if act in CASE_READING:
        if actor.agency_id in {facts.agency_id, facts.task_agency_id, *facts.agency_ids}:
            return _yes("Cơ quan của Ông/Bà tham gia giải quyết.", "Your agency has a part in it.")
        return _no("Cơ quan của Ông/Bà không tham gia hồ sơ này.", "Your agency has no part in this dossier.")
    if facts.task_agency_id is None or actor.agency_id != facts.task_agency_id:
        return _no("Việc này thuộc cơ quan khác.", "This task belongs to another agency.")
    if actor.role != facts.task_role:
        return _no("Việc này thuộc chức vụ khác trong cơ quan.", "This task belongs to another post.")
    if actor.person_id in facts.owner_person_ids:
        return _no(
            "Ông/Bà không được giải quyết hồ sơ của chính mình.", "Nobody may decide on their own dossier."
        )
    return _yes("Thuộc chức vụ Ông/Bà đang đảm nhiệm.", "It belongs to the post you wear.")
