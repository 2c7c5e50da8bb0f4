"""The one answer to "may this person, in this post, do this act on this subject?": duties, reach, policies."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from xactin.identity import duties
from xactin.identity.policies import AccountFacts
from xactin.identity.rights import Actor, Facts, OwnFacts, may, register_policy, yes

OWNER, STRANGER = uuid4(), uuid4()
POST = Facts(subject="post:1", path="H44/H44.100/")
OWN = OwnFacts(subject="person:1", owner=OWNER)


def actor(person: UUID, *held: str, path: str = "H44/", place: str = "") -> Actor:
    return Actor(
        account_id=1,
        person_id=person,
        kind="citizen",
        name="A",
        language="vi",
        post_code="H44:x" if held else None,
        role="x" if held else None,
        duties=frozenset(held),
        agency_id=uuid4() if held else None,
        agency_code="H44" if held else None,
        agency_path=path if held else "",
        place_path=(place or path) if held else "",
        key_id="0" * 32,
        mandate_id=uuid4(),
        custody="server",
    )


CITIZEN = actor(OWNER)
ADMINISTRATOR = actor(STRANGER, "agencies.manage", "people.manage", "duties.give")
OF_A_COMMUNE = replace(ADMINISTRATOR, agency_path="H44/H44.100/", place_path="H44/H44.100/")
INSPECTOR = actor(STRANGER, "readings.inspect", path="H44/H44.03/", place="H44/")


@pytest.mark.parametrize(
    ("who", "act", "facts"),
    [
        (CITIZEN, "key.enrol", OWN),
        (ADMINISTRATOR, "key.enrol", OWN),  # of a new person, with their account
        (ADMINISTRATOR, "post.appoint", POST),
        (ADMINISTRATOR, "agency.create", Facts(subject="agency:H44.9")),
        (OF_A_COMMUNE, "post.appoint", POST),
        (OF_A_COMMUNE, "agency.create", Facts(subject="agency:H44.100.9", path="H44/H44.100/")),
        (OF_A_COMMUNE, "account.create", AccountFacts(subject="account:")),
        (
            OF_A_COMMUNE,
            "account.deactivate",
            AccountFacts(subject="account:1", paths=("H44/H44.100/H44.100.01/",)),
        ),
        (INSPECTOR, "agency.read", Facts(subject="agency:")),
        (INSPECTOR, "ledger.audit", Facts(subject="ledger:")),  # of a department, for the whole province
    ],
)
def test_allowed_by_a_rule(who: Actor, act: str, facts: Facts) -> None:
    assert may(who, act, facts).allowed


@pytest.mark.parametrize(
    ("who", "act", "facts"),
    [
        (None, "key.enrol", OWN),
        (actor(STRANGER), "key.revoke", OWN),
        (ADMINISTRATOR, "key.revoke", OWN),
        (ADMINISTRATOR, "post.confirm", POST),
        (ADMINISTRATOR, "ledger.audit", Facts(subject="ledger:")),
        (OF_A_COMMUNE, "post.appoint", Facts(subject="post:1", path="H44/")),
        (OF_A_COMMUNE, "post.appoint", Facts(subject="post:1", path="H44/H44.1000/")),  # begins alike
        (OF_A_COMMUNE, "post.appoint", Facts(subject="post:1", path="H44/H44.101/")),
        (OF_A_COMMUNE, "agency.create", Facts(subject="agency:H44.9")),
        (OF_A_COMMUNE, "account.deactivate", AccountFacts(subject="account:1")),
        (OF_A_COMMUNE, "account.invite", AccountFacts(subject="account:1", paths=("H44/H44.100/", "H44/"))),
        (replace(INSPECTOR, place_path="H44/H44.100/"), "ledger.audit", Facts(subject="ledger:")),
        (CITIZEN, "agency.read", Facts(subject="agency:")),
        (ADMINISTRATOR, "nothing.known", Facts(subject="x:1")),
        (ADMINISTRATOR, "post.unheard_of", POST),
        (CITIZEN, "person.unheard_of", OWN),
    ],
)
def test_denied_with_a_reason_in_both_languages(who: Actor | None, act: str, facts: Facts) -> None:
    decision = may(who, act, facts)
    assert not decision.allowed
    assert decision.reason_vi
    assert decision.reason_en
    assert decision.reason_vi != decision.reason_en


def test_the_reason_follows_the_language() -> None:
    decision = may(None, "key.enrol", OWN)
    with translation.override("en"):
        assert decision.reason == "You are not signed in."
    with translation.override("vi"):
        assert decision.reason == "Ông/Bà chưa đăng nhập."


def test_a_statement_is_by_the_person_in_the_post_worn() -> None:
    assert ADMINISTRATOR.by() == {"person": str(STRANGER), "post": "H44:x", "agency": "H44"}
    assert CITIZEN.by() == {"person": str(OWNER), "post": None, "agency": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class BridgeFacts(Facts):
    """Of a kind of subject that only this test knows."""

    task: str = ""


def test_a_kind_is_decided_by_the_facts_of_its_room_and_by_no_others() -> None:
    register_policy("bridge", BridgeFacts, lambda who, act, facts: yes("Được.", "Yes."))
    assert may(CITIZEN, "bridge.cross", BridgeFacts(subject="bridge:1")).allowed
    with pytest.raises(TypeError):
        may(CITIZEN, "bridge.cross", OwnFacts(subject="bridge:1", owner=OWNER))
    with pytest.raises(TypeError):  # the room's own policy would look for what is not there
        may(CITIZEN, "bridge.cross", Facts(subject="bridge:1"))


def test_duties_of_a_post_that_no_room_knows_count_as_sensitive() -> None:
    assert duties.sensitive(["duties.give", "of.an.older.version"]) == ["duties.give", "of.an.older.version"]
    assert duties.duty_name("of.an.older.version") == "of.an.older.version"


def test_who_inspects_never_administers() -> None:
    assert duties.apart(["readings.inspect", "duties.confirm"]) is None
    two = duties.apart(["readings.inspect", "duties.give"])
    assert two is not None
    assert {one.id for one in two} == {"readings.inspect", "duties.give"}
