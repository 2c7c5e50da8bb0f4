"""The end of a chain is shown: a bundle cut after any act does not look whole, and who signs two ends is convicted."""

import json
from copy import deepcopy

import pytest

from xactin.kernel.canonical import canonical, parse
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.contradictions import contradictions
from xactin.kernel.proof.heads import contradiction
from xactin.kernel.proof.trust import Trust
from xactin.kernel.signatures import sign_ed25519
from xactin.kernel.testing import private_key, public_key, statement
from xactin.kernel.tests.small_log import SmallLog, permit_case
from xactin.kernel.tests.test_browser_verifier import assert_same, in_browser

__all__ = ["in_browser"]
CASE = statement()["subject"]


def authority():
    log = SmallLog()
    shown, _, _ = permit_case(log)
    log.found_ledger()
    return log, shown


def refused(log):
    """A refusal that follows."""
    by = {"by": {"person": "person-1", "post": "post-7", "agency": "H44.12"}, "key": public_key("officer").id}
    made = statement(80, act="case.refuse", saw=None, wrote=None, **by)
    return log.place(made, lambda it: sign_ed25519(private_key("officer"), it), {"state": "refused"})


def endings(data, log):
    verdict = verify_bundle(data, log.trust)
    assert verdict.valid, verdict.problems
    return [item.code for item in verdict.endings]


def test_a_bundle_cut_after_any_act_does_not_look_whole():
    log, shown = authority()
    shown = [*shown, refused(log)]
    head = log.head(CASE)
    assert endings(log.bundle(shown, heads=[head]), log) == ["ending_shown"]
    for length in range(1, len(shown)):
        assert endings(log.bundle(shown[:length], heads=[head]), log) == ["ending_more"]
        assert endings(log.bundle(shown[:length]), log) == ["ending_unknown"]
    (told,) = verify_bundle(log.bundle(shown[:2], heads=[head]), log.trust).endings
    assert str(len(shown) - 2) in told.en


def test_every_other_subject_is_without_its_end():
    log, shown = authority()
    other = next(item for item in log.shown if item["entry"]["statement"]["subject"] == "case:other")
    head = log.head(CASE)
    data = log.bundle([*shown, other], heads=[head])
    assert endings(data, log) == ["ending_unknown", "ending_shown"]
    assert endings(log.bundle([]), log) == []


def spoilt(log, shown):
    """Bundles with a head that proves nothing, by why."""
    head = log.head(CASE)
    earlier = log.bundle(shown)
    found = {
        "fewer": [log.head(CASE, entries=1)],
        "other_last": [log.head(CASE, last="ab" * 32)],
        "other_size": [log.head(CASE, size=3)],
        "other_root": [log.head(CASE, root="ab" * 32)],
        "other_authority": [log.head(CASE, authority="H45")],
        "absent_subject": [log.head(CASE, subject="case:absent")],
        "early": [log.head(CASE, at="2020-01-01T00:00:00.000Z")],
        "signed_by_an_officer": [log.head(CASE, by="timer")],
    }
    for name in ("said", "leaf"):
        for member in head[name]:
            one = deepcopy(head)
            value = one[name][member]
            one[name][member] = value + 1 if type(value) is int else ("cd" * 32 if type(value) is str else [])
            found[f"{name}.{member}"] = [one]
    found |= {
        "path": [head | {"path": ["ab" * 32, *head["path"]]}],
        "signature": [head | {"signature": head["signature"] | {"value": "A" * 86}}],
        "mandate": [head | {"mandate": head["mandate"] | {"until": "2026-01-01T00:00:00.000Z"}}],
        "extra": [head | {"more": 1}],
        "twice": [head, head],
        "none": [],
    }
    found["leaf.empty"] = [head | {"leaf": None}]
    return {
        name: (canonical(parse(earlier) | {"heads": heads}), log.trust, {}) for name, heads in found.items()
    }


def test_no_part_of_a_head_may_change_in_python_or_in_the_browser(in_browser):
    log, shown = authority()
    whole = [
        (log.bundle(shown, heads=[log.head(CASE)]), log.trust, {}),
        (log.bundle(shown[:2], heads=[log.head(CASE)]), log.trust, {}),
        (log.bundle(shown), log.trust, {}),
    ]
    assert all(answer["valid"] for answer in assert_same(in_browser, whole))
    cases = spoilt(log, shown)
    valid = {
        name: answer["valid"]
        for name, answer in zip(cases, assert_same(in_browser, list(cases.values())), strict=True)
    }
    assert not any(valid.values()), [name for name in valid if valid[name]]


@pytest.mark.parametrize("code", ["roots", "shrunk", "replaced", ""])
def test_two_heads_that_cannot_both_be_true_convict_who_signed_them(code):
    log, shown = authority()
    first = log.head(CASE)
    if code == "":
        refused(log)
        later = log.head(CASE)
    elif code == "roots":
        twin, _ = authority()
        twin.mandates = dict(log.mandates)
        later = first | {"said": first["said"] | {"root": "ab" * 32}}
    elif code == "shrunk":
        refused(log)
        later = log.head(CASE, entries=first["said"]["entries"] - 1)
    else:
        refused(log)
        later = log.head(CASE, entries=first["said"]["entries"], last="ab" * 32)
    assert contradiction(first, later) == contradiction(later, first) == code
    if code == "roots":
        return
    one = canonical(parse(authority()[0].bundle(authority()[1], heads=[first])))
    two = log.bundle(shown[:1], heads=[later])
    told = contradictions(one, two, log.trust)
    assert [item.code for item in told] == ([f"contradiction_{code}"] if code else [])
    assert all(public_key("ledger").id in item.vi for item in told)
    assert contradictions(one, two, Trust()) == ()
    assert contradictions(b"", two, log.trust) == ()


def test_a_head_is_no_statement_and_signs_nothing_else():
    log, _ = authority()
    said = log.head(CASE)["said"]
    assert "id" not in said
    assert json.loads(canonical(said)) == said
