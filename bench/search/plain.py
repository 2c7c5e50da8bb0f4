"""The same questions by PostgreSQL's own ranking: folded words in a tsvector, any of them, by `ts_rank`."""

from collections.abc import Sequence

import psycopg

from bench import database
from bench.search.score import Question
from xactin.cases.procedures.speech import Entry
from xactin.identity.rules import folded

_ASKED = """
SELECT code FROM procedure, to_tsquery('simple', %s) AS asked WHERE words @@ asked
ORDER BY ts_rank(words, asked) DESC, place LIMIT 3
"""


def report(known: Sequence[Entry], halves: Sequence[Sequence[Question]]) -> str:
    """hit@1 and hit@3 of each half, of every word (AND) and of any word (OR)."""
    with database.server() as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TEMP TABLE procedure (place int, code text, words tsvector)")
        for at, entry in enumerate(known):
            row = (at, entry.code, folded(entry.name))
            connection.execute("INSERT INTO procedure VALUES (%s, %s, to_tsvector('simple', %s))", row)
        lines = [
            f"tsvector, {name}, half {number}: {_hits(connection, sign, half)}"
            for name, sign in (("every word", " & "), ("any word", " | "))
            for number, half in enumerate(halves, 1)
        ]
    return "\n".join(lines)


def _hits(connection: "psycopg.Connection[tuple[str]]", sign: str, asked: Sequence[Question]) -> str:
    answerable = [one for one in asked if one.codes]
    first = third = 0
    for one in answerable:
        words = sign.join(word for word in folded(one.said).split() if word.isalnum())
        found = [code for (code,) in connection.execute(_ASKED, (words,))]
        first += bool(one.codes & set(found[:1]))
        third += bool(one.codes & set(found))
    return f"hit@1 {first / len(answerable):.2f}   hit@3 {third / len(answerable):.2f}"
