"""One process of one side: prepares its tables, runs whole cases, or what stands beside them.

A runner of cases talks with `rounds.py` by lines: says `ready` when warm, waits for a line, and
ends with one line of JSON.
"""

import argparse
import importlib
import json
import sys
import threading
from collections.abc import Callable
from time import monotonic, process_time
from types import ModuleType

from bench.sides import SIDES
from bench.watch import Watch

WARM_UP = 8


def main() -> None:
    """The command line of a worker."""
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("url")
    parser.add_argument("--do", choices=("prepare", "cases", "beside", "finish"), default="cases")
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    side = importlib.import_module(SIDES[options.side].module)
    if options.do == "prepare":
        side.prepare(options.url)
    elif options.do == "beside":
        _beside(side, options.url)
    elif options.do == "finish":
        print(side.finish(options.url))
    else:
        _cases(side, options)


def _beside(side: ModuleType, url: str) -> None:
    """What the side runs beside its acts, until our input is closed."""
    stop = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    side.beside(url, stop)


def _cases(side: ModuleType, options: argparse.Namespace) -> None:
    case = side.opened(options.url, options.number)
    for _ in range(WARM_UP):
        case(Watch())
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(measured(case, options.seconds)), flush=True)


def measured(case: Callable[[Watch], None], seconds: float) -> dict[str, object]:
    """Runs whole cases until the time is over."""
    watch, cases = Watch(), 0
    started, processor = monotonic(), process_time()
    while monotonic() - started < seconds:
        case(watch)
        cases += 1
    return {
        "cases": cases,
        "seconds": monotonic() - started,
        "cpu": process_time() - processor,
        "acts": watch.acts,
    }


if __name__ == "__main__":
    main()
