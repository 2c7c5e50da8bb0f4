"""What entries have to say after tables were brought to this version: migrations cannot sign."""

from collections.abc import Iterator

from xactin.cases.dossiers.commands import settle_cases
from xactin.identity.commands import (
    attest_standing,
    fold_names_again,
    give_usual_duties,
    keep_usual_calendar,
)
from xactin.identity.posts.queries import posts_without_duties


def settle() -> Iterator[str]:
    """Does what is left to do, and says so. Run at each start: what a crash left out is done then."""
    if posts_without_duties():
        yield f"duties were given to {give_usual_duties()} posts of before, each attested"
    if keep_usual_calendar():
        yield "the calendar by which the authority computes was attested"
    if people := attest_standing():
        yield f"the rows of {people} people of before were attested"
    if people := fold_names_again():
        yield f"the names of {people} people are searched anew, each attested"
    if cases := settle_cases():
        yield f"{cases} dossiers of before were given the moment from which they are late"
