"""The frame of `make trial`: its exit code says the truth."""

import pytest

from trial.frame import Outcome, Trial, run


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([Outcome(3, 0)], 0),
        ([Outcome(3, 0), Outcome(3, 1), Outcome(2, 0)], 1),
        ([Outcome(0, 0)], 1),
    ],
)
def test_a_failure_and_an_empty_trial_are_seen(
    outcomes: list[Outcome], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    trials = [Trial(f"t{n}", "asks", lambda one=one: one) for n, one in enumerate(outcomes)]  # type: ignore[misc]
    assert run(trials, []) == code
    assert len(capsys.readouterr().out.splitlines()) == len(outcomes) + 1


def test_only_what_is_named_runs(capsys: pytest.CaptureFixture[str]) -> None:
    trials = [Trial(name, "asks", lambda: Outcome(1, 0)) for name in ("one", "two")]
    assert run(trials, ["two"]) == 0
    assert "one" not in capsys.readouterr().out
    assert run(trials, ["three"]) == 2
