"""Mandates: their form, what they cover, and the tree that has one root for one set."""

from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.attestation import time_text
from xactin.kernel.mandates import (
    EMPTY,
    MandateError,
    check_cover,
    check_mandate,
    check_path,
    make_mandate,
    mandate_key,
    mandate_leaf,
    prove,
    update,
)
from xactin.kernel.signatures import PublicKey
from xactin.kernel.testing import NOON, SoftPasskey, private_key, public_key, statement

AT = time_text(NOON)
SENSOR = PublicKey.device(private_key("sensor").public_key().public_bytes_raw())


def mandate(**fields):
    given = {
        "id": "mandate-1",
        "key": public_key("officer"),
        "person": "person-1",
        "post": "post-7",
        "agency": "H44.12",
        "from_": NOON,
    }
    return make_mandate(**given | fields)


def test_mandate_has_the_fields_of_the_specification():
    assert " ".join(mandate()) == "xt id key person post agency system device for acts from until"
    assert check_mandate(mandate()) == public_key("officer")
    assert check_mandate(mandate(key=SoftPasskey("chair").public)) == SoftPasskey("chair").public


@pytest.mark.parametrize(
    "change",
    [
        {"xt": 2},
        {"id": ""},
        {"key": {}},
        {"person": None},
        {"person": "Nguyễn Văn A"},
        {"system": "timer"},
        {"person": None, "system": "timer"},
        {"for": "person-2"},
        {"acts": "case.*"},
        {"acts": ["*"]},
        {"acts": ["case.*.agree"]},
        {"from": None},
        {"until": "later"},
        {"note": 1},
    ],
)
def test_a_mandate_of_another_form_is_refused(change):
    with pytest.raises(MandateError, match="mandate_form"):
        check_mandate(mandate() | change)


@pytest.mark.parametrize(
    "holder",
    [
        {"system": "timer"},
        {"device": "sensor-1", "key": SENSOR},
        {"person": "p"},
        {"person": "p", "post": "x"},
    ],
)
def test_holders_that_may_be(holder):
    blank = {"person": None, "post": None, "agency": None}
    check_mandate(mandate(**blank | holder))


def test_covers_the_statement_it_was_given_for():
    check_cover(mandate(), statement(), AT)
    check_cover(mandate(acts=["case.submit", "case.consult.*"]), statement(), AT)
    check_cover(mandate(for_={"person": "person-2"}), statement(for_={"person": "person-2"}), AT)
    robot = mandate(person=None, post=None, agency=None, system="timer")
    check_cover(robot, statement(by={"system": "timer"}), AT)


@pytest.mark.parametrize(
    ("given", "said", "code"),
    [
        ({"key": public_key("other")}, {}, "mandate_key"),
        ({"person": "person-2"}, {}, "mandate_by"),
        ({"post": None}, {}, "mandate_by"),
        ({"agency": "H44.13"}, {}, "mandate_by"),
        ({}, {"by": {"system": "person-1"}}, "mandate_by"),
        ({}, {"for_": {"person": "person-2"}}, "mandate_for"),
        ({"for_": {"person": "person-2"}}, {}, "mandate_for"),
        ({"acts": []}, {}, "mandate_act"),
        ({"acts": ["case.consult"]}, {}, "mandate_act"),
        ({"acts": ["case.cons.*"]}, {}, "mandate_act"),
        ({"from_": NOON + timedelta(milliseconds=1)}, {}, "mandate_early"),
        ({"until": NOON}, {}, "mandate_ended"),
    ],
)
def test_covers_nothing_else(given, said, code):
    with pytest.raises(MandateError) as error:
        check_cover(mandate(**given), statement(**said), AT)
    assert error.value.code == code


# A tree of keys that share beginnings, as random ones hardly do.
short_keys = st.integers(0, 40).map(
    lambda n: bytes([n & 3, 0, 0, n >> 2]) + bytes(28) if n & 1 else sha256(bytes([n])).digest()
)
leaves = st.integers(0, 255).map(lambda n: sha256(bytes([n])).digest())
sets = st.dictionaries(short_keys, leaves, max_size=12)


def grown(*steps):
    store, root = {}, EMPTY
    for step in steps:
        root, fresh = update(root, store.__getitem__, step)
        store.update(fresh)
    return root, store


@given(st.lists(st.dictionaries(short_keys, st.none() | leaves, max_size=6), max_size=6))
def test_one_root_for_one_set_however_it_came_to_be(steps):
    final = {}
    for step in steps:
        final.update(step)
    final = {key: leaf for key, leaf in final.items() if leaf is not None}
    root, store = grown(*steps)
    assert root == grown(final)[0]
    assert root == grown(*({key: leaf} for key, leaf in sorted(final.items())))[0]
    assert all(sha256(node).digest() == digest for digest, node in store.items())


@given(sets, short_keys, leaves)
def test_a_path_shows_what_is_there_and_nothing_else(tree, key, leaf):
    root, store = grown(tree)
    for here, value in tree.items():
        path = prove(root, store.__getitem__, here)
        assert check_path(root, here, value, path)
        assert value == leaf or not check_path(root, here, leaf, path)
        assert here == key or not check_path(root, key, value, path)
        assert not check_path(root, here, value, [*path, EMPTY])
        assert not path or not check_path(root, here, value, path[1:])
    if key not in tree:
        with pytest.raises(KeyError):
            prove(root, store.__getitem__, key)


@given(sets, sets)
def test_older_roots_stay_readable(before, after):
    root, store = grown(before)
    _, fresh = update(root, store.__getitem__, after)
    store.update(fresh)
    for key, leaf in before.items():
        assert check_path(root, key, leaf, prove(root, store.__getitem__, key))


def test_paths_of_random_ids_are_short():
    tree = {mandate_key(f"mandate-{n}"): mandate_leaf({"n": n}) for n in range(2000)}
    root, store = grown(tree)
    assert max(len(prove(root, store.__getitem__, key)) for key in tree) < 30


def test_sizes_are_checked():
    with pytest.raises(ValueError, match="32 bytes"):
        update(EMPTY, {}.__getitem__, {b"short": EMPTY})
    with pytest.raises(ValueError, match="65 bytes"):
        prove(bytes([1]) * 32, lambda digest: b"", bytes(32))
    assert not check_path(EMPTY, bytes(32), bytes(32), [bytes(32)] * 257)
