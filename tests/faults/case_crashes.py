"""`python -m tests.faults.case_crashes WHERE CASE TOKEN`: a process that stands still in the middle of its work.

It prints `here` and waits to be killed. `act-signing`: the counter receives a case, after the read and before
the write; `act-committed`: just after the commit, before anybody is told; `service-stored`: the draft is stored,
its act not begun; `service-committed`: its act is done.
"""

import sys
import time
from typing import Any, NoReturn
from uuid import UUID

import django


def main(where: str, case: str, token: str) -> None:
    """Goes so far and no further."""
    django.setup()
    from xactin.cases.dossiers import commands
    from xactin.cases.dossiers.services import run_service
    from xactin.cases.results import services
    from xactin.identity.queries import actor_for
    from xactin.ledger.commands import Chain

    if where == "act-signing":
        Chain.attest = stand_still
    elif where == "service-stored":
        services.serve = stand_still
    if where.startswith("act"):
        commands.act(by=actor_for("motcua1"), case=UUID(case), task=token, act="accept")
    else:
        run_service(case=UUID(case), token=token)
    stand_still()


def stand_still(*given: Any, **named: Any) -> NoReturn:
    """Until it is killed."""
    print("here", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
