"""`python -m tests.faults.ledger_crashes`: processes that die in the middle of a sequencer's round or of an act.

A process of its own, for it forks: each child dies at the next statement, before it is sent or after it was
answered, and the parent looks at what is left.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import django

DIED = 9


def main() -> int:
    """Every crash there is; the number of crashes tried is printed."""
    django.setup()
    from xactin.ledger.testing import folds_aside

    with folds_aside():
        tried = _sequencer() + _acts()
    print(f"crashes: {tried}")
    return 0


def _sequencer() -> int:
    from xactin.ledger import queries
    from xactin.ledger.audit import run_audit
    from xactin.ledger.commands import sequence_once
    from xactin.ledger.testing import a_person

    tried = 0
    for after in (False, True):
        officer = a_person(f"person-{after}")
        number = 0
        while True:
            officer.act(f"case:{number}-{after}")
            before, waiting = queries.checkpoint_note(), queries.waiting()
            died = _in_child(sequence_once, number, after)
            note = queries.checkpoint_note()
            if died and note == before:
                assert queries.waiting() == waiting, "entries were lost or taken without a place"
            assert not run_audit(1), run_audit(1)
            sequence_once()
            assert queries.waiting() == 0
            assert not run_audit(1), run_audit(1)
            if not died:
                break
            number += 1
        assert number > 5, "the sequencer says less to the database than it must"
        tried += number
    return tried


def _acts() -> int:
    """A process killed between lock and commit, and one killed when the commit was done but nobody was told."""
    from xactin.ledger.audit import run_audit
    from xactin.ledger.chain import acting
    from xactin.ledger.errors import AlreadyDone
    from xactin.ledger.queries import entries_of
    from xactin.ledger.testing import a_person

    officer = a_person("person-act")
    said = officer.state("case:act")
    signature = officer.sign(said)

    def whole() -> None:
        with acting(subject="case:act", mandates=[officer.mandate]) as chain:
            chain.append(said, signature, {})

    def half() -> None:
        with acting(subject="case:act", mandates=[officer.mandate]) as chain:
            chain.append(said, signature, {})
            os._exit(DIED)

    def told_nobody() -> None:
        whole()
        os._exit(DIED)

    assert _in_child(half, 10_000, False)
    assert entries_of("case:act") == []
    assert _in_child(told_nobody, 10_000, False)
    try:
        whole()
    except AlreadyDone:
        pass
    else:
        raise AssertionError("the same statement was accepted twice")
    assert len(entries_of("case:act")) == 1
    assert not run_audit(1)
    return 2


def _in_child(work: Callable[[], Any], number: int, after: bool) -> bool:
    """Whether a child that does the work died at its statement `number` (counted from 0)."""
    from django.db import connection

    connection.close()
    child = os.fork()
    if child == 0:
        seen = 0

        def die(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen - 1 == number and not after:
                os._exit(DIED)
            answer = execute(sql, params, many, context)
            if seen - 1 == number:
                os._exit(DIED)
            return answer

        with connection.execute_wrapper(die):
            work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, DIED), code
    return code == DIED


if __name__ == "__main__":
    sys.exit(main())
