"""Sixteen clients ask for one list again and again, as an official's page does: query, rows, related names."""

import json
import multiprocessing
import random
import sys
from collections.abc import Callable
from statistics import quantiles
from time import monotonic, perf_counter
from typing import Any

from bench import names
from bench.payload import CONSULTED
from bench.sides import ours

CLIENTS = 16
LISTS = ("inbox", "cases", "number", "name")


def main() -> None:
    """`python -m bench.lists URL COMMUNES SECONDS`: {list: [p50, p95, answers a second]} as JSON."""
    url, communes, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    ours.start(url)
    print(json.dumps({name: _asked(name, communes, seconds) for name in LISTS}))


def _asked(name: str, communes: int, seconds: float) -> tuple[float, float, float]:
    # Forked, so that the clients share the imports; each opens a connection of its own.
    forked = multiprocessing.get_context("fork")
    together = forked.Barrier(CLIENTS, timeout=120)
    pipes = [forked.Pipe(duplex=False) for _ in range(CLIENTS)]
    clients = [
        forked.Process(target=_client, args=(name, number, communes, seconds, together, answer))
        for number, (_, answer) in enumerate(pipes)
    ]
    for client, (_, answer) in zip(clients, pipes, strict=True):
        client.start()
        answer.close()  # so that a client that dies is noticed
    times = [time for told, _ in pipes for time in told.recv()]
    for client in clients:
        client.join()
    parts = quantiles(times, n=100, method="inclusive")
    return parts[49], parts[94], len(times) / seconds


def _client(name: str, number: int, communes: int, seconds: float, together: Any, answer: Any) -> None:
    ask = _asker(name, number, communes)
    for _ in range(5):
        ask()
    together.wait()
    times, started = [], monotonic()
    while monotonic() - started < seconds:
        begun = perf_counter()
        ask()
        times.append((perf_counter() - begun) * 1000)
    answer.send(times)


def _asker(name: str, number: int, communes: int) -> Callable[[], Any]:
    """Clients are officials of the communes and of the consulted departments in turn."""
    from xactin.cases.lists import queries
    from xactin.cases.models import Case

    actor = ours.people(number % communes)[(*ours.LOCAL, *CONSULTED)[number % 6]]
    if name == "inbox":
        return lambda: [task.case.number for task in queries.inbox(actor)]
    if name == "cases":
        return lambda: [case.agency.name_vi for case in queries.cases(actor, queries.Filters())]
    if name == "name":
        return lambda: queries.cases(actor, queries.Filters(words=names.name(random.randrange(100_000))))
    newest = [case.number.lower() for case in Case.objects.order_by("-id")[:1000]]
    return lambda: queries.cases(actor, queries.Filters(words=random.choice(newest)))


if __name__ == "__main__":
    main()
