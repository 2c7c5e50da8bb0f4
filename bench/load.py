"""Fills a database with really signed cases by COPY, on all cores.

    python -m bench.load URL COUNT         (a worker: --start N --cases ID ID ...)

Nine of ten cases are finished; the others wait at every stage of the flow, spread over the communes.
"""

import argparse
import os
import subprocess
import sys

from bench.names import name
from bench.sides import ours

COMMUNES = 10
ACTS = 6
# Of a hundred cases: how many acts after the submission each has.
STAGES = (*(range(ACTS)), 1, 1, 4, 5) + (ACTS,) * 90
BATCH = 500
TABLES = (
    "cases_case",
    "cases_caseagency",
    "cases_opentask",
    "cases_timer",
    "ledger_entry",
    "ledger_head",
    "vault_value",
)


def main() -> None:
    """The command line of a worker."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--cases", nargs="+", required=True)
    options = parser.parse_args()
    ours.start(options.url)
    _copy(options.start, options.count, options.cases)


def load(url: str, start: int, count: int) -> None:
    """Adds `count` cases, numbered from `start`, and puts their entries into the log."""
    ours.start(url)
    from django.db import connection

    from bench.templates import acted

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) FROM ledger_entry")
        before = cursor.fetchone()[0]
    cases = [str(acted(commune, acts)) for commune in range(COMMUNES) for acts in range(ACTS + 1)]
    workers = os.cpu_count() or 1
    share = -(-count // workers)
    running = []
    for number in range(workers):
        first = start + number * share
        size = min(share, start + count - first)
        command = [
            sys.executable,
            "-m",
            "bench.load",
            url,
            str(size),
            "--start",
            str(first),
            "--cases",
            *cases,
        ]
        running.append(subprocess.Popen(command))
    if any(worker.wait() for worker in running):
        raise SystemExit("a loader failed")
    _sequence(before)


def _copy(start: int, count: int, cases: list[str]) -> None:
    """One worker's share, a transaction for each batch."""
    from uuid import UUID

    from django.db import connection, transaction

    from bench.templates import template

    stages = ACTS + 1
    made = [template(UUID(case)) for case in cases]
    for first in range(start, start + count, BATCH):
        rows = {table: [] for table in TABLES}
        for number in range(first, min(first + BATCH, start + count)):
            place = number % COMMUNES * stages + STAGES[number // COMMUNES % len(STAGES)]
            made[place].copy(f"H99-LOAD-{number:08d}", name(number), rows)
        with transaction.atomic(), connection.cursor() as cursor:
            for table in TABLES:
                columns = ", ".join(made[0].columns(table))
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows[table]:
                        copy.write_row(row)


def _sequence(before: int) -> None:
    """What was loaded takes its place in the log, as the sequencer gives it."""
    from django.db import connection

    from xactin.ledger.commands import sequence_once

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_unsequenced (number) SELECT number FROM ledger_entry WHERE number > %s "
            "ON CONFLICT DO NOTHING",
            [before],
        )
    while sequence_once(20_000):
        pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
