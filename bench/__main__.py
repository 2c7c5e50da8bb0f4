"""`make bench`: this engine beside the others on one PostgreSQL, and among many cases."""

import argparse
import sys

from bench import database, lives, rounds, table, volume
from bench.sides import SIDES


def main() -> int:
    """The command line. Exit 1 when a floor is missed."""
    options = _options()
    with database.server() as url:
        facts = database.facts(url)
        text, below = "", []
        if not options.only_volume:
            found = rounds.run(
                url,
                sides=options.sides,
                processes=options.processes,
                repeats=options.repeats,
                seconds=options.seconds,
            )
            text = table.engines(found, facts, repeats=options.repeats, seconds=options.seconds)
            below = table.missed(found)
            print(text)
            if options.write:
                table.write("engines", text)
        if options.clients and not options.only_volume:
            told = lives.run(url, clients=options.clients, seconds=options.seconds * 5)
            text = lives.report(told, facts, clients=options.clients)
            below += [f"{told.errors.total()} errors in lives over HTTP"] if told.errors else []
            print(text)
            if options.write:
                table.write("lives", text)
        if options.volume:
            grown, checked = volume.run(url, options.volume, seconds=options.seconds)
            text = volume.report(grown, checked, facts)
            below += [] if checked.said else ["the check of the grown database failed"]
            print(text)
            if options.write:
                table.write("volume", text)
    for line in below:
        print(line, file=sys.stderr)
    return 1 if below else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--processes", nargs="+", type=int, default=[1, 4])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument(
        "--volume", nargs="*", type=int, default=[], help="numbers of cases to load, e.g. 0 100000 1000000"
    )
    parser.add_argument(
        "--clients", type=int, default=100, help="who live cases over HTTP at once; 0: nobody"
    )
    parser.add_argument("--only-volume", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
