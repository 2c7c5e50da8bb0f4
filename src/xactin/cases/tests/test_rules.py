"""Effects fold to states; the national portal's states; numbers."""

from copy import deepcopy
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xactin.cases.rules import NationalState, changed, fold, national_state, number_prefix
from xactin.kernel.canonical import canonical

KEYS = st.sampled_from(["t1", "t2", "s1", "phase", "n", "parts", "due"])
PLAIN = st.none() | st.integers(-5, 5) | st.text("ab", max_size=2)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
STATES = st.dictionaries(KEYS, VALUES, max_size=5)


@given(STATES, STATES)
def test_a_change_leads_from_one_state_to_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    kept = deepcopy(before)
    change = changed(before, after)
    assert before == kept
    assert fold(deepcopy(before), change) == after


@given(st.lists(STATES, min_size=1, max_size=6))
def test_all_changes_fold_to_the_last_state(states: list[dict[str, Any]]) -> None:
    folded: dict[str, Any] = {}
    changes = [changed(before, after) for before, after in zip([{}, *states], states, strict=False)]
    kept = deepcopy(changes)
    for change in changes:
        folded = fold(folded, change)
    assert folded == states[-1]
    assert changes == kept, "a fold changed the effects it was made from"


@given(STATES)
def test_nothing_changed_is_an_empty_change(state: dict[str, Any]) -> None:
    assert changed(state, deepcopy(state)) == {}


@given(STATES, STATES)
def test_a_change_can_be_signed(before: dict[str, Any], after: dict[str, Any]) -> None:
    canonical(changed(before, after))


def test_a_list_that_grew_is_told_by_what_was_added() -> None:
    assert changed({"voided": [1, 2]}, {"voided": [1, 2, 3]}) == {"add": [[["voided"], [3]]]}


def test_states_of_the_national_portal() -> None:
    assert national_state("submitted", received=False, handled=False) is NationalState.NEW
    assert national_state("processing", received=True, handled=False) is NationalState.RECEIVED
    assert national_state("processing", received=True, handled=True) is NationalState.PROCESSING
    assert national_state("refused", received=False, handled=False) is NationalState.NOT_RECEIVED
    assert national_state("refused", received=True, handled=True) is NationalState.STOPPED
    assert national_state("supplement", received=True, handled=True) is NationalState.SUPPLEMENT
    assert national_state("done", received=True, handled=True) is NationalState.RETURNED


def test_the_number_of_a_dossier_names_unit_and_day() -> None:
    assert number_prefix("H44.100", date(2026, 8, 26)) == "H44.100-260826-"
