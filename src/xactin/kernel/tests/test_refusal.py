"""Refusals have one form: two languages, a code spelt as all codes, and what programs need."""

import pytest

from xactin.kernel.procedure.problems import Refused
from xactin.kernel.refusal import Refusal


class Closed(Refusal):
    """The counter is closed."""

    status = 403
    code = "counter_closed"
    vi = "Quầy đã đóng."
    en = "The counter is closed."


def test_a_refusal_tells_people_and_programs() -> None:
    one = Closed(facts={"until": "07:30"})
    assert (one.in_language("vi"), one.in_language("en-gb"), one.in_language(None)) == (
        one.vi,
        one.en,
        one.vi,
    )
    assert (one.status, one.code, one.facts) == (403, "counter_closed", {"until": "07:30"})
    assert Closed("Hôm nay nghỉ.").vi == "Hôm nay nghỉ."
    assert Closed.vi == "Quầy đã đóng."


def test_codes_are_spelt_one_way() -> None:
    with pytest.raises(TypeError, match="not-spelt-so"):
        type("Hyphens", (Refusal,), {"code": "not-spelt-so"})


def test_the_engine_refuses_in_the_same_form() -> None:
    refused = Refused("stale", "Đã đổi", "Changed", {"part": "form.house"})
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.in_language("en"), refused.facts) == (
        "stale",
        "Changed",
        {"part": "form.house"},
    )
