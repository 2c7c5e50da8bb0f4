"""The whole corpus: `python -m tests.verifiers [bundles] [papers] [seed]`, some minutes; exit 1 on any difference."""

import sys
import time

from tests.verifiers.mutants import bundle_mutants, log_and_bundle, pdf_mutants
from tests.verifiers.three import compare, table
from xactin.cases.papers.tests.issued import issued


def main(arguments: list[str]) -> int:
    """Prints both tables."""
    bundles, papers, seed = (int(one) for one in [*arguments, *("2000", "200", "1")[len(arguments) :]])
    failed = 0
    for mutants, trust in (
        (list(bundle_mutants(seed, bundles)), log_and_bundle()[0].trust),
        (list(pdf_mutants(seed, papers)), issued().trust),
    ):
        begun = time.monotonic()
        found = compare(mutants, trust)
        print(table(found))
        wrong = [one for one in found if not one.agree or (one.python == "valid") != (one.kind == "original")]
        print(f"{len(found)} in {time.monotonic() - begun:.0f} s, {len(wrong)} wrong: {wrong[:5]}\n")
        failed += len(wrong)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
