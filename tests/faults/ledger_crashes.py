"""`python -m tests.faults.ledger_crashes`: processes that die in the middle of a sequencer's round or of an act.

A process of its own, for it forks: each child dies at the next statement, commit or file put off the machine,
before it is done or after, and the parent looks at what is left. XACTIN_ANCHOR names that file.
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
    from xactin.ledger.log.anchors import kept_checkpoint, kept_note
    from xactin.ledger.testing import a_person, sequence_all

    tried = above = 0
    sequence_all()
    for after in (False, True):
        officer = a_person(f"person-{after}")
        number = 0
        while True:
            officer.act(f"case:{number}-{after}")
            before, waiting = queries.checkpoint_note(), queries.waiting()
            died = _in_child(sequence_once, number, after)
            note, kept = queries.checkpoint_note(), kept_checkpoint()
            if died and note == before:
                assert queries.waiting() == waiting, "entries were lost or taken without a place"
            assert kept is not None
            assert kept.size >= queries.log_size(), "published, and not kept off the machine"
            above += kept.size > queries.log_size()
            assert not run_audit(1), run_audit(1)
            officer.act(f"case:{number}-{after}-more")  # the next round has more to take
            sequence_all()
            assert queries.waiting() == 0
            assert _root(kept.size) == kept.root, "what was kept is contradicted"
            assert kept_note() == queries.checkpoint_note(cosigned=False)
            assert not run_audit(1), run_audit(1)
            if not died:
                break
            number += 1
        assert number > 5, "the sequencer says less to the database than it must"
        tried += number
    assert above > 1, "no crash left the kept checkpoint above the log"
    return tried


def _root(size: int) -> bytes:
    from xactin.kernel.log.merkle import Frontier
    from xactin.kernel.log.tiles import TileReader
    from xactin.ledger.log.tree import read_tile
    from xactin.ledger.queries import log_size

    return Frontier.read(size, TileReader(read_tile, log_size())).root()


def _acts() -> int:
    """A process killed between lock and commit, and one killed when the commit was done but nobody was told."""
    from xactin.ledger.audit import run_audit
    from xactin.ledger.chains.chain import acting
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
    """Whether a child that does the work died at its step `number` (counted from 0)."""
    from django.db import connection

    from xactin.ledger.log import anchors

    connection.close()
    child = os.fork()
    if child == 0:
        step = _Steps(number, after)
        anchors._put = step.around(anchors._put)
        connection._commit = step.around(connection._commit)
        with connection.execute_wrapper(lambda execute, *given: step.around(execute)(*given)):
            work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, DIED), code
    return code == DIED


class _Steps:
    """Counts what is done to the world, and dies at one of it."""

    def __init__(self, number: int, after: bool) -> None:
        self.left, self.after = number, after

    def around(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            here = self.left == 0
            self.left -= 1
            if here and not self.after:
                os._exit(DIED)
            answer = do(*given, **named)
            if here:
                os._exit(DIED)
            return answer

        return counted


if __name__ == "__main__":
    sys.exit(main())
