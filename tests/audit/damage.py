"""What somebody may do to an authority with SQL, one damage after another: the audit names each where it was done."""

from typing import Final

from django.db import connection, transaction

from tests.audit.columns import forget
from xactin.ledger.audit import audit

_TWICE: Final = """
SELECT min({id}) AS a, max({id}) AS b FROM {table} GROUP BY subject, part HAVING count(*) > 1
 ORDER BY 1 LIMIT 1
"""
_VALUES: Final = _TWICE.format(id="id", table="vault_value")
_FILES: Final = _TWICE.format(id="file_id::text", table="vault_binding")


def _swapped(table: str, key: str, column: str, pair: str) -> str:
    """One column of two rows, each given what the other has; `pair` selects their keys as a and b."""
    return f"""
        WITH pair AS ({pair}), old AS (SELECT {key}::text AS k, {column} AS v FROM {table})
        UPDATE {table} t SET {column} = old.v FROM pair, old
         WHERE (t.{key}::text = pair.a::text AND old.k = pair.b::text)
            OR (t.{key}::text = pair.b::text AND old.k = pair.a::text)"""


def _two(table: str, key: str, where: str = "true") -> str:
    return f"SELECT min({key}::text) AS a, max({key}::text) AS b FROM {table} WHERE {where}"


