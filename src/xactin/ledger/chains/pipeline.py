"""Many statements by one round trip, prepared, on Django's own connection.

psycopg's cursors can do this too; they cost some 100 µs an act more than the database itself takes, for they are
made for any query. This speaks to the same libpq connection by psycopg's own low-level interface (`psycopg.pq`),
and adapts values by psycopg's own adapters. What Django and psycopg know of the connection stays true: only the
transaction's status changes, which both read from libpq.
"""

import itertools
import re
import select
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import adapters, errors
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult
from psycopg.types.json import set_json_dumps, set_json_loads

Statement = tuple[str, Any]
"""SQL with `%s` or `%(name)s`, and its parameters."""

_adapters: Final = AdaptersMap(adapters)
set_json_loads(orjson.loads, _adapters)
set_json_dumps(orjson.dumps, _adapters)

_PLACEHOLDER: Final = re.compile(r"%(?:\((\w+)\)s|(s)|%)")

_known: "Final[WeakKeyDictionary[psycopg.Connection[Any], _Known]]" = WeakKeyDictionary()
_MOST: Final = 400
"""Statements kept prepared on a connection; what comes later is planned each time."""
_count: Final = itertools.count()


def run(statements: Sequence[Statement], *, begin: bool = False, commit: bool = False) -> list[list[Any]]:
    """Runs all of them in their order; for each its rows as tuples (`jsonb` parsed, times in UTC).

    `begin` and `commit` send BEGIN before and COMMIT behind them, in the same round trip. At the first error
    none of the later ones runs, and it is raised as Django raises errors of the database.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    wrapper.ensure_connection()
    raw = wrapper.connection
    with wrapper.wrap_database_errors:
        try:
            return _run(raw, statements, begin=begin, commit=commit)
        except errors.InvalidSqlStatementName:
            # Somebody has said DEALLOCATE ALL. Where the transaction is new, nothing has happened yet.
            _known.pop(raw, None)
            if not begin:
                raise
            raw.rollback()
            return _run(raw, statements, begin=begin, commit=commit)


def in_one_trip(*statements: Statement) -> list[list[Any]]:
    """Runs these in a transaction of their own that does not wait for the disk; for each its rows.

    For what need not survive the machine by itself. It stands in the database's journal before all that this process
    commits after it, so a later commit that does wait keeps it too. Inside a transaction it is a part of that one.
    """
    alone = not connections[DEFAULT_DB_ALIAS].in_atomic_block
    unhurried = ("SET LOCAL synchronous_commit = off", None)
    given = [unhurried, *statements] if alone else list(statements)
    return run(given, begin=alone, commit=alone)[int(alone) :]


def _run(
    raw: "psycopg.Connection[Any]", statements: Sequence[Statement], *, begin: bool, commit: bool
) -> list[list[Any]]:
    batch = _Batch(raw)
    raw.pgconn.enter_pipeline_mode()
    try:
        if begin:
            batch.send("BEGIN", None)
        for sql, params in statements:
            batch.send(sql, params)
        if commit:
            batch.send("COMMIT", None)
        raw.pgconn.pipeline_sync()
        batch.receive()
        raw.pgconn.exit_pipeline_mode()
    except BaseException:
        # The connection stands in the middle of an answer: it is of no use to anybody.
        raw.close()
        raise
    batch.raise_first_error()
    results = batch.executed()
    if commit and results.pop().command_status != b"COMMIT":
        raise errors.InFailedSqlTransaction("the transaction was not committed")
    return [batch.rows(result) for result in results[begin:]]


@dataclass(frozen=True, slots=True)
class _Context:
    """How values are adapted. It needs the connection: how bytes are written in an array is the server's setting."""

    adapters: AdaptersMap
    connection: "psycopg.Connection[Any]"


class _Known:
    """What is known of a connection: the names of what is prepared, by text and types; and how values are adapted,
    looked up once for each type."""

    def __init__(self, raw: "psycopg.Connection[Any]") -> None:
        self.names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        # The connection is its key in a weak mapping: kept alive by its value it would never go.
        context = _Context(_adapters, weakref.proxy(raw))
        self.transformer = Transformer(context)


