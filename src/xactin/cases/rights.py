"""Who may do what with dossiers and with procedures: the facts that decide it, and the policies. Pure."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xactin.cases import runtime
from xactin.cases.runtime import DECLINE, INVITE, JOIN, REVOKE_INVITATION, SUBMIT, SUPPLY, WITHDRAW
from xactin.identity.commands import register_duty, register_policy
from xactin.identity.rights import Actor, Decision, Facts, by_duty, needed, no, yes
from xactin.kernel.procedure.description import ANY_POST

READING: Final = frozenset({"case.read", "case.result"})
OWNER_ACTS: Final = frozenset({SUPPLY, WITHDRAW, "case.amend"})
ANSWERS: Final = frozenset({JOIN, DECLINE})
"""What an invited person answers."""
INVITING: Final = frozenset({INVITE, REVOKE_INVITATION})
WORK: Final = "cases.work"
INSPECT: Final = "cases.inspect"
SIGN: Final = "results.sign"
REVOKE: Final = "results.revoke"
ERASE: Final = "cases.erase"
PUBLISH: Final = "procedures.publish"
DESIGN: Final = "procedures.design"
LIMITS: Final = "limits.set"
SET_SIGNATURE: Final = "signature.set"
SET_SEAL: Final = "seal.set"
SIGNATURE_KIND: Final = "signature"
SEAL_KIND: Final = "seal"
AGENCIES: Final = "agencies.manage"
_ADMINISTRATION: Final = frozenset({"agencies.manage", "people.manage", "duties.give"})
_OFFICIALS: Final = frozenset({"reception", "officer", "chair", "clerk", "consultant", "leader"})


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFacts(Facts):
    """What decides about a dossier. `path` is the place of the agency that handles it, `agency` itself; `code` names
    the procedure.

    `task_agency` and `task_role` are those of the open task asked about, as its row has them (None where no task is
    asked about), `task_people` those whose own task (or invitation) it is where no post
    does it; `parties` are all who joined; `agencies` are all that have or had a part. `duty`:
    what the act asks of a post besides being the task's.
    """

    owners: tuple[UUID, ...] = ()
    parties: tuple[UUID, ...] = ()
    agency: UUID | None = None
    task_agency: UUID | None = None
    task_role: str | None = None
    task_people: tuple[UUID, ...] = ()
    agencies: frozenset[UUID] = frozenset()
    duty: str = ""
    code: str = ""


def register() -> None:
    """This room's duties, and the policies of dossiers and procedures."""
    register_duty(WORK, vi="Giải quyết hồ sơ", en="Work on dossiers", apart=_ADMINISTRATION, usual=_OFFICIALS)
    register_duty(
        INSPECT,
        vi="Thanh tra hồ sơ (chỉ đọc)",
        en="Inspect dossiers (reading only)",
        sensitive=True,
        reach="place",
        apart=_ADMINISTRATION,
        usual={"auditor"},
    )
    register_duty(
        SIGN,
        vi="Ký ban hành kết quả",
        en="Sign results",
        sensitive=True,
        apart=_ADMINISTRATION,
        usual={"chair"},
    )
    register_duty(
        REVOKE,
        vi="Thu hồi kết quả đã cấp",
        en="Revoke issued results",
        sensitive=True,
        apart=_ADMINISTRATION,
        usual={"chair"},
    )
    register_duty(
        ERASE,
        vi="Ra lệnh, xác nhận xóa nội dung hồ sơ",
        en="Order and confirm the erasure of dossiers' content",
        sensitive=True,
        reach="place",
    )
    register_duty(
        PUBLISH,
        vi="Ban hành quy trình thủ tục",
        en="Publish procedures",
        sensitive=True,
        reach="place",
        usual={"administrator"},
    )
    register_duty(
        DESIGN,
        vi="Soạn, thẩm tra quy trình thủ tục",
        en="Write and review procedures",
        reach="place",
        usual={"administrator", "clerk"},
    )
    register_duty(
        LIMITS, vi="Đặt thời hạn giải quyết", en="Set time limits", reach="place", usual={"administrator"}
    )
    register_policy("case", CaseFacts, case_policy)
    register_policy("procedure", Facts, procedure_policy)
    register_policy(SIGNATURE_KIND, Facts, signature_policy)
    register_policy(SEAL_KIND, Facts, by_duty({SET_SEAL: AGENCIES}))


def procedure_policy(actor: Actor, act: str, facts: Facts) -> Decision:
    """The catalogue is the whole authority's; who publishes or sets limits and who inspects may read all of it.

    A draft binds nobody: who writes procedures writes and reviews them wherever their agency stands.
    """
    designs = needed(actor, DESIGN, actor.agency_path)
    if act in ("procedure.design", "procedure.review"):
        return designs
    if act == "procedure.read":
        readers = [needed(actor, id, facts.path) for id in (PUBLISH, LIMITS, INSPECT)]
        return next((one for one in [designs, *readers] if one.allowed), readers[0])
    return by_duty({"procedure.publish": PUBLISH, "limit.set": LIMITS})(actor, act, facts)


def signature_policy(actor: Actor, act: str, facts: Facts) -> Decision:
    """A person sets what their own signature looks like, in a post that signs results; nobody sets another's."""
    if act != SET_SIGNATURE or facts.subject != f"{SIGNATURE_KIND}:{actor.person_id}":
        return no("Chỉ chính người ký đặt hình chữ ký của mình.", "Only the signer sets their own picture.")
    return needed(actor, SIGN, facts.path)


