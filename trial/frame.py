"""What a trial is, and how trials are run and told."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Outcome:
    """How many things were tried, how many did not hold, and a line that says more."""

    tried: int
    failed: int
    text: str = ""


@dataclass(frozen=True)
class Trial:
    """One trial: its name on the command line, what it asks in a sentence, and what runs it."""

    name: str
    asks: str
    run: Callable[[], Outcome]


def program(*arguments: str, counts: str) -> Outcome:
    """A module of ours in a process of its own (`python -m ...`), whose last lines count what it tried.

    `counts`: a pattern with groups `tried` and `failed`; every match counts.
    """
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = list(re.finditer(counts, done.stdout))
    tried, failed = (sum(int(one[name]) for one in found) for name in ("tried", "failed"))
    if done.returncode and not failed:
        failed = 1
    if failed:
        print(done.stdout + done.stderr, file=sys.stderr)
    return Outcome(tried, failed)


def suite(*arguments: str) -> Outcome:
    """Tests of the suite in their long form (`XACTIN_TRIAL=1`), in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", *arguments]
    environ = {**os.environ, "XACTIN_TRIAL": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    last = (done.stdout.strip() or done.stderr.strip() or "no output").splitlines()[-1]
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", last)}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    if done.returncode and not failed:
        failed = 1
    if failed:
        print(done.stdout + done.stderr, file=sys.stderr)
    return Outcome(counts.get("passed", 0) + failed, failed, last)


def run(trials: Sequence[Trial], wanted: Sequence[str]) -> int:
    """Runs those wanted (all, where none is named), prints a line when each is over; 1 if anything failed."""
    unknown = set(wanted) - {trial.name for trial in trials}
    if unknown:
        print(f"no such trial: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    chosen = [trial for trial in trials if not wanted or trial.name in wanted]
    width = max(len(trial.name) for trial in chosen)
    print(f"{'trial':{width}}  {'tried':>7}  {'failed':>7}  {'seconds':>8}  what")
    good = True
    for trial in chosen:
        begun = time.monotonic()
        outcome = trial.run()
        # A trial that tried nothing has shown nothing.
        good = good and outcome.tried > 0 and not outcome.failed
        figures = f"{outcome.tried:>7,}  {outcome.failed:>7,}  {time.monotonic() - begun:>8.1f}"
        print(f"{trial.name:{width}}  {figures}  {outcome.text or trial.asks}", flush=True)
    return 0 if good else 1
