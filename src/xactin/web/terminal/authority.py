"""The commands about an authority as a whole: init, token, audit."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from xactin.web.launcher import environment
from xactin.web.launcher.data_folder import DataFolder, DataFolderError, default_data_folder
from xactin.web.launcher.database import database
from xactin.web.launcher.publication import publish_log

SHORTEST_PASSWORD = 12


def init(wish: argparse.Namespace) -> int:
    """Makes a real authority in an empty data folder and database.

    Raises DataFolderError before anything is made where the public address is not said, or the password is short.
    """
    _require_address()
    password = _first_password()
    data = DataFolder(default_data_folder())
    data.create()
    data.set_mode("real")
    data.ensure_keys()
    with database(data):
        import django

        django.setup()
        from django.core.management import call_command

        from xactin.cases.results import seals
        from xactin.identity.commands import found_authority
        from xactin.web.keeping import roles

        with roles.owner():
            call_command("migrate", interactive=False, verbosity=0)
            roles.give_rights()
        ca = seals.new_ca(wish.name)
        found_authority(
            code=wish.id,
            name_vi=wish.name,
            name_en=wish.name_en or wish.name,
            username=wish.admin,
            full_name=wish.admin_name,
            email=wish.admin_email,
            password=password,
            origin=f"{environment.read().host}/log/{wish.id}",
            unit_code=wish.unit,
            kind=wish.kind,
            document_roots=[seals.fingerprint(ca)],
        )
        seals.keep_ca(ca)
        key = publish_log(data)
    print(f"authority {wish.id} stands in {data.path}\nlog key: {key}\nfirst administrator: {wish.admin}")
    return 0


def print_token(username: str, days: int) -> int:
    """Prints a new token, and nothing else on the standard output; when it ends is told on standard error."""
    from xactin.identity.commands import create_token, end_of_token
    from xactin.identity.models import Account

    account = Account.objects.filter(username=username).first()
    if account is None:
        print(f"xactin: there is no account {username!r}", file=sys.stderr)
        return 1
    token = create_token(account, days=days)
    print(token)
    print(f"xactin: the token ends at {end_of_token(token):%Y-%m-%d %H:%M %Z}", file=sys.stderr)
    return 0


def audit(processes: int, *, since: int = 0, checkpoint: Path | None = None) -> int:
    """Names every difference, then says what was looked at; 1 if there is any difference."""
    from xactin.ledger import audit as ledger

    note = checkpoint.read_text("utf-8") if checkpoint else None
    report = ledger.audit(processes, since=since, checkpoint=note)
    for finding in report.findings:
        print(f"{finding.kind}: {finding.subject}: {finding.text}")
    print(
        "audit: looked at " + ", ".join(f"{many} {what}" for what, many in sorted(report.looked_at.items()))
    )
    print(f"audit: {len(report.findings)} findings" if report.findings else "audit: clean")
    return 1 if report.findings else 0


def rebuild() -> int:
    """Writes derived tables anew from the entries; 1 if an audit still finds anything after it."""
    from xactin.ledger import audit as ledger
    from xactin.web.keeping import roles

    with roles.owner():
        written, left = ledger.rebuild_tables()
    print("rebuilt: " + ", ".join(f"{many} rows of {table}" for table, many in sorted(written.items())))
    for finding in left:
        print(f"{finding.kind}: {finding.subject}: {finding.text}")
    print(f"audit: {len(left)} findings that no entry could mend" if left else "audit: clean")
    return 1 if left else 0


def _require_address() -> None:
    """The name of the log is made of the public address, and others keep it for ever: none is guessed."""
    if not os.environ.get("XACTIN_URL", "").strip():
        raise DataFolderError(
            "set XACTIN_URL to the address that people will use, such as https://dichvucong.example.vn: "
            "the log takes its name from it and can never change it "
            "(for a trial on this machine: XACTIN_URL=http://localhost:8000)"
        )


def _first_password() -> str:
    """`XACTIN_ADMIN_PASSWORD`, or what the person types twice."""
    password = os.environ.get("XACTIN_ADMIN_PASSWORD", "")
    if not password and sys.stdin.isatty():
        password = getpass.getpass("Password of the first administrator: ")
        if getpass.getpass("Once more: ") != password:
            raise DataFolderError("the two differ")
    if len(password) < SHORTEST_PASSWORD:
        raise DataFolderError(
            f"XACTIN_ADMIN_PASSWORD (the first administrator's) needs {SHORTEST_PASSWORD} characters at least"
        )
    return password
