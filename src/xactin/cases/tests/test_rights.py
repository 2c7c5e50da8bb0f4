"""Who may do what with a dossier: applicants, agencies by their tasks, inspectors; nobody by what a post is called."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from xactin.cases.rights import CaseFacts
from xactin.identity.rights import Actor, Facts, may

COMMUNE, LAND, OTHER = uuid4(), uuid4(), uuid4()
OWNER, STRANGER = uuid4(), uuid4()
PATHS = {COMMUNE: "H44/H44.100/", LAND: "H44/H44.01/", OTHER: "H44/H44.03/"}
CASE = CaseFacts(
    subject="case:1",
    path=PATHS[COMMUNE],
    owners=(OWNER,),
    agency=COMMUNE,
    task_agency=LAND,
    task_role="nhà-đất",
    agencies=frozenset({COMMUNE, LAND}),
)


def actor(person: UUID, role: str | None = None, agency: UUID | None = None, *duties: str) -> Actor:
    return Actor(
        account_id=1,
        person_id=person,
        kind="citizen",
        name="A",
        language="vi",
        post_code=f"H44:{role}" if role else None,
        role=role,
        duties=frozenset(duties),
        agency_id=agency,
        agency_code="H44" if agency else None,
        agency_path=PATHS[agency] if agency else "",
        place_path="H44/" if agency != COMMUNE else PATHS[COMMUNE],
        key_id="0" * 32,
        mandate_id=uuid4(),
        custody="server",
    )


CITIZEN = actor(OWNER)
CONSULTANT = actor(STRANGER, "nhà-đất", LAND, "cases.work")
OF_THE_COMMUNE = actor(STRANGER, "ký", COMMUNE, "cases.work", "results.sign", "results.revoke")
INSPECTOR = actor(STRANGER, "tra", OTHER, "cases.inspect")
ADMINISTRATOR = actor(STRANGER, "quản-trị", COMMUNE, "duties.give", "procedures.publish")
SIGNS = replace(CASE, task_agency=COMMUNE, task_role="ký", duty="results.sign")
CATALOGUE = Facts(subject="procedure:1")


@pytest.mark.parametrize(
    ("who", "act", "facts"),
    [
        (CITIZEN, "case.submit", CASE),
        (CITIZEN, "case.read", CASE),
        (CITIZEN, "case.withdraw", CASE),
        (CITIZEN, "case.fix.supply", replace(CASE, task_agency=None, task_people=CASE.owners)),
        (CONSULTANT, "case.consult.agree", CASE),
        (CONSULTANT, "case.read", CASE),
        (OF_THE_COMMUNE, "case.read", CASE),
        (OF_THE_COMMUNE, "case.last.approve", SIGNS),
        (OF_THE_COMMUNE, "case.revoke", replace(CASE, task_agency=None, task_role=None)),
        (INSPECTOR, "case.read", CASE),
        (INSPECTOR, "procedure.read", CATALOGUE),
        (replace(ADMINISTRATOR, place_path="H44/"), "procedure.publish", CATALOGUE),
    ],
)
def test_allowed_by_a_rule(who: Actor, act: str, facts: Facts) -> None:
    assert may(who, act, facts).allowed


@pytest.mark.parametrize(
    ("who", "act", "facts"),
    [
        (actor(STRANGER), "case.read", CASE),
        (actor(STRANGER), "case.withdraw", CASE),
        (CITIZEN, "case.consult.agree", CASE),
        (CITIZEN, "case.revoke", CASE),
        (OF_THE_COMMUNE, "case.consult.agree", CASE),  # another agency
        (replace(CONSULTANT, role="ký"), "case.consult.agree", CASE),  # another post
        (replace(CONSULTANT, person_id=OWNER), "case.consult.agree", CASE),  # one's own dossier
        (
            replace(CONSULTANT, duties=frozenset()),
            "case.consult.agree",
            CASE,
        ),  # the task's name is not enough
        (replace(CONSULTANT, duties=frozenset()), "case.read", CASE),
        (replace(OF_THE_COMMUNE, duties=frozenset({"cases.work"})), "case.last.approve", SIGNS),
        (replace(OF_THE_COMMUNE, duties=frozenset({"cases.work"})), "case.revoke", CASE),
        (replace(OF_THE_COMMUNE, person_id=OWNER), "case.revoke", CASE),
        (replace(OF_THE_COMMUNE, agency_id=OTHER), "case.revoke", CASE),
        (actor(STRANGER, "nhà-đất", OTHER, "cases.work"), "case.read", CASE),
        (CONSULTANT, "case.submit", CASE),
        (INSPECTOR, "case.consult.agree", CASE),
        (replace(INSPECTOR, place_path="H44/H44.101/"), "case.read", CASE),
        (ADMINISTRATOR, "case.read", CASE),
        (ADMINISTRATOR, "case.consult.agree", CASE),
        (ADMINISTRATOR, "procedure.publish", CATALOGUE),  # the catalogue is the whole authority's
        (CITIZEN, "procedure.publish", CATALOGUE),
        (INSPECTOR, "limit.set", CATALOGUE),
    ],
)
def test_denied_with_a_reason_in_both_languages(who: Actor, act: str, facts: Facts) -> None:
    decision = may(who, act, facts)
    assert not decision.allowed
    assert decision.reason_vi != decision.reason_en
