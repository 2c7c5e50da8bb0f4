"""What somebody should look at before a procedure read from elsewhere is put in force."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """`code` names the kind; `where` is the place in the file (`executionMethods/0`), `raw` its own words there."""

    code: str
    where: str
    vi: str
    en: str
    raw: str = ""
