"""`python -m trial [NAME...]`: all trials, or those named. Each room's trial is one line here."""

import sys

from trial.frame import Trial, program, run, suite

TRIALS = (
    Trial(
        "upgrades",
        "every dossier of every earlier version is finished by this one, and the audit is clean",
        lambda: suite("tests/upgrade"),
    ),
    Trial(
        "strangers",
        "PDFs of ten and more programs are stamped rightly on each page, or refused in words",
        lambda: program("trial.strangers", counts=r"(?P<tried>\d+) files by .*, (?P<failed>\d+) wrong"),
    ),
    Trial(
        "verifiers",
        "of 2,000 mutated bundles and 200 papers three verifiers say the same, and valid of none but the original",
        lambda: program("tests.verifiers", counts=r"(?P<tried>\d+) in \d+ s, (?P<failed>\d+) wrong"),
    ),
    Trial(
        "tokens",
        "no byte of a time stamp may change",
        lambda: suite("src/xactin/cases/papers/tests/test_timestamps.py"),
    ),
    Trial(
        "bench", "the bench runs in its shortest form, and audits what it did", lambda: suite("tests/bench")
    ),
    Trial(
        "columns",
        "each column that is not argued free is changed by SQL, and the audit names it",
        lambda: suite("tests/audit"),
    ),
)

if __name__ == "__main__":
    sys.exit(run(TRIALS, sys.argv[1:]))
