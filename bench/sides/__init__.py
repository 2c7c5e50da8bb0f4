"""The sides compared. Each module offers `prepare(url)` and `opened(url, number) -> case(watch)`.

`prepare` makes tables and people in an empty database; the callable of `opened` runs one whole
case, each act inside `with watch.act():` and durable when that block ends.
"""

from typing import NamedTuple


class Side(NamedTuple):
    """What stands in the table, and where the code is."""

    title: str
    module: str
    acts: int  # durable acts of one "case"
    goal: float | None = None  # how many times as fast this engine is to be
    floor: float | None = None  # below this the bench fails
    beside: bool = (
        False  # it has a process beside its acts (`beside`), and something to check at the end (`finish`)
    )


SIDES = {
    "ours": Side("Xác Tín: signed, logged, audited", "bench.sides.ours", 7, beside=True),
    "plain": Side("Plain Django state machine, audit row, unsigned", "bench.sides.plain.side", 7, 2.5, 1.5),
    "spiff": Side(
        "SpiffWorkflow 3.2 in Django, state saved each act, audit row", "bench.sides.spiff.side", 7, 4.0
    ),
    "viewflow": Side("Viewflow 2.4", "bench.sides.permit_flow.side", 7, 14.0),
    "commit": Side("Bare durable commit of one row", "bench.sides.commit", 1),
}
