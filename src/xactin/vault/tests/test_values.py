"""Values: sealed with their salts, opened by who says why, erased for good."""

import pytest
from django.db import connection

from xactin.kernel.attestation import commit_value
from xactin.kernel.batches import batch_root
from xactin.kernel.canonical import CanonicalError
from xactin.vault import commands, queries
from xactin.vault.errors import Damaged
from xactin.vault.models import Value
from xactin.vault.secrets import SecretsError

pytestmark = pytest.mark.django_db
SUBJECT = "case:one"


def write(part: str, value: object, subject: str = SUBJECT) -> commands.SealedValue:
    sealed = commands.seal_value(subject=subject, part=part, value=value)
    with connection.cursor() as cursor:
        cursor.execute(*sealed.sql())
    return sealed


def test_the_value_in_force_comes_back_with_its_salt() -> None:
    write("form.house", {"floors": 2})
    sealed, owner = write("form.house", {"floors": 3}), write("form.owner", {"name": "Nguyễn Thị Ánh"})
    found = queries.open_values(by="officer", purpose="review", subject=SUBJECT)
    assert found == {
        "form.house": ({"floors": 3}, sealed.salt),
        "form.owner": ({"name": "Nguyễn Thị Ánh"}, owner.salt),
    }
    assert commit_value(sealed.salt, {"floors": 3}) == sealed.commitment
    assert set(queries.open_values(by="o", purpose="x", subject=SUBJECT, parts=["form.owner"])) == {
        "form.owner"
    }
    assert queries.open_values(by="o", purpose="x", subject="case:two") == {}
    assert queries.open_values(by="o", purpose="x", subject=SUBJECT, parts=[]) == {}


def test_every_opening_is_logged_with_who_and_why() -> None:
    write("form.house", 1)
    queries.open_values(by="officer", purpose="review", subject=SUBJECT)
    queries.open_values(by="system", purpose="x" * 200, subject=SUBJECT, parts=["form.house"])
    latest, first = queries.openings_of(SUBJECT)
    assert (first.who, first.purpose, first.parts) == ("officer", "review", ["*"])
    assert (latest.who, latest.purpose, latest.parts) == ("system", "x" * 80, ["form.house"])
    assert first.at <= latest.at


def test_a_kept_salt_gives_the_same_commitment() -> None:
    one = commands.seal_value(subject=SUBJECT, part="form.house", value=[1])
    two = commands.seal_value(subject=SUBJECT, part="form.house", value=[1], salt=one.salt)
    assert one.commitment == two.commitment
    assert one.sealed != two.sealed
    with pytest.raises(CanonicalError):
        commands.seal_value(subject=SUBJECT, part="form.house", value=1.5)


def test_nothing_can_be_read_in_the_database() -> None:
    write("form.owner", "Nguyen Thi Anh")
    assert b"Anh" not in bytes(Value.objects.get().sealed or b"")


def test_a_value_moved_to_another_subject_does_not_open() -> None:
    write("form.owner", "Ánh")
    Value.objects.update(subject="case:two")
    with pytest.raises(SecretsError):
        queries.open_values(by="o", purpose="x", subject="case:two")


def test_erasure_takes_the_versions_named_and_their_salts() -> None:
    first, second, other = write("form.owner", 1), write("form.owner", 2), write("form.house", 3)
    third = write("form.owner", 3)
    assert queries.commitments_of(SUBJECT, ["form.owner"]) == {
        "form.owner": [first.commitment, second.commitment, third.commitment]
    }
    assert commands.erase(subject="case:two", commitments=[first.commitment]) == {}
    gone = commands.erase(subject=SUBJECT, commitments=[first.commitment, second.commitment])
    assert gone == {"form.owner": sorted([first.commitment, second.commitment])}
    assert queries.open_values(by="o", purpose="x", subject=SUBJECT)["form.owner"][0] == 3
    rows = Value.objects.filter(part="form.owner").order_by("id")
    assert [row.sealed is None for row in rows] == [True, True, False]
    assert queries.commitments_of(SUBJECT) == {
        "form.house": [other.commitment],
        "form.owner": [third.commitment],
    }


def test_the_version_that_is_named_is_opened_and_no_other() -> None:
    first, second = write("form.owner", "Ánh"), write("form.owner", "Bình")

    def named(commitment: str) -> object:
        found = queries.open_named(by="o", purpose="x", subject=SUBJECT, named={"form.owner": commitment})
        return found.get("form.owner", ("",))[0]

    assert (named(first.commitment), named(second.commitment)) == ("Ánh", "Bình")
    assert queries.openings_of(SUBJECT)[0].parts == ["form.owner"]
    # Swapped rows: what stands under a commitment is something else.
    Value.objects.filter(commitment=bytes.fromhex(first.commitment)).update(sealed=second.sealed)
    with pytest.raises(Damaged):
        named(first.commitment)


def test_members_of_a_batch_stand_in_their_order_and_are_opened_by_their_places() -> None:
    sealed = [commands.seal_value(subject=SUBJECT, part="batch.rows", value={"n": n}) for n in range(4)]
    root = batch_root([one.commitment for one in sealed])
    with connection.cursor() as cursor:
        cursor.execute(*commands.members_sql(root, sealed))
    assert queries.member_commitments(SUBJECT, root) == [one.commitment for one in sealed]
    assert commands.erase(subject=SUBJECT, commitments=[sealed[2].commitment]) == {
        "batch.rows": [sealed[2].commitment]
    }
    # The place and the commitment stay, so that paths can still be worked out.
    assert queries.member_commitments(SUBJECT, root) == [one.commitment for one in sealed]
    found = queries.open_members(by="o", purpose="x", subject=SUBJECT, root=root, indexes=[1, 2, 3])
    assert [(one.index, one.value, one.salt) for one in found] == [
        (n, {"n": n}, sealed[n].salt) for n in (1, 3)
    ]
    assert queries.openings_of(SUBJECT)[0].parts == [f"{root}/{n}" for n in (1, 2, 3)]
    assert queries.batches_between("case:", None) == {(SUBJECT, root)}


def test_many_values_are_written_by_one_statement() -> None:
    sealed = [commands.seal_value(subject=SUBJECT, part=f"form.p{n}", value=n) for n in range(5)]
    with connection.cursor() as cursor:
        cursor.execute(*commands.values_sql(sealed))
        assert cursor.rowcount == 5
        cursor.execute(*commands.values_sql([]))
    assert len(queries.open_values(by="o", purpose="x", subject=SUBJECT)) == 5
