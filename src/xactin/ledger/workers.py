"""How a process of an audit begins: Django first, then everything that knows models.

A spawned process unpickles what it is given before anything else runs, so this module imports no model
and takes the rest as bytes.
"""

import pickle


def begin(database: str, snapshot: str, history: bytes) -> None:
    """Makes a new process ready: Django, the same database, the same snapshot, the history of mandates."""
    import django

    django.setup()
    from xactin.ledger.audit import running

    # Made by our own parent a moment ago, and given through a pipe that nobody else holds.
    running.begin_worker(database, snapshot, pickle.loads(history))  # noqa: S301