PARTS: Final = (
    "SELECT min(file_id::text) AS a, max(file_id::text) AS b FROM vault_binding"
    " GROUP BY subject HAVING count(DISTINCT part) > 1 ORDER BY 1 LIMIT 1"
)
SUBJECTS: Final = (
    "SELECT min(file_id::text) AS a, max(file_id::text) AS b FROM vault_binding"
    " WHERE part = 'document.drawing'"
)
DAMAGE: Final[dict[str, tuple[str, ...]]] = {
    "versions of a value swapped": (
        f"CREATE TEMP TABLE pair ON COMMIT DROP AS {_VALUES}",
        "UPDATE vault_value SET id = -1 FROM pair WHERE id = a",
        "UPDATE vault_value SET id = a FROM pair WHERE id = b",
        "UPDATE vault_value SET id = b FROM pair WHERE id = -1",
    ),
    "versions of a file swapped": (_swapped("vault_binding", "file_id", "bound", _FILES),),
    "files swap parts": (_swapped("vault_binding", "file_id", "part", PARTS),),
    "files swap dossiers": (_swapped("vault_binding", "file_id", "subject", SUBJECTS),),
    "a value of another part": (
        "UPDATE vault_value SET part = 'form.land'"
        " WHERE id = (SELECT min(id) FROM vault_value WHERE part = 'form.house')",
    ),
    "media type": ("UPDATE vault_file SET media_type = 'image/png'",),
    "size": ("UPDATE vault_file SET size = size + 1",),
    "owner of a file": ("UPDATE vault_file SET owner = 'system'",),
    "time of a file": ("UPDATE vault_file SET created = created - interval '1 day'",),
    "names of people swapped": (
        _swapped("identity_person", "id", "full_name", _two("identity_person", "id")),
    ),
    "number of a person": (
        "UPDATE identity_person SET id_number = reverse(id_number) WHERE id_number <> ''",
    ),
    "accounts swap people": (
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE identity_account DROP CONSTRAINT identity_account_person_id_key",
        "UPDATE identity_account SET person_id = CASE username WHEN 'congdan1' THEN (SELECT person_id FROM"
        " identity_account WHERE username = 'chutich1') ELSE (SELECT person_id FROM identity_account WHERE"
        " username = 'congdan1') END WHERE username IN ('congdan1', 'chutich1')",
    ),
    "a password of another": (
        "UPDATE identity_account SET password = (SELECT password FROM identity_account WHERE username = 'congdan1')"
        " WHERE username = 'chutich1'",
    ),
    "a token of another": (
        "UPDATE identity_apitoken SET account_id = (SELECT id FROM identity_account WHERE username = 'chutich1')",
    ),
    "a token put in": (
        "INSERT INTO identity_apitoken (account_id, digest, label, created_at, expires_at)"
        " SELECT (SELECT id FROM identity_account WHERE username = 'chutich1'), repeat('0', 64),"
        " '', created_at, expires_at FROM identity_apitoken",
    ),
    "a token that ends later": ("UPDATE identity_apitoken SET expires_at = expires_at + interval '1 year'",),
    "an address": (
        'INSERT INTO account_emailaddress (user_id, email, verified, "primary")'
        " SELECT id, 'ke-gian@example.vn', true, false FROM identity_account WHERE username = 'chutich1'",
    ),
    "a second factor gone": ("DELETE FROM mfa_authenticator",),
    "the log's key": (
        "UPDATE ledger_log SET sealed = (SELECT sealed FROM ledger_systemkey ORDER BY name LIMIT 1)",
    ),
    "systems swap keys": (_swapped("ledger_systemkey", "name", "sealed", _two("ledger_systemkey", "name")),),
    "sealing keys swapped": (
        _swapped("cases_sealingkey", "owner", "sealed", _two("cases_sealingkey", "owner")),
    ),
    "certificates swapped": (
        _swapped("cases_sealingkey", "owner", "certificate", _two("cases_sealingkey", "owner")),
    ),
    "due date of a dossier": (
        "UPDATE cases_case SET due_at = due_at + interval '9 days' WHERE due_at IS NOT NULL",
    ),
    "due date of a task": (
        "UPDATE cases_opentask SET due_at = due_at + interval '9 days' WHERE due_at IS NOT NULL",
    ),
    "a timer": ("UPDATE cases_timer SET at = at + interval '9 days'",),
    "a timer gone": ("DELETE FROM cases_timer",),
    "a serial number": ("UPDATE cases_serial SET last = last - 1 WHERE prefix NOT LIKE '%:%'",),
    "the number of a result": ("UPDATE cases_result SET number = '9' || number",),
    "a counter of results": ("UPDATE cases_serial SET last = last - 1 WHERE prefix LIKE '%:%'",),
    "a counter gone": ("DELETE FROM cases_serial",),
    "who read": ("UPDATE vault_opening SET who = 'person-2' WHERE purpose <> 'audit'",),
    "a reading gone": ("DELETE FROM vault_opening WHERE id = (SELECT min(id) FROM vault_opening)",),
    "a notice": ("UPDATE notices_notice SET text_vi = 'Hồ sơ bị từ chối'",),
    "a notice gone": ("DELETE FROM notices_notice",),
    "a cosignature": ("UPDATE ledger_cosignature SET line = replace(line, 'A', 'B')",),
    "a cosignature of another time": ("UPDATE ledger_cosignature SET seen = seen - interval '1 day'",),
    "an act later": ("UPDATE ledger_entry SET at = at + interval '1 hour' WHERE subject LIKE 'case:%'",),
    "a dossier of another applicant": (
        "UPDATE cases_case SET applicant_id = (SELECT person_id FROM identity_account WHERE username = 'congdan2')",
    ),
    "another person joined": (
        "UPDATE cases_party SET person_id = (SELECT person_id FROM identity_account WHERE username = 'congdan1')",
    ),
    "a receipt of another counter": ("UPDATE cases_receipt SET counter = 'H44'",),
    "a receipt gone": ("DELETE FROM cases_receipt",),
    "a handing out gone": ("DELETE FROM cases_handover",),
    "a party gone": ("DELETE FROM cases_party",),
    "a result in force again": ("UPDATE cases_result SET revoked_at = NULL, revoked_reason = ''",),
    "a duty": ("""UPDATE identity_post SET duties = duties || '["duties.give"]'::jsonb""",),
}


def named(damage: tuple[str, ...]) -> list[str]:
    """What the audit says after a damage, which is then undone. Raises LookupError where it changed nothing."""
    hit = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in damage:
                cursor.execute(statement)
                hit += max(cursor.rowcount, 0)
        forget()
        found = [f"{one.kind} {one.subject}: {one.text}" for one in audit(1).findings]
        transaction.set_rollback(True)
    forget()
    if not hit:
        raise LookupError(damage)
    return found
