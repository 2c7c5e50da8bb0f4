"""`xactin backup`, `restore` and `upgrade`."""

import getpass
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from xactin.web.keeping.sealed import SealedFileError, Secret
from xactin.web.launcher.data_folder import DataFolder, default_data_folder
from xactin.web.launcher.database import database


class UpgradeFailed(RuntimeError):
    """The data are as they were, or the text says what was done; it names the backup."""


def secret_from(key_file: Path | None, *, confirm: bool) -> Secret:
    """The key file, `XACTIN_PASSPHRASE`, or what the person types (twice where an error would lock it)."""
    if key_file is not None:
        return Secret(key=key_file.read_bytes())
    if os.environ.get("XACTIN_PASSPHRASE"):
        return Secret(passphrase=os.environ["XACTIN_PASSPHRASE"])
    if not sys.stdin.isatty():
        raise SealedFileError("give --key-file or XACTIN_PASSPHRASE")
    typed = getpass.getpass("Passphrase of the backup: ")
    if confirm and getpass.getpass("Once more: ") != typed:
        raise SealedFileError("the two differ")
    return Secret(passphrase=typed)


def backup(file: Path, key_file: Path | None) -> int:
    """Writes everything into `file`, which must not stand yet; it appears whole or not at all."""
    if file.exists():
        raise SealedFileError(f"{file} stands already; a backup never overwrites")
    secret = secret_from(key_file, confirm=True)
    data = DataFolder(default_data_folder())
    with database(data):
        _setup()
        from xactin.web.keeping.roles import owner

        with owner():
            told = _write(file, secret)
    print(told)
    return 0


def restore(file: Path, key_file: Path | None, checkpoint: Path | None) -> int:
    """Brings a backup back, then makes sure that the log cannot contradict what was published.

    If we crash here: the folder and the database say that they are unfinished, and the same command goes on.
    """
    secret = secret_from(key_file, confirm=False)
    data = DataFolder(default_data_folder())
    if data.mode() is not None and not data.is_unfinished():
        raise SealedFileError(
            f"{data.path} holds an authority already; restore into an empty folder (--data)"
        )
    from xactin.web.keeping.inside import read_manifest

    manifest = read_manifest(file, secret)
    data.create()
    data.begin_restore()
    with database(data):
        from xactin.web.keeping.inside import restore_keys

        restore_keys(file, secret, data)
        data.set_mode("demo" if manifest.mode == "demo" else "real")
        _setup()
        from xactin.web.keeping.inside import end_restore, restore_content
        from xactin.web.keeping.roles import give_rights, owner
        from xactin.web.keeping.settling import settle

        with owner():  # a new origin empties the log, which web may not
            for line in restore_content(file, secret, manifest):
                print(line, flush=True)
            give_rights()
            for line in _settle(checkpoint):
                print(line, flush=True)
        for line in settle():
            print(line, flush=True)
        with owner():
            end_restore()
    data.end_restore()
    return 0


def _settle(checkpoint: Path | None) -> Iterator[str]:
    """The log must not contradict what was published, and what was erased since stays erased."""
    from xactin.ledger.commands import erase_again, settle_after_restore
    from xactin.web.launcher.publication import publish_log

    settled = settle_after_restore(checkpoint.read_text("utf-8") if checkpoint else None)
    if settled.continues:
        yield f"the log goes on: {settled.origin}, size {settled.size}"
    else:
        yield f"the log begins a new origin, {settled.origin}: {settled.reason}"
    count = erase_again()
    if count:
        yield f"erased again: {count} subjects"
    key = publish_log(DataFolder(default_data_folder()))
    if not settled.continues:
        yield f"new log key, to be published widely: {key}"


@dataclass(frozen=True)
class Patience:
    """For how many seconds a step of an upgrade waits for a lock, and for how many a statement may run; 0: no end."""

    lock: int = 4
    statement: int = 5


def upgrade(file: Path | None, key_file: Path | None, patience: Patience) -> int:
    """Says what would change; if anything, makes a backup, migrates, and says what was done."""
    data = DataFolder(default_data_folder())
    with database(data):
        _setup()
        from xactin.web.keeping.migrations import pending
        from xactin.web.keeping.roles import give_rights, owner
        from xactin.web.keeping.settling import settle

        with owner():
            if pending():
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
                target = file or data.path / f"before-upgrade-{version('xactin')}-{stamp}.backup"
                _move(target, secret_from(key_file, confirm=True), patience)
                print(f"the data are of version {version('xactin')} now; the state before is in {target}")
            else:
                print(f"nothing to do: the data are of version {version('xactin')} already")
            give_rights()  # also where only what web may do has changed
        for line in settle():
            print(line, flush=True)
    return 0


def _move(target: Path, secret: Secret, limits: Patience) -> None:
    """Writes the backup, migrates, and says each step. Raises UpgradeFailed."""
    from xactin.web.keeping.migrations import MigrationFailed, migrate, patience

    print(_write(target, secret))
    try:
        with patience(lock=limits.lock, statement=limits.statement):
            for step in migrate():
                print(f"migrated {step}", flush=True)
    except MigrationFailed as error:
        left = f"these steps stand: {', '.join(error.done)}" if error.done else "nothing was changed"
        raise UpgradeFailed(f"{error}; {left}; {_advice(error)}the state before is in {target}") from error


def _advice(error: Exception) -> str:
    """What helps where a step gave up waiting."""
    if "lock timeout" in str(error):
        return "somebody works with these tables: stop web and workers, or give --lock-seconds; "
    if "statement timeout" in str(error):
        return "there is much to change: stop web and workers, and give --statement-seconds; "
    return ""


def _write(file: Path, secret: Secret) -> str:
    from xactin.web.keeping.inside import write_backup

    part = file.with_name(f".{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            told = write_backup(out, secret)
            out.flush()
            os.fsync(out.fileno())
        # A hard link, unlike a rename, never replaces a file made in the meantime.
        os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
    return f"{told} -> {file} ({file.stat().st_size:,} bytes)"


def _setup() -> None:
    import django

    django.setup()
