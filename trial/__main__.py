"""`python -m trial [NAME...]`: all trials, or those named. Each room's trial is one line here."""

import sys

from trial.frame import Trial, run, suite

TRIALS = (
    Trial(
        "upgrades",
        "every dossier of every earlier version is finished by this one, and the audit is clean",
        lambda: suite("tests/upgrade"),
    ),
)

if __name__ == "__main__":
    sys.exit(run(TRIALS, sys.argv[1:]))
