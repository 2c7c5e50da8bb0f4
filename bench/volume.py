"""The same acts, and the lists people look at, among many cases in the tables."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import psycopg

from bench import rounds
from bench.database import database
from bench.lists import CLIENTS, LISTS
from bench.load import COMMUNES

LATER = 1.2  # how much slower p95 may be at the largest size than at the smallest
LIST_GOAL = 50.0  # milliseconds, p95


@dataclass(frozen=True)
class Grown:
    """What was measured among `cases` cases."""

    cases: int
    acts: rounds.Figures
    lists: Mapping[str, tuple[float, float, float]]  # p50, p95 in ms, answers a second
    loaded: float  # cases a second
    size: int  # bytes of the database


@dataclass(frozen=True)
class Checked:
    """What became of the check at the end: an audit, or a sample of bundles."""

    said: str  # empty when it found anything or failed
    entries: int
    seconds: float


def run(url: str, sizes: Sequence[int], *, seconds: float) -> tuple[list[Grown], Checked]:
    """Grows one database from size to size and measures at each; at the end all of it is checked."""
    found: list[Grown] = []
    with database(url, "xt_bench_volume") as address:
        _ours(address, "prepare", str(COMMUNES))
        standing = 0
        for size in sorted(sizes):
            started = monotonic()
            if size > standing:
                print(f"loading {size - standing} cases", file=sys.stderr, flush=True)
                _ours(address, "load", str(standing), str(size - standing))
            speed = (size - standing) / (monotonic() - started)
            standing = max(standing, size)
            acts = rounds.middle([rounds.once("ours", address, 1, seconds) for _ in range(3)])
            found.append(Grown(size, acts, _lists(address, seconds), speed, _bytes(address)))
            print(found[-1], file=sys.stderr, flush=True)
        return found, _checked(address, standing)


def _checked(url: str, cases: int) -> Checked:
    """A failed check fails the bench, but not before its table is told."""
    started = monotonic()
    try:
        said = _ours(url, "check", str(cases))
    except subprocess.CalledProcessError:
        said = ""
    with psycopg.connect(url) as connection:
        entries = int(connection.execute("SELECT count(*) FROM ledger_entry").fetchone()[0])
    return Checked(said, entries, monotonic() - started)


def report(found: Sequence[Grown], checked: Checked, facts: Mapping[str, str]) -> str:
    """The table, with what was asked for."""
    least, most = found[0], found[-1]
    lines = [
        f"PostgreSQL {facts['server_version'].split()[0]} (fsync {facts['fsync']}). Acts: one process. "
        f"Lists: {CLIENTS} processes that ask without a pause.",
        "",
        "| cases in the tables | act p50 ms | act p95 ms | inbox p95 ms | list p95 ms | by number p95 ms | "
        "by name p95 ms | lists/s | database | loaded cases/s |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        told = [f"{one.lists[name][1]:.1f}" for name in LISTS]
        lines.append(
            f"| {one.cases:,} | {one.acts.p50:.2f} | {one.acts.p95:.2f} | {' | '.join(told)} | "
            f"{one.lists['cases'][2]:.0f} | {one.size / 2**30:.1f} GB | {one.loaded:.0f} |"
        )
    if least is not most:
        slower = most.acts.p95 / least.acts.p95
        lines += [
            "",
            f"An act's p95 among {most.cases:,} cases: {slower:.2f} times that among {least.cases:,}",
        ]
        lines[-1] += f" (goal: at most {LATER}). Lists: goal under {LIST_GOAL:g} ms."
    took = f"{checked.seconds:.0f} s beside {checked.entries:,} entries"
    lines += [
        "",
        f"At the end, {checked.said}, in {took}." if checked.said else f"The check FAILED after {took}.",
    ]
    return "\n".join(lines)


def _lists(url: str, seconds: float) -> dict[str, tuple[float, float, float]]:
    """p50, p95 and answers a second of each list, asked by all clients at once."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.lists", url, str(COMMUNES), str(seconds)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": url}
    )
    return {name: tuple(figures) for name, figures in json.loads(done.stdout).items()}


def _ours(url: str, what: str, *arguments: str) -> str:
    """In a process of its own, since Django takes its database once; returns what it printed."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.growing", url, what, *arguments]
    done = subprocess.run(
        command, check=True, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE
    )
    return done.stdout.decode().strip()


def _bytes(url: str) -> int:
    with psycopg.connect(url) as connection:
        return int(connection.execute("SELECT pg_database_size(current_database())").fetchone()[0])
