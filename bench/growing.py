"""A step of the volume measure in a process of its own: prepare, load, check."""

import json
import sys

from bench.load import load
from bench.sides import ours

WHOLE = 150_000
"""Up to so many cases the whole database is audited; beyond, a sample of bundles is verified."""
SAMPLE = 2_000


def main() -> None:
    """`python -m bench.growing URL prepare COMMUNES | load START COUNT | check CASES`."""
    url, what, *numbers = sys.argv[1:]
    if what == "prepare":
        ours.prepare(url, *map(int, numbers))
    elif what == "load":
        load(url, *map(int, numbers))
    elif int(numbers[0]) <= WHOLE:
        print(ours.finish(url))
    else:
        print(_sampled(url))


def _sampled(url: str) -> str:
    """Bundles of cases drawn at random, with their content, are verified as a stranger would."""
    ours.start(url)
    from django.db import connection

    from xactin.kernel.proof.bundle import verify_bundle
    from xactin.kernel.proof.trust import Trust
    from xactin.ledger.queries import authority, bundle
    from xactin.vault.queries import open_values

    trust = Trust.parse(authority().verifier_key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, state->'parts' FROM cases_case ORDER BY random() LIMIT %s", [SAMPLE])
        drawn = [(case, json.loads(parts)) for case, parts in cursor.fetchall()]
    for case, parts in drawn:
        subject = f"case:{case}"
        found = open_values(by="bench", purpose="bench", subject=subject)
        opened = [
            {"part": part, "commitment": parts[part], "salt": salt, "value": value}
            for part, (value, salt) in found.items()
        ]
        verdict = verify_bundle(bundle(subject=subject, opened=opened), trust)
        if not verdict.valid:
            raise SystemExit(f"{subject}: {verdict.problems}")
    return f"{len(drawn)} cases drawn at random: every bundle is valid"


if __name__ == "__main__":
    main()