class _Batch:
    """What is sent in one round trip. A statement is prepared once, in the same trip as its first use."""

    def __init__(self, raw: "psycopg.Connection[Any]") -> None:
        self._raw = raw
        known = _known.get(raw) or _known.setdefault(raw, _Known(raw))
        self._names, self._transformer = known.names, known.transformer
        # For each command sent: what it prepares (None for one that executes), and what came back.
        self._commands: list[tuple[bytes, tuple[int, ...]] | None] = []
        self._results: list[PGresult] = []

    def send(self, sql: str, params: Any) -> None:
        """Queues a statement."""
        text, values = _ordered(sql, params)
        transformer = self._transformer
        dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        place = text, tuple(transformer.types or ())
        name = self._names.get(place)
        pgconn, formats = self._raw.pgconn, transformer.formats
        if name is None and len(self._names) >= _MOST:
            pgconn.send_query_params(text, dumped, place[1], formats, Format.TEXT)
        else:
            if name is None:
                name = self._names[place] = b"xactin_%d" % next(_count)
                pgconn.send_prepare(name, text, place[1])
                self._commands.append(place)
            pgconn.send_query_prepared(name, dumped, formats, Format.TEXT)
        self._commands.append(None)

    def receive(self) -> None:
        """Waits for all answers, without holding up other threads."""
        pgconn = self._raw.pgconn
        poller = select.poll()
        poller.register(pgconn.socket, select.POLLIN)
        pending = pgconn.flush()
        for _ in self._commands:
            self._results.append(self._next(poller, pending))
            while self._raw.pgconn.get_result() is not None:
                continue
        if self._next(poller, pending).status != ExecStatus.PIPELINE_SYNC:
            raise errors.OperationalError("an answer too many")

    def _next(self, poller: "select.poll", pending: int) -> PGresult:
        pgconn = self._raw.pgconn
        while pgconn.is_busy():
            if pending:
                # More was sent than fits into the socket: room may come before any answer does.
                poller.modify(pgconn.socket, select.POLLIN | select.POLLOUT)
            poller.poll()
            pgconn.consume_input()
            if pending:
                pending = pgconn.flush()
                poller.modify(pgconn.socket, select.POLLIN)
        result = pgconn.get_result()
        if result is None or pgconn.status == ConnStatus.BAD:
            raise errors.OperationalError(pgconn.get_error_message())
        return result

    def raise_first_error(self) -> None:
        """Forgets what could not be prepared, and raises the first error."""
        failed = [result for result in self._results if result.status == ExecStatus.FATAL_ERROR]
        if not failed:
            return
        for place, result in zip(self._commands, self._results, strict=True):
            if place is not None and result.status != ExecStatus.COMMAND_OK:
                self._names.pop(place, None)
        raise errors.error_from_result(failed[0])

    def rows(self, result: PGresult) -> list[Any]:
        """The rows of a result as tuples."""
        if result.status != ExecStatus.TUPLES_OK:
            return []
        self._transformer.set_pgresult(result)
        return list(self._transformer.load_rows(0, result.ntuples, tuple))

    def executed(self) -> list[PGresult]:
        """The results of the statements, without those of preparing them."""
        return [result for place, result in zip(self._commands, self._results, strict=True) if place is None]


def _ordered(sql: str, params: Any) -> tuple[bytes, Sequence[Any]]:
    """SQL with `$1`, and its parameters in that order."""
    if params is None:
        return sql.encode(), ()
    text, names = _numbered(sql)
    if isinstance(params, Mapping):
        return text, [params[name] for name in names]
    return text, list(params)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """SQL with `$1`, and the names in their order (none where parameters come in sequence)."""
    names: list[str] = []
    counted = itertools.count(1)

    def number(match: re.Match[str]) -> str:
        name, plain = match.groups()
        if name and name not in names:
            names.append(name)
        if name:
            return f"${names.index(name) + 1}"
        return f"${next(counted)}" if plain else "%"

    return _PLACEHOLDER.sub(number, sql).encode(), tuple(names)
