"""The one answer to "may this person, in this post, do this act on this subject?"."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from xactin.identity.rights import Actor, Facts, may

COMMUNE, LAND, OTHER = uuid4(), uuid4(), uuid4()
OWNER, STRANGER = uuid4(), uuid4()
CASE = Facts(
    subject="case:1",
    kind="case",
    owner_person_ids=(OWNER,),
    agency_id=COMMUNE,
    task_agency_id=LAND,
    task_role="consultant",
    agency_ids=(COMMUNE, LAND),
)


def actor(person: UUID, role: str | None = None, agency: UUID | None = None) -> Actor:
    return Actor(
        account_id=1,
        person_id=person,
        kind="citizen",
        name="A",
        language="vi",
        post_code=f"H44:{role}" if role else None,
        role=role,
        agency_id=agency,
        agency_code="H44" if agency else None,
        key_id="0" * 32,
        mandate_id=uuid4(),
        custody="server",
    )


CITIZEN = actor(OWNER)
CONSULTANT = actor(STRANGER, "consultant", LAND)
CHAIR = actor(STRANGER, "chair", COMMUNE)
AUDITOR = actor(STRANGER, "auditor", OTHER)
ADMINISTRATOR = actor(STRANGER, "administrator", COMMUNE)


@pytest.mark.parametrize(
    ("who", "act", "facts"),
    [
        (CITIZEN, "case.submit", CASE),
        (CITIZEN, "case.read", CASE),
        (CITIZEN, "case.withdraw", CASE),
        (CITIZEN, "case.fix.supply", replace(CASE, task_agency_id=None, task_role="applicant")),
        (CONSULTANT, "case.consult_land.agree", CASE),
        (CONSULTANT, "case.read", CASE),
        (CHAIR, "case.read", CASE),
        (AUDITOR, "case.read", CASE),
        (AUDITOR, "ledger.audit", Facts(subject="ledger", kind="ledger")),
        (ADMINISTRATOR, "post.appoint", Facts(subject="post:1", kind="post")),
        (ADMINISTRATOR, "procedure.publish", Facts(subject="procedure:1", kind="procedure")),
        (CITIZEN, "key.enrol", Facts(subject="person:1", kind="person", owner_person_ids=(OWNER,))),
    ],
)
def test_allowed_by_a_rule(who: Actor, act: str, facts: Facts) -> None:
    assert may(who, act, facts).allowed


@pytest.mark.parametrize(
    ("who", "act", "facts"),
    [
        (None, "case.read", CASE),
        (actor(STRANGER), "case.read", CASE),
        (actor(STRANGER), "case.withdraw", CASE),
        (CITIZEN, "case.consult_land.agree", CASE),
        (CHAIR, "case.consult_land.agree", CASE),  # another agency
        (actor(STRANGER, "chair", LAND), "case.consult_land.agree", CASE),  # another post
        (actor(OWNER, "consultant", LAND), "case.consult_land.agree", CASE),  # one's own dossier
        (actor(STRANGER, "consultant", OTHER), "case.read", CASE),
        (CONSULTANT, "case.submit", CASE),
        (AUDITOR, "case.consult_land.agree", CASE),
        (ADMINISTRATOR, "case.read", CASE),
        (ADMINISTRATOR, "case.consult_land.agree", CASE),
        (CHAIR, "post.appoint", Facts(subject="post:1", kind="post")),
        (CITIZEN, "procedure.publish", Facts(subject="procedure:1", kind="procedure")),
        (CITIZEN, "key.revoke", Facts(subject="person:2", kind="person", owner_person_ids=(STRANGER,))),
        (ADMINISTRATOR, "nothing.known", Facts(subject="x:1", kind="x")),
        (CITIZEN, "agency.read", Facts(subject="agency:", kind="agency")),
    ],
)
def test_denied_with_a_reason_in_both_languages(who: Actor | None, act: str, facts: Facts) -> None:
    decision = may(who, act, facts)
    assert not decision.allowed
    assert decision.reason_vi
    assert decision.reason_en
    assert decision.reason_vi != decision.reason_en


def test_the_reason_follows_the_language() -> None:
    decision = may(None, "case.read", CASE)
    with translation.override("en"):
        assert decision.reason == "You are not signed in."
    with translation.override("vi"):
        assert decision.reason == "Ông/Bà chưa đăng nhập."


def test_a_statement_is_by_the_person_in_the_post_worn() -> None:
    assert CONSULTANT.by() == {"person": str(STRANGER), "post": "H44:consultant", "agency": "H44"}
    assert CITIZEN.by() == {"person": str(OWNER), "post": None, "agency": None}
