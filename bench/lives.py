"""Lives of a case through `/api/v1`: a hundred clients at once, each case seven acts by eight accounts, over HTTP.

Web processes and worker are those of `xactin up`, on the machine that also plays the clients and the database.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench import database
from bench.payload import DATA
from bench.sides.ours import CODE, DOERS, LOCAL

APPLICANT = "applicant"
PREPARE = """
import json, sys
from bench.sides import ours
ours.prepare(sys.argv[1])
from xactin.identity.commands import create_token
from xactin.identity.models import Account
print(json.dumps({one.username: create_token(one) for one in Account.objects.all()}))
"""
WEB = (
    *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--log-level", "error"),
    *("--workers", "2", "--blocking-threads", "8", "xactin.web.wsgi:application"),
)


@dataclass
class Told:
    """What the clients saw."""

    seconds: float = 0.0
    lives: int = 0
    calls: dict[str, list[float]] = field(default_factory=lambda: {"submit": [], "tasks": [], "act": []})
    errors: Counter[str] = field(default_factory=Counter)


def run(url: str, *, clients: int, seconds: float) -> Told:
    """Clients that begin new lives for so many seconds; those begun are brought to their end."""
    with database.database(url, "bench_lives") as own:
        done = subprocess.run(
            [sys.executable, "-c", PREPARE, own], capture_output=True, text=True, check=True, env=os.environ
        )
        tokens = json.loads(done.stdout.splitlines()[-1])
        with _authority(own) as port:
            return _played(port, tokens, clients, seconds)


@contextmanager
def _authority(url: str) -> Iterator[int]:
    """Web and worker of an authority on this database; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    # The rates are for strangers elsewhere: here one address plays everybody.
    own = os.environ | {
        "DATABASE_URL": url,
        "XACTIN_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "xactin.web.settings",
        "XACTIN_URL": f"http://localhost:{port}",
        "PYTHONWARNINGS": "ignore",  # no static files were collected: nobody opens a page
    }
    commands = ([*WEB[:-1], "--port", str(port), WEB[-1]], ["-m", "xactin.web.cli", "worker"])
    children = [subprocess.Popen([sys.executable, *command], env=own) for command in commands]
    try:
        _await(port)
        yield port
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(30)


def _await(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("no web process answers")


def _played(port: int, tokens: dict[str, str], clients: int, seconds: float) -> Told:
    told, lock = Told(), threading.Lock()
    began = time.monotonic()
    ends = began + seconds
    threads = [
        threading.Thread(target=_client, args=(port, tokens, ends, told, lock)) for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.seconds = time.monotonic() - began
    return told


def _client(port: int, tokens: dict[str, str], ends: float, told: Told, lock: threading.Lock) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.monotonic() < ends:
        timed: list[tuple[str, float]] = []
        try:
            _life(connection, tokens, timed)
            error = ""
        except (OSError, http.client.HTTPException, RuntimeError) as fault:
            error = str(fault)[:120] or type(fault).__name__
            connection.close()
        with lock:
            told.lives += not error
            told.errors.update([error] if error else [])
            for kind, took in timed:
                told.calls[kind].append(took)


def _life(
    connection: http.client.HTTPConnection, tokens: dict[str, str], timed: list[tuple[str, float]]
) -> None:
    def ask(kind: str, who: str, path: str, body: Any = None) -> Any:
        before = time.perf_counter()
        headers = {"Authorization": f"Bearer {tokens[who]}", "Content-Type": "application/json"}
        if body is not None:
            headers["Idempotency-Key"] = str(uuid4())
        text = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", f"/api/v1{path}", text, headers)
        answer = connection.getresponse()
        content = answer.read()
        timed.append((kind, time.perf_counter() - before))
        if answer.status >= 400:
            raise RuntimeError(f"{answer.status} {kind}")
        return json.loads(content)

    case = ask("submit", APPLICANT, "/cases", {"procedure": CODE, "data": DATA, "documents": []})["id"]
    while tasks := ask("tasks", APPLICANT, f"/cases/{case}/tasks")["items"]:
        for task in tasks:
            name, act, data = DOERS[task["node"]]
            who = f"{name}0" if name in LOCAL else name
            ask("act", who, f"/cases/{case}/acts", {"task": task["id"], "act": act, "data": data, "note": ""})


def report(told: Told, facts: dict[str, str], *, clients: int) -> str:
    """The table."""
    lines = [
        f"PostgreSQL {facts['server_version'].split()[0]} (fsync {facts['fsync']}), 2 web processes of 8 threads, one "
        f"worker, {clients} clients, all on one machine; load of other work {facts['load']}.",
        "",
        f"{told.lives} lives in {told.seconds:.0f} s: **{told.lives / told.seconds:.1f} lives a second**, "
        f"{sum(map(len, told.calls.values())) / told.seconds:.0f} calls a second, {told.errors.total()} errors"
        + (f" ({dict(told.errors)})" if told.errors else "")
        + ".",
        "",
        "| call | number | p50 ms | p95 ms | p99 ms |",
        "|---|---:|---:|---:|---:|",
    ]
    for kind, took in told.calls.items():
        cuts = statistics.quantiles(took, n=100) if len(took) > 1 else [0.0] * 99
        lines.append(
            f"| {kind} | {len(took)} | {cuts[49] * 1000:.0f} | {cuts[94] * 1000:.0f} | {cuts[98] * 1000:.0f} |"
        )
    return "\n".join(lines) + "\n"
