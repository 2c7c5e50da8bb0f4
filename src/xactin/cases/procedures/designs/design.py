"""A procedure as a table of steps, a form of sections, and sentences: what the designer edits and an import proposes.

A design is data (JSON) on its way to becoming a package; nobody is bound by one. What it cannot say, a package written
by hand can. Texts have Vietnamese always; where the English is missing, the Vietnamese stands in its place.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from xactin.kernel.working_time import UNITS


def _of_known_units(length: dict[str, int | bool]) -> dict[str, int | bool]:
    unknown = sorted(length.keys() - set(UNITS))
    if unknown or not length:
        raise ValueError(f"no unit of time: {', '.join(unknown) or 'nothing said'}")
    return length


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Duration = Annotated[dict[str, int | bool], AfterValidator(_of_known_units)]
Kind = Literal[
    "text", "long_text", "number", "decimal", "date", "birth_date", "choice", "yes_no", "agree", "id_number", "phone",
    "email",
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(_Part):
    """Words in both languages."""

    vi: str = Field(min_length=1, max_length=4000)
    en: str = Field(default="", max_length=4000)

    @property
    def both(self) -> dict[str, str]:
        """As a package says it."""
        return {"vi": self.vi, "en": self.en or self.vi}


class Option(_Part):
    """One of the answers that may be chosen."""

    id: Name
    label: Text


class Shown(_Part):
    """A field is asked for only while one beside it in its section has this answer."""

    field: Name
    equals: str | bool


class FormField(_Part):
    """Something that is asked for. `least` and `most` bound a number, or the letters of a text. `fill`: what the
    account knows (`person.full_name`)."""

    id: Name
    label: Text
    kind: Kind = "text"
    required: bool = True
    help: Text | None = None
    options: tuple[Option, ...] = ()
    unit: Text | None = None
    least: int | None = None
    most: int | None = None
    fill: str = ""
    when: Shown | None = None


class Section(_Part):
    """Fields that belong together: one part of what is signed. An `optional` one may stay empty as a whole."""

    id: Name
    name: Text
    fields: tuple[FormField, ...] = Field(min_length=1)
    optional: bool = False


class Paper(_Part):
    """A paper that is asked for. `required`: always, never, or where a rule (CEL over the form) holds. One that is only
    `shown` is looked at and never sent."""

    id: Name
    name: Text
    required: bool | str = True
    shown: bool = False
    note: Text | None = None
    reuse: Text | None = None
    catalogue: tuple[str, ...] = ()


class Rule(_Part):
    """A sentence about the form (CEL). As one of `eligibility` it must hold; as one of `checks` it must not."""

    when: str = Field(min_length=1, max_length=2000)
    message: Text
    at: str = ""


class Fee(_Part):
    """Whole đồng, or CEL that gives them."""

    id: Name
    name: Text
    amount: Annotated[int, Field(ge=0)] | str
    set_by: Text | None = None


class Step(_Part):
    """A row of the table: which post of which agencies does it, in what time, and what it may do.

    `agency` is a function, or `handling`. `acts`: beside going on, what may be done. `asks`: what is answered when it
    goes on. `with_previous`: at the same time as the row above. `when`: only where this rule holds. `back_to`: the row
    a return leads to; "" the row before. `silence`: no answer in time is consent. `receives`, `signs`, `issues`: what
    its going on means for the dossier and its result.
    """

    id: Name
    name: Text
    agency: Name = "handling"
    post: Name
    limit: Duration | None = None
    label: Text | None = None
    acts: tuple[Literal["object", "supplement", "return", "refuse"], ...] = ()
    asks: tuple[FormField, ...] = ()
    with_previous: bool = False
    when: str = ""
    back_to: str = ""
    silence: bool = False
    receives: bool = False
    signs: bool = False
    issues: bool = False


class Result(_Part):
    """What is issued. `entered_in`: the register that numbers it. `template`: its text in Typst; "" the usual paper."""

    id: Name = "result"
    name: Text
    number: str = "{serial}/{year}"
    body: Text | None = None
    title: Text | None = None
    entered_in: Text | None = None
    template: str = ""
    catalogue: str = ""


class Design(_Part):
    """A whole procedure."""

    code: str = Field(min_length=1, max_length=40)
    version: str = Field(min_length=1, max_length=40)
    effective_from: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    effective_until: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    name: Text
    summary: Text | None = None
    keywords: Text | None = None
    field_code: str = Field(default="", max_length=40)
    field_name: Text
    level: Literal["commune", "province"] = "commune"
    handled_by: Text
    online: Literal["full", "part"] = "full"
    channels: tuple[Literal["direct", "online", "postal"], ...] = ("direct", "online", "postal")
    applicants: tuple[Literal["citizen", "firm"], ...] = ("citizen",)
    legal_basis: tuple[str, ...] = ()
    purpose: Text | None = None
    receivers: tuple[Text, ...] = ()
    kept_years: int | Literal["permanent"] = "permanent"
    counters: tuple[Name, ...] = ("reception",)
    form: tuple[Section, ...] = Field(min_length=1)
    papers: tuple[Paper, ...] = ()
    eligibility: tuple[Rule, ...] = ()
    checks: tuple[Rule, ...] = ()
    fees: tuple[Fee, ...] = ()
    limit: Duration
    supplement: Duration | None = None
    steps: tuple[Step, ...] = Field(min_length=1)
    result: Result | None = None

    def stages(self) -> Iterator[tuple[Step, ...]]:
        """The steps as they come: alone, or together with those beside them."""
        together: list[Step] = []
        for step in self.steps:
            if together and not step.with_previous:
                yield tuple(together)
                together = []
            together.append(step)
        if together:
            yield tuple(together)
