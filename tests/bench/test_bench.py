"""`make bench` in its shortest form; more of it in `make trial`. It stood broken while nobody asked for figures."""

import os
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT
from tests.authority import surroundings

WHOLE = "XACTIN_TRIAL" in os.environ
SHORTEST = ("--processes", "1", "--repeats", "1", "--seconds", "0.2")


@pytest.mark.timeout(600)
def test_the_bench_measures_and_says_what() -> None:
    sides = ("ours", "commit") if WHOLE else ("commit",)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--sides", *sides, "--clients", "2" if WHOLE else "0", *SHORTEST],
        cwd=ROOT,
        env=surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| Bare durable commit of one row |" in done.stdout
    if WHOLE:
        assert "audit of every case of this run: clean" in done.stdout
        assert ", 0 errors." in done.stdout
