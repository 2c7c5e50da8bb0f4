"""Who may do what with what this room owns: agencies, posts, accounts, what is a person's own, the ledger's reading.

Pure. Each kind of subject has its facts and its policy; `rights.may` asks them.
"""

from dataclasses import dataclass
from typing import Final

from xactin.identity.duties import register_duty
from xactin.identity.rights import (
    NO_RULE,
    Actor,
    Decision,
    Facts,
    OwnFacts,
    by_duty,
    needed,
    no,
    register_policy,
    yes,
)

OWN_ACTS: Final = frozenset(
    {"person.read", "person.edit", "key.enrol", "key.rotate", "key.revoke", "token.create", "token.revoke"}
)
AGENCY_ACTS: Final = {
    "agency.create": "agencies.manage",
    "agency.edit": "agencies.manage",
    "agency.calendar": "calendars.manage",
}
POST_ACTS: Final = {
    "post.create": "agencies.manage",
    "post.edit": "agencies.manage",
    "post.policy": "agencies.manage",
    "post.appoint": "people.manage",
    "post.end": "people.manage",
    "post.duties": "duties.give",
    "post.confirm": "duties.confirm",
}
READINGS_ACTS: Final = {"ledger.read": "readings.inspect", "ledger.audit": "readings.inspect"}
ACCOUNT_WORK: Final = frozenset({"account.read", "account.create"})
VERIFYING: Final = "person.verify"
ACCOUNT_ACTS: Final = frozenset({"account.invite", "account.deactivate", "account.reactivate"})
"""Acts on one account: theirs who cover every post that its person holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFacts(Facts):
    """An account; `paths` are the places of the posts that its person holds now."""

    paths: tuple[str, ...] = ()


def register() -> None:
    """This room's duties, and the policies of the kinds of subject it owns."""
    _register_duties()
    register_policy("agency", Facts, _agency)
    register_policy("post", Facts, by_duty(POST_ACTS))
    register_policy("account", AccountFacts, _account)
    register_policy("person", OwnFacts, _own)
    register_policy("ledger", Facts, by_duty(READINGS_ACTS))


def _register_duties() -> None:
    usual = {"administrator"}
    register_duty(
        "agencies.manage",
        vi="Quản lý cơ quan và chức vụ",
        en="Manage agencies and posts",
        sensitive=True,
        usual=usual,
    )
    register_duty(
        "calendars.manage",
        vi="Đặt giờ làm việc, ngày nghỉ của cơ quan",
        en="Set the hours and days off of agencies",
        usual=usual,
    )
    register_duty(
        "people.manage",
        vi="Quản lý tài khoản, bổ nhiệm",
        en="Manage accounts and appointments",
        sensitive=True,
        usual=usual,
    )
    register_duty(
        "people.verify",
        vi="Xác minh danh tính người dân, doanh nghiệp",
        en="Verify who citizens and firms are",
        usual={"reception"},
    )
    register_duty(
        "duties.give", vi="Giao nhiệm vụ cho chức vụ", en="Give duties to posts", sensitive=True, usual=usual
    )
    register_duty(
        "duties.confirm",
        vi="Xác nhận việc giao nhiệm vụ và bổ nhiệm quan trọng",
        en="Confirm important duties and appointments",
        sensitive=True,
        usual={"administrator", "chair"},
    )
    register_duty(
        "readings.inspect",
        vi="Thanh tra việc xem dữ liệu",
        en="Inspect who read which data",
        sensitive=True,
        reach="place",
        apart={"agencies.manage", "people.manage", "duties.give"},
        usual={"auditor"},
    )


def _agency(actor: Actor, act: str, facts: Facts) -> Decision:
    if act == "agency.read" and actor.post_code:
        return yes("Công chức được xem cơ cấu cơ quan.", "Officials may see the tree of agencies.")
    if act == "agency.read":
        return no("Trang này dành cho công chức.", "This is for officials.")
    return by_duty(AGENCY_ACTS)(actor, act, facts)


def _account(actor: Actor, act: str, facts: AccountFacts) -> Decision:
    if act == VERIFYING:
        return needed(actor, "people.verify", actor.agency_path)
    if act == "account.read" and facts.paths:  # whoever manages people in one of the places where they work
        here = [needed(actor, "people.manage", path) for path in facts.paths]
        return next((one for one in here if one.allowed), here[0])
    if act in ACCOUNT_WORK:
        return needed(actor, "people.manage", actor.agency_path)
    if act in ACCOUNT_ACTS:
        decisions = [needed(actor, "people.manage", path) for path in facts.paths or ("",)]
        return next((one for one in decisions if not one.allowed), decisions[0])
    return NO_RULE


def _own(actor: Actor, act: str, facts: OwnFacts) -> Decision:
    if act in OWN_ACTS and actor.person_id == facts.owner:
        return yes("Thông tin của chính Ông/Bà.", "It is your own.")
    if act == "key.enrol":  # of a new person, with their account
        return needed(actor, "people.manage", actor.agency_path)
    return no("Đây không phải thông tin của Ông/Bà.", "It is not your own.") if act in OWN_ACTS else NO_RULE
