"""The canonical form is RFC 8785 on the subset, and nothing else has one."""

import unicodedata
from contextlib import suppress

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.canonical import MAX_DEPTH, MAX_INTEGER, CanonicalError, canonical, parse

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=24,
)


@given(documents)
def test_same_bytes_as_rfc8785_and_back(value):
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    assert parse(data) == value


@given(documents, st.data())
def test_another_spelling_is_refused(value, data):
    encoded = canonical({"a": value, "b": 1})
    place = data.draw(st.integers(0, len(encoded)))
    spaced = encoded[:place] + b" " + encoded[place:]
    with suppress(CanonicalError):
        assert parse(spaced) != {"a": value, "b": 1}  # the space fell inside a text


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        ({"a": [1, 1.5]}, "/a/1", "float"),
        ({"a": float("nan")}, "/a", "float"),
        ({"a": MAX_INTEGER + 1}, "/a", "integer_range"),
        ({"a": -MAX_INTEGER - 1}, "/a", "integer_range"),
        ({"a": 2**80}, "/a", "integer_range"),
        ({"Đ": 1}, "", "key_not_ascii"),
        ({1: 1}, "", "key_type"),
        ({"a": "e\u0302"}, "/a", "not_nfc"),
        ({"a": "\ud800"}, "/a", "lone_surrogate"),
        ({"\ud800": 1}, "", "key_not_ascii"),
        ({"a": {1, 2}}, "/a", "type"),
        (b"a", "", "type"),
        (type("Text", (str,), {})("a"), "", "type"),
        (type("Number", (int,), {})(1), "", "type"),
    ],
)
def test_outside_the_subset(value, path, reason):
    with pytest.raises(CanonicalError) as error:
        canonical(value)
    assert (error.value.path, error.value.reason) == (path, reason)


def test_depth_is_limited_alike_in_both_walks():
    def nested(depth):
        value = None
        for _ in range(depth):
            value = [value]
        return value

    assert parse(canonical(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 300, 100_000):
        with pytest.raises(CanonicalError, match="too_deep"):
            canonical(nested(depth))


def test_cycle_is_refused():
    value = {}
    value["a"] = value
    with pytest.raises(CanonicalError, match="too_deep"):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u00E9"',
        b'"\\ud800"',
        b'"e\xcc\x82"',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        b"1\n",
        b"9007199254740992",
        b"NaN",
        b"{",
        b"",
    ],
)
def test_parse_refuses(data):
    with pytest.raises(CanonicalError):
        parse(data)
