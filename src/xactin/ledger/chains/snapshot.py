"""One moment of the database for an answer that is made of several reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from xactin.ledger.chains.pipeline import run


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read inside is of one moment, whatever others commit meanwhile. Also a decorator: `@snapshot()`.

    A case's row and its open tasks are read by two statements: with an act between them they contradict each other.
    Content may be opened inside: that it was is committed at the end, before the answer leaves. No act belongs
    inside: it would decide over what may be old. Within a transaction that has begun already, its own rules hold.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        # In the round trip that begins the transaction.
        run([("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", None)], begin=True)
        yield
