"""`python -m xactin.demo.building`: makes the demo's past behind the running site, then lives on slowly.

A child of `xactin up --demo`. It may be killed at any moment: the next start goes on from what stands.
"""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence

import django

from xactin.kernel.local import LOCAL

log = logging.getLogger("xactin.demo")
_PACE = 60.0  # seconds between two looks of the slow life
_TENTH = 10


def main(arguments: Sequence[str]) -> int:
    """Runs until a signal."""
    django.setup()
    wish = _parser().parse_args(arguments)
    stop = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: stop.set())
    if not wish.bare:
        _past(stop)
    while not stop.is_set():
        if not wish.still:
            _present()
        stop.wait(_PACE)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xactin.demo.building")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--still", action="store_true")
    return parser


def _past(stop: threading.Event) -> None:
    """The past, with a line for each tenth of it."""
    from xactin.demo.past import history

    told = 0
    for step in history.make():
        tenth = step.done * _TENTH // step.of
        if tenth > told:
            told = tenth
            print(
                f"demo: {tenth * 100 // _TENTH} % of its past, {step.at.astimezone(LOCAL):%d/%m/%Y}",
                flush=True,
            )
        if stop.is_set():
            return


def _present() -> None:
    from django.db import OperationalError, close_old_connections

    from xactin.demo.past import history

    close_old_connections()
    try:
        history.look_now()
    except OperationalError as error:
        log.warning("the demo waits for the database: %s", type(error).__name__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
