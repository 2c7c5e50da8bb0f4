"""The audit names each row of this room that is not what the entries say."""

import pytest
from django.db import connection

from xactin.identity import commands
from xactin.identity.models import Holding, KeyMandate, Post, SigningKey
from xactin.identity.testing import Province
from xactin.ledger.audit import run_audit
from xactin.ledger.commands import system_signer
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def audited(province: Province) -> Province:
    """A province with a holding that ended, one for a time, a changed policy and a changed key; clean."""
    administrator = province.actor("quantri1")
    clerk = Holding.objects.get(post__code="H44.100:clerk")
    commands.end_holding(holding=clerk, by=administrator)
    commands.appoint(person=clerk.person, post=clerk.post, by=administrator)
    commands.require_passkey(post=Post.objects.get(code="H44.02:consultant"), required=True, by=administrator)
    commands.rotate_person_key(by=province.actor("chutich1"))
    sequence_all()
    assert run_audit(1) == []
    return province


def damage(text: str, *params: object) -> None:
    """Changes one row behind the room's back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(text, params)
        assert cursor.rowcount == 1


def found() -> set[tuple[str, str]]:
    """The subjects of what the audit finds, and the texts."""
    findings = run_audit(1)
    assert findings, "the damage was not found"
    assert {one.kind for one in findings} == {"table"}
    return {(one.subject, one.text) for one in findings}


def test_an_account_taken_into_use_behind_the_administrators_back(audited: Province) -> None:
    clerk = audited.person("vanthu1").pk
    commands.deactivate_account(person=clerk, by=audited.actor("quantri1"))
    sequence_all()
    assert run_audit(1) == []
    damage("UPDATE identity_account SET is_active = true WHERE person_id = %s", clerk)
    assert found() == {(f"person:{clerk}", "the account's row: active not as attested")}


def test_an_account_put_out_of_use_that_no_entry_tells_of(audited: Province) -> None:
    clerk = audited.person("vanthu1").pk
    damage("UPDATE identity_account SET is_active = false WHERE person_id = %s", clerk)
    assert {subject for subject, _ in found()} == {f"person:{clerk}"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("kind = 'department'", "kind"),
        ("name_vi = 'Ủy ban khác'", "name"),
        ("functions = '[\"land\"]'", "functions"),
        ("unit_code = '00001'", "unit"),
        ("path = 'H44.100/'", "path"),
        ("parent_id = (SELECT id FROM identity_agency WHERE code = 'H44.01')", "parent"),
    ],
)
def test_a_changed_agency(audited: Province, change: str, named: str) -> None:
    damage(f"UPDATE identity_agency SET {change} WHERE code = 'H44.100'")
    assert any(subject == "agency:H44.100" and named in text for subject, text in found())


def test_an_agency_under_another_code(audited: Province) -> None:
    damage("UPDATE identity_agency SET code = 'H44.900' WHERE code = 'H44.100.02'")
    assert {"agency:H44.900", "agency:H44.100.02"} <= {subject for subject, _ in found()}


def test_an_added_agency(audited: Province) -> None:
    damage(
        "INSERT INTO identity_agency (id, code, kind, name_vi, name_en, functions, unit_code, path)"
        " VALUES (gen_random_uuid(), 'H44.7', 'unit', 'A', 'A', '[]', '', 'H44.7/')"
    )
    assert {subject for subject, _ in found()} == {"agency:H44.7"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("role = 'chair'", "role"),
        ("code = 'H44.100:chief'", "code"),
        ("title_vi = 'Chủ tịch'", "title"),
        ("requires_passkey = true", "passkey"),
        ("agency_id = (SELECT id FROM identity_agency WHERE code = 'H44.01')", "agency"),
    ],
)
def test_a_changed_post(audited: Province, change: str, named: str) -> None:
    post = Post.objects.get(code="H44.100:reception")
    damage(f"UPDATE identity_post SET {change} WHERE id = %s", post.id)
    assert any(subject == f"post:{post.id}" and named in text for subject, text in found())


def test_a_policy_set_back(audited: Province) -> None:
    post = Post.objects.get(code="H44.02:consultant")
    damage("UPDATE identity_post SET requires_passkey = false WHERE id = %s", post.id)
    assert found() == {(f"post:{post.id}", "the post's row: passkey not as attested")}


def test_an_added_post(audited: Province) -> None:
    damage(
        "INSERT INTO identity_post (id, code, agency_id, role, title_vi, title_en, requires_passkey)"
        " SELECT gen_random_uuid(), 'H44:chair', id, 'chair', 'A', 'A', false FROM identity_agency WHERE code = 'H44'"
    )
    assert {subject for subject, _ in found()} == {f"post:{Post.objects.get(code='H44:chair').id}"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("since = since - interval '1 millisecond'", "since"),
        ("until = since + interval '1 day'", "until"),
        ("person_id = (SELECT person_id FROM identity_account WHERE username = 'congdan1')", "person"),
    ],
)
def test_a_changed_holding(audited: Province, change: str, named: str) -> None:
    held = Holding.objects.get(post__code="H44.100:chair")
    damage(f"UPDATE identity_holding SET {change} WHERE id = %s", held.id)
    assert any(subject == f"post:{held.post_id}" and named in text for subject, text in found())


def test_a_holding_that_goes_on_after_its_end(audited: Province) -> None:
    ended = Holding.objects.get(post__code="H44.100:clerk", until__isnull=False)
    damage("UPDATE identity_holding SET until = until + interval '9 days' WHERE id = %s", ended.id)
    assert {subject for subject, _ in found()} == {f"post:{ended.post_id}"}


def test_a_holding_that_nobody_attested(audited: Province) -> None:
    post = Post.objects.get(code="H44:auditor")
    damage(
        "INSERT INTO identity_holding (id, person_id, post_id, since) VALUES (gen_random_uuid(), %s, %s, now())",
        audited.person("congdan1").id,
        post.id,
    )
    assert {subject for subject, _ in found()} == {f"post:{post.id}"}


def test_removed_rows(audited: Province) -> None:
    """A post and everything under it."""
    post = Post.objects.get(code="H44:auditor")
    mandates = list(KeyMandate.objects.filter(holding__post=post).values_list("id", flat=True))
    damage("DELETE FROM identity_keymandate WHERE id = %s", mandates[0])
    assert {subject for subject, _ in found()} == {f"mandate:{mandates[0]}"}
    damage("DELETE FROM identity_holding WHERE post_id = %s", post.id)
    assert {subject for subject, _ in found()} == {f"mandate:{mandates[0]}", f"post:{post.id}"}
    damage("DELETE FROM identity_post WHERE id = %s", post.id)
    assert (f"post:{post.id}", "the post was created, and its row is gone") in found()


@pytest.mark.parametrize(
    "change",
    [
        "public = (SELECT public FROM identity_signingkey o WHERE o.id <> k.id LIMIT 1)",
        "alg = 'none'",
        "origins = '[\"https://elsewhere.example\"]'",
        "revoked_at = now()",
        "private = private || '\\x00'",
        "person_id = (SELECT id FROM identity_person p WHERE NOT EXISTS"
        " (SELECT FROM identity_account a WHERE a.person_id = p.id AND a.username = 'chutich1') AND EXISTS"
        " (SELECT FROM identity_account a WHERE a.person_id = p.id AND a.username = 'stranger'))",
    ],
)
def test_a_changed_key(audited: Province, change: str) -> None:
    stranger = commands.make_person_account(username="stranger", password=None, full_name="Lê A")
    own = KeyMandate.objects.get(key__person=stranger.person)
    actor = audited.actor("chutich1")
    if change.startswith("person_id"):
        # One key a person: that of the stranger makes room first.
        damage("UPDATE identity_signingkey SET revoked_at = now() WHERE id = %s", own.key_id)
    damage(f"UPDATE identity_signingkey k SET {change} WHERE id = %s", actor.key_id)
    mandates = KeyMandate.objects.filter(key=actor.key_id, holding__isnull=True)
    assert any(
        subject == f"mandate:{mandates.get().id}" and actor.key_id in text for subject, text in found()
    )


def test_a_revoked_key_made_to_sign_again(audited: Province) -> None:
    old = SigningKey.objects.get(revoked_at__isnull=False)
    new = audited.actor("chutich1").key_id
    damage("UPDATE identity_signingkey SET revoked_at = now() WHERE id = %s", new)
    damage("UPDATE identity_signingkey SET revoked_at = NULL WHERE id = %s", old.id)
    assert {old.id, new} <= {text.split(":")[0].removeprefix("key ") for _, text in found()}


def test_a_key_that_nobody_enrolled(audited: Province) -> None:
    key = "f" * 32
    damage(
        "INSERT INTO identity_signingkey (id, person_id, alg, public, custody, credential_id, rp_id, origins,"
        " label, created_at) SELECT %s, person_id, 'webauthn', public, 'passkey', 'x', 'localhost', '[]', '', now()"
        " FROM identity_signingkey LIMIT 1",
        key,
    )
    assert {subject for subject, _ in found()} == {f"key:{key}"}


@pytest.mark.parametrize(
    "change",
    [
        "ended_at = now()",
        "holding_id = NULL",
        "holding_id = (SELECT h.id FROM identity_holding h JOIN identity_post p ON p.id = h.post_id"
        " WHERE p.code = 'H44:auditor')",
        "key_id = (SELECT id FROM identity_signingkey WHERE revoked_at IS NOT NULL)",
    ],
)
def test_a_changed_key_mandate(audited: Province, change: str) -> None:
    mandate = audited.actor("motcua1").mandate_id
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX mandate_once")
    damage(f"UPDATE identity_keymandate SET {change} WHERE id = %s", mandate)
    assert f"mandate:{mandate}" in {subject for subject, _ in found()}


def test_a_mandate_that_nobody_granted(audited: Province) -> None:
    damage(
        "INSERT INTO identity_keymandate (id, key_id, holding_id) SELECT gen_random_uuid(), key_id, %s"
        " FROM identity_keymandate WHERE id = %s",
        Holding.objects.get(post__code="H44:auditor").id,
        audited.actor("congdan1").mandate_id,
    )
    assert {text for _, text in found()} == {"rows of a subject that no entry speaks of"}


def test_a_mandate_row_under_the_name_of_a_systems(audited: Province) -> None:
    mandate = audited.actor("congdan1").mandate_id
    system = system_signer("identity").mandate
    damage("UPDATE identity_keymandate SET id = %s WHERE id = %s", system, mandate)
    assert {f"mandate:{system}", f"mandate:{mandate}"} <= {subject for subject, _ in found()}