def case_policy(actor: Actor, act: str, facts: CaseFacts) -> Decision:
    """The applicant, for themselves; the agencies that have a part, by their tasks; inspectors, for reading."""
    if actor.post_code is None:
        return _owner(actor, act, facts)
    if act in READING:
        return _reader(actor, facts)
    if not _within(actor, act, facts):
        return no(
            "Việc này ngoài phạm vi được cử thay, được ủy quyền.",
            "This lies outside of what you stand in for.",
        )
    if act == SUBMIT or act in OWNER_ACTS or act in ANSWERS:
        return no(
            "Người nộp hồ sơ làm việc này với tư cách cá nhân, không phải với chức vụ.",
            "Applicants do this for themselves, not in a post.",
        )
    if act == runtime.ERASURE:
        return _eraser(actor, facts)
    if WORK not in actor.duties and act != runtime.REVOKE:
        return _without_work(actor)
    if actor.person_id in (*facts.owners, *facts.parties):
        return no(
            "Ông/Bà không được giải quyết hồ sơ của chính mình.", "Nobody may decide on their own dossier."
        )
    if act == runtime.REVOKE:
        return _revoker(actor, facts)
    if act in INVITING:
        return _inviter(actor, facts)
    if act == runtime.EXTEND:
        return _extender(actor, facts)
    return _doer(actor, facts)


def _within(actor: Actor, act: str, facts: CaseFacts) -> bool:
    """Whether who stands in for somebody may do this: a piece of work (`<procedure>/<task>`) that was named."""
    if actor.instead is None or actor.instead.scope is None:
        return True
    task = act.removeprefix("case.").rpartition(".")[0]
    return actor.instead.allows(act) and f"{facts.code}/{task}" in actor.instead.scope


def _eraser(actor: Actor, facts: CaseFacts) -> Decision:
    if actor.person_id in facts.owners:
        return no("Ông/Bà không được xóa hồ sơ của chính mình.", "Nobody may erase their own dossier.")
    return needed(actor, ERASE, facts.path)


def _owner(actor: Actor, act: str, facts: CaseFacts) -> Decision:
    if act in ANSWERS:
        return _invited(actor, facts)
    if actor.person_id not in (*facts.owners, *facts.parties):
        return no("Hồ sơ này không phải của Ông/Bà.", "This dossier is not yours.")
    if act in READING or actor.person_id in facts.task_people:
        return yes("Ông/Bà là một bên của hồ sơ.", "You are a party to this dossier.")
    if act == SUBMIT or act in INVITING or act in OWNER_ACTS:
        if actor.person_id in facts.owners:
            return yes("Hồ sơ của Ông/Bà.", "It is your own dossier.")
        return no("Việc này do người nộp hồ sơ thực hiện.", "This is done by who applied.")
    return no(
        "Việc này do cơ quan giải quyết thực hiện.", "This is done by the agency, not by the applicant."
    )


def _invited(actor: Actor, facts: CaseFacts) -> Decision:
    if actor.person_id in facts.task_people:
        return yes("Lời mời gửi Ông/Bà.", "The invitation is to you.")
    return no("Lời mời này không gửi Ông/Bà.", "This invitation is not to you.")


def _inviter(actor: Actor, facts: CaseFacts) -> Decision:
    """Who asks for a case invites and takes back; an official where nobody asks, in the agency that handles it."""
    if facts.owners:
        return no("Người nộp hồ sơ mời các bên tham gia.", "Who applied invites the parties.")
    if actor.agency_id is None or actor.agency_id != facts.agency:
        return no("Việc này thuộc cơ quan giải quyết.", "This belongs to the agency that handles it.")
    return yes("Cơ quan của Ông/Bà giải quyết hồ sơ.", "Your agency handles it.")


def _reader(actor: Actor, facts: CaseFacts) -> Decision:
    if actor.has(INSPECT, facts.path):
        return yes("Thanh tra được đọc hồ sơ.", "Inspectors may read dossiers.")
    if WORK not in actor.duties:
        return _without_work(actor)
    if actor.agency_id in {facts.agency, facts.task_agency, *facts.agencies}:
        return yes("Cơ quan của Ông/Bà tham gia giải quyết.", "Your agency has a part in it.")
    return no("Cơ quan của Ông/Bà không tham gia hồ sơ này.", "Your agency has no part in this dossier.")


def _without_work(actor: Actor) -> Decision:
    if INSPECT in actor.duties:
        return no("Thanh tra chỉ được đọc.", "Inspectors may only read.")
    return needed(actor, WORK, actor.agency_path)


def _revoker(actor: Actor, facts: CaseFacts) -> Decision:
    """Who revokes stands in the agency that issued: not in one above it, whose remedy is an order to revoke."""
    if actor.agency_id is None or actor.agency_id != facts.agency:
        return no("Kết quả này do cơ quan khác cấp.", "Another agency issued this result.")
    return needed(actor, REVOKE, facts.path)


def _extender(actor: Actor, facts: CaseFacts) -> Decision:
    """The agency that will be late apologises, by who signs its results."""
    if actor.agency_id is None or actor.agency_id != facts.agency:
        return no("Việc này thuộc cơ quan giải quyết.", "This belongs to the agency that handles it.")
    return needed(actor, SIGN, facts.path or actor.agency_path)


def _doer(actor: Actor, facts: CaseFacts) -> Decision:
    if facts.task_agency is None or actor.agency_id != facts.task_agency:
        return no("Việc này thuộc cơ quan khác.", "This task belongs to another agency.")
    if facts.task_role not in (actor.role, ANY_POST):
        return no("Việc này thuộc chức vụ khác trong cơ quan.", "This task belongs to another post.")
    if facts.duty and not (asked := needed(actor, facts.duty, actor.agency_path)).allowed:
        return asked
    return yes("Thuộc chức vụ Ông/Bà đang đảm nhiệm.", "It belongs to the post you wear.")
