"""python -m bench.search CATALOGUE.json QUESTIONS.jsonl: hit rates of the search that the page of procedures uses.

The catalogue is a list of {name, code, level} (and field, keywords where known), each question {q, codes}; without
codes nothing is right for it. Without arguments our own are taken, each half of the questions by itself, and the
search is timed among 5,670 procedures.
"""

import argparse
import sys

from bench.search import growth, plain, score


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    parser.add_argument("catalogue", nargs="?", default=str(score.OWN / "catalogue.json"))
    parser.add_argument("questions", nargs="?", default="")
    parser.add_argument("--wrong", action="store_true", help="print each question that went wrong")
    parser.add_argument("--tuning", action="store_true", help="look at the tuning half only")
    parser.add_argument("--plain", action="store_true", help="PostgreSQL's own ranking on the same questions")
    options = parser.parse_args()
    entries = score.entries(options.catalogue)
    if options.questions:
        print(score.report("all", entries, score.questions(options.questions), wrong=options.wrong))
        return 0
    tuning, untouched = score.halves(score.questions(str(score.OWN / "questions.jsonl")))
    if options.plain:
        print(plain.report(entries, (tuning, untouched)))
        return 0
    print(score.report("tuning half", entries, tuning, wrong=options.wrong))
    if not options.tuning:
        print(score.report("untouched half", entries, untouched, wrong=options.wrong))
        print(growth.report(entries, [*tuning, *untouched]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
