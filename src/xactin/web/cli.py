"""The command line `xactin`.

Each command loads what it needs and no more: `verify` and `procedure check` need neither a
database nor Django.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path

from xactin.web.launcher.data_folder import DataFolder, default_data_folder

Command = Callable[[argparse.Namespace], int]
EXIT_REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; a refusal is one line, never a traceback."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xactin.web.settings")
    wish = parser().parse_args(arguments)
    if getattr(wish, "data", None):
        os.environ["XACTIN_DATA"] = str(Path(wish.data).absolute())
    try:
        return _run(wish)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("XACTIN_DEBUG") == "1" or not _is_refusal(error):
            raise
        print(f"xactin: {getattr(error, 'en', error)}", file=sys.stderr)
        return EXIT_REFUSED


def _is_refusal(error: Exception) -> bool:
    """Whether an error is meant for people: a refusal of ours (`en`), or the machine, disk or database failing."""
    from psycopg import Error

    return isinstance(error, RuntimeError | OSError | ValueError | Error) or isinstance(
        getattr(error, "en", error.__cause__), str | Error
    )


def _run(wish: argparse.Namespace) -> int:
    command: Command = wish.command
    if not wish.needs_database:
        return command(wish)
    from xactin.web.launcher.database import database

    with database(DataFolder(default_data_folder())):
        import django

        django.setup()
        from django.utils import translation

        # Refusals are put into words where they are raised: at the terminal in the language of its lines.
        with translation.override("en") if wish.of_rooms else nullcontext():
            return command(wish)


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(
        prog="xactin", description="A digital authority, where every act is an attestation."
    )
    top.add_argument("--version", action="version", version=version("xactin"))
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _add_running(commands)
    _add_checking(commands)
    _add_keeping(commands)
    _add_erasing(commands)
    _add_proposals(commands)
    _add_demo(commands)
    return top


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    command: Command,
    *,
    needs_database: bool = False,
    data: bool = True,
) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=text, description=text)
    added.set_defaults(command=command, needs_database=needs_database, of_rooms=False)
    if data:
        added.add_argument(
            "--data", metavar="DIR", help="the authority's folder on this machine (XACTIN_DATA)"
        )
    return added


def _add_running(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    up = _add(
        commands, "up", "Starts database (unless DATABASE_URL), web and workers in the foreground.", _up
    )
    up.add_argument("--demo", action="store_true", help="a demo authority with fictitious people")
    up.add_argument("--bare", action="store_true", help="with --demo: without its past")
    up.add_argument("--still", action="store_true", help="with --demo: nobody but visitors acts")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    up.add_argument(
        "--port", type=int, default=int(os.environ.get("PORT") or 8000), help="port (default PORT or 8000)"
    )
    _add(commands, "worker", "Works off what acts leave behind: log, notices, jobs, timers.", _worker)
    init = _add(commands, "init", "Makes a real authority: genesis entry, keys, first administrator.", _init)
    init.add_argument("--id", required=True, help="the authority's code by Decision 20/2020, such as H44")
    init.add_argument("--name", required=True, help="its name in Vietnamese")
    init.add_argument("--kind", choices=("province", "commune", "department"), default="province")
    init.add_argument("--unit", default="", help="its code among the administrative units, such as 25")
    init.add_argument("--name-en", default="", help="its name in English")
    init.add_argument(
        "--admin", required=True, metavar="USER", help="account name of the first administrator"
    )
    init.add_argument(
        "--admin-name", required=True, metavar="NAME", help="full name of the first administrator"
    )
    init.add_argument("--admin-email", default="", metavar="MAIL")
    token = _add(
        commands,
        "token",
        "Prints an API token for an account of this authority.",
        _token,
        needs_database=True,
    )
    token.add_argument("user", metavar="USER")
    token.add_argument(
        "--days", type=int, default=90, metavar="N", help="for how many days, 1 to 365 (default 90)"
    )


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="What only a demo authority can do.")
    inner = demo.add_subparsers(metavar="COMMAND", required=True)
    clock = _add(
        inner,
        "clock",
        "Moves the demo's clock forward, such as +3d, +4h or +30m; what falls due meanwhile is done.",
        _demo_clock,
        needs_database=True,
    )
    clock.add_argument("by", metavar="+TIME")
    play = _add(
        inner,
        "play",
        "Plays what takes longer: 'month', the offices at work for thirty days.",
        _demo_play,
        needs_database=True,
    )
    play.add_argument("story", metavar="STORY")


def _add_checking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "Checks a proof bundle or a signed result, without database or network."
    verify = _add(commands, "verify", text, _verify)
    verify.add_argument("file", metavar="FILE", type=Path)
    verify.add_argument(
        "other", metavar="OTHER", type=Path, nargs="?", help="another proof, to be held against the first"
    )
    verify.add_argument(
        "--trust", action="append", default=[], metavar="KEY", help="a log key, or a file of log keys"
    )
    verify.add_argument("--language", choices=("vi", "en"), default="en")
    audit = _add(
        commands,
        "audit",
        "Checks the whole authority: chains, log, signatures, tables against the fold.",
        _audit,
        needs_database=True,
    )
    audit.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N")
    audit.add_argument(
        "--from",
        dest="since",
        type=int,
        default=0,
        metavar="SIZE",
        help="only subjects that came or went on since the log had this size",
    )
    audit.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="a checkpoint kept off this machine, to go on from"
    )
    audit.add_argument(
        "--rebuild",
        action="store_true",
        help="write derived tables anew from the entries, in one transaction",
    )
    imported = _add(
        commands,
        "import-procedures",
        "Reads files of the national procedure database into drafts; says of each what became of it.",
        _import_procedures,
        needs_database=True,
    )
    imported.add_argument(
        "paths", metavar="PATH", type=Path, nargs="+", help="a JSON file, or a folder of them"
    )
    imported.add_argument("--language", choices=("vi", "en"), default="en")
    procedure = commands.add_parser("procedure", help="Procedure packages.")
    inner = procedure.add_subparsers(metavar="COMMAND", required=True)
    check = _add(
        inner, "check", "Tells every problem of a procedure package; exit 1 if any.", _procedure_check
    )
    check.add_argument("path", metavar="PATH", type=Path)
    check.add_argument("--language", choices=("vi", "en"), default="en")


def _add_keeping(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    key_help = "a file whose content is the key (instead of XACTIN_PASSPHRASE or a prompt)"
    backup = _add(commands, "backup", "Writes everything into one encrypted file.", _backup)
    backup.add_argument("file", metavar="FILE", type=Path)
    backup.add_argument("--key-file", type=Path, help=key_help)
    restore = _add(
        commands, "restore", "Brings a backup back into an empty database and data folder.", _restore
    )
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument("--key-file", type=Path, help=key_help)
    restore.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="the highest checkpoint kept off this machine"
    )
    upgrade = _add(
        commands, "upgrade", "Moves the data of an earlier version to this one, after a backup.", _upgrade
    )
    upgrade.add_argument(
        "--backup", type=Path, metavar="FILE", help="where the backup goes (default: data folder)"
    )
    upgrade.add_argument("--key-file", type=Path, help=key_help)
    for what, seconds in (("lock", 4), ("statement", 5)):
        text = f"a step gives up after N seconds of one {what} (default {seconds}, 0: never)"
        upgrade.add_argument(f"--{what}-seconds", type=int, default=seconds, metavar="N", help=text)


def _add_erasing(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    erase = commands.add_parser(
        "erase", help="Erases what a dossier holds: one person orders, another confirms."
    )
    inner = erase.add_subparsers(metavar="COMMAND", required=True)
    user = "the account in whose post, with the duty to erase, this is done"
    order = _add(inner, "order", "Orders that content goes. Nothing goes yet.", _erase, needs_database=True)
    order.add_argument("number", metavar="NUMBER", help="the dossier's number")
    order.add_argument("--by", required=True, metavar="USER", help=user)
    order.add_argument(
        "--basis", required=True, metavar="TEXT", help="the ground in law, without personal data"
    )
    order.add_argument(
        "--part", action="append", default=[], metavar="PART", help="only this part (default: all)"
    )
    _add(inner, "list", "Prints the orders that wait.", _erase, needs_database=True)
    for name, text in (("confirm", "Carries an order out."), ("drop", "Drops an order.")):
        ending = _add(inner, name, text, _erase, needs_database=True)
        ending.add_argument("order", metavar="ID")
        ending.add_argument("--by", required=True, metavar="USER", help=user)
    for name, parser in inner.choices.items():
        parser.set_defaults(what=name, of_rooms=True)


def _add_proposals(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    proposals = commands.add_parser(
        "proposals", help="What waits for a second person; for the day when nobody is left who could confirm."
    )
    inner = proposals.add_subparsers(metavar="COMMAND", required=True)
    _add(inner, "list", "Prints what waits, and who could confirm it.", _proposals, needs_database=True)
    text = "Confirms what nobody is left to confirm, three days after it was proposed. Everybody trusted is told."
    confirm = _add(inner, "confirm", text, _proposals, needs_database=True)
    confirm.add_argument("proposal", metavar="ID")
    for name, parser in inner.choices.items():
        parser.set_defaults(what=name, of_rooms=True)


def _proposals(wish: argparse.Namespace) -> int:
    from xactin.web.terminal import proposals

    return proposals.waiting() if wish.what == "list" else proposals.confirm(wish.proposal)


def _erase(wish: argparse.Namespace) -> int:
    from xactin.web.terminal import erasing

    if wish.what == "order":
        return erasing.order(wish.number, by=wish.by, basis=wish.basis, parts=wish.part)
    if wish.what == "list":
        return erasing.waiting()
    return (erasing.confirm if wish.what == "confirm" else erasing.drop)(wish.order, by=wish.by)


def _up(wish: argparse.Namespace) -> int:
    from xactin.web.launcher.up import Wish, up

    logging.getLogger("xactin").setLevel(logging.INFO)
    return up(
        Wish(
            demo=wish.demo,
            host=wish.host,
            port=wish.port,
            data=default_data_folder(),
            bare=wish.bare,
            still=wish.still,
        )
    )


def _worker(wish: argparse.Namespace) -> int:
    import django

    from xactin.web.launcher import environment

    environment.require_sound(environment.read())
    django.setup()
    from xactin.web.launcher.worker import run

    return run()


def _init(wish: argparse.Namespace) -> int:
    from xactin.web.terminal.authority import init

    return init(wish)


def _token(wish: argparse.Namespace) -> int:
    from xactin.web.terminal.authority import print_token

    return print_token(wish.user, wish.days)


def _demo_clock(wish: argparse.Namespace) -> int:
    from xactin.demo.clock import move

    print(move(wish.by))
    return 0


def _demo_play(wish: argparse.Namespace) -> int:
    from xactin.demo.stories import played

    for line in played(wish.story):
        print(line, flush=True)
    return 0


def _audit(wish: argparse.Namespace) -> int:
    from xactin.web.terminal.authority import audit, rebuild

    if wish.rebuild:
        return rebuild()
    return audit(wish.processes, since=wish.since, checkpoint=wish.checkpoint)


def _verify(wish: argparse.Namespace) -> int:
    from xactin.web.terminal.checking import verify

    return verify(wish.file, wish.trust, wish.language, wish.other)


def _procedure_check(wish: argparse.Namespace) -> int:
    from xactin.web.terminal.checking import check_procedure

    return check_procedure(wish.path, wish.language)


def _import_procedures(wish: argparse.Namespace) -> int:
    from xactin.web.terminal.procedures import import_procedures

    return import_procedures(wish.paths, wish.language)


def _backup(wish: argparse.Namespace) -> int:
    from xactin.web.keeping.commands import backup

    return backup(wish.file, wish.key_file)


def _restore(wish: argparse.Namespace) -> int:
    from xactin.web.keeping.commands import restore

    return restore(wish.file, wish.key_file, wish.checkpoint)


def _upgrade(wish: argparse.Namespace) -> int:
    from xactin.web.keeping.commands import Patience, upgrade

    return upgrade(wish.backup, wish.key_file, Patience(wish.lock_seconds, wish.statement_seconds))


if __name__ == "__main__":
    sys.exit(main())
