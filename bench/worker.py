"""One process of one side: prepares its tables, or runs whole cases for some seconds.

Talks with `rounds.py` by lines: says `ready` when warm, waits for a line, and ends with one line of JSON.
"""

import argparse
import importlib
import json
import sys
from time import monotonic, process_time

from bench.sides import SIDES
from bench.watch import Watch

WARM_UP = 8


def main() -> None:
    """The command line of a worker."""
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("url")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    side = importlib.import_module(SIDES[options.side].module)
    if options.prepare:
        side.prepare(options.url)
        return
    case = side.opened(options.url, options.number)
    for _ in range(WARM_UP):
        case(Watch())
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(measured(case, options.seconds)), flush=True)


def measured(case, seconds: float) -> dict[str, object]:
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
