"""Runs the sides one after another, again and again, and keeps the medians.

Repeats are interleaved (all sides once, then all sides again), so that a slow minute of the
machine meets every side alike.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median, quantiles

from bench.database import database
from bench.sides import SIDES

SAY = sys.stderr


@dataclass(frozen=True)
class Figures:
    """One side with one number of processes: medians over the repeats."""

    cases: float  # a second
    acts: float  # a second
    p50: float  # milliseconds an act
    p95: float
    p99: float
    cpu: float  # milliseconds of client processor time a case


Table = dict[tuple[str, int], Figures]


def run(url: str, *, sides: Iterable[str], processes: Iterable[int], repeats: int, seconds: float) -> Table:
    """Every side with every number of processes, in databases of their own on one server."""
    found: dict[tuple[str, int], list[Figures]] = {}
    with ExitStack() as stack:
        urls = {side: stack.enter_context(database(url, f"xt_bench_{side}")) for side in sides}
        for side, address in urls.items():
            print(f"preparing {side}", file=SAY, flush=True)
            subprocess.run(_command(side, address, "prepare"), check=True, env=_environment(address))
        for repeat in range(repeats):
            for count in processes:
                for side, address in urls.items():
                    figures = once(side, address, count, seconds)
                    found.setdefault((side, count), []).append(figures)
                    told = f"{figures.cases:.1f} cases/s, p50 {figures.p50:.2f} ms"
                    print(f"{repeat + 1}/{repeats} {side} x{count}: {told}", file=SAY, flush=True)
        for side, address in urls.items():
            if SIDES[side].beside:
                subprocess.run(
                    _command(side, address, "finish"), check=True, env=_environment(address), stdout=SAY
                )
    return {key: middle(many) for key, many in found.items()}


def once(side: str, url: str, count: int, seconds: float) -> Figures:
    """One repeat: `count` workers start together when all are warm."""
    more = ["--seconds", str(seconds), "--number"]
    workers = [_started([*_command(side, url, "cases"), *more, str(number)], url) for number in range(count)]
    beside = [_started(_command(side, url, "beside"), url)] if SIDES[side].beside else []
    try:
        for worker in workers:
            _line(side, worker, "ready")
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        answers = [json.loads(_line(side, worker)) for worker in workers]
    finally:
        for worker in beside:
            worker.communicate()  # closing its input ends it in peace
        for worker in workers:
            worker.kill()
            worker.communicate()
    return figures_of(side, answers)


def figures_of(side: str, answers: list[Mapping[str, object]]) -> Figures:
    """Adds up what the workers of one repeat measured."""
    acts = sorted(act for answer in answers for act in answer["acts"])
    cases = sum(answer["cases"] / answer["seconds"] for answer in answers)
    done = sum(answer["cases"] for answer in answers)
    parts = quantiles(acts, n=100, method="inclusive")
    processor = sum(answer["cpu"] for answer in answers) * 1000 / done
    return Figures(cases, cases * SIDES[side].acts, parts[49], parts[94], parts[98], processor)


def middle(many: list[Figures]) -> Figures:
    """The median of each figure by itself."""
    return Figures(*(median(getattr(one, name) for one in many) for name in Figures.__dataclass_fields__))


def _line(side: str, worker: "subprocess.Popen[str]", expected: str | None = None) -> str:
    line = worker.stdout.readline().strip()
    if not line or (expected and line != expected):
        raise SystemExit(f"a worker of {side} failed: {line!r}, exit {worker.wait()}")
    return line


def _command(side: str, url: str, do: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "bench.worker", side, url, "--do", do]


def _started(command: list[str], url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment(url)
    )


def _environment(url: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": url}
