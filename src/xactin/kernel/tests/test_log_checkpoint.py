"""Signed notes: a vector by others, ours, and every line that is refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.log.checkpoint import (
    Checkpoint,
    NoteError,
    VerifierKey,
    cosign,
    open_note,
    sign_note,
    verifier_key,
    witness_key,
)
from xactin.kernel.testing import private_key

# From the documentation of golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n"
)
ORIGIN = "xactin.example/h44"
LOG_KEY = VerifierKey.parse(verifier_key(ORIGIN, private_key("log").public_key().public_bytes_raw()))
WITNESS_KEY = VerifierKey.parse(
    witness_key("witness.example", private_key("w").public_key().public_bytes_raw())
)
TEXT = Checkpoint(ORIGIN, 7, bytes(range(32))).text
NOTE = sign_note(TEXT, ORIGIN, private_key("log"))
LINE = cosign(TEXT, "witness.example", private_key("w"), time=1_780_000_000)


def code_of(note, keys=(LOG_KEY, WITNESS_KEY)):
    with pytest.raises(NoteError) as error:
        open_note(note, keys)
    return error.value.code


def test_a_note_and_key_by_others():
    opened = open_note(NEUMANN_NOTE, [VerifierKey.parse(NEUMANN)])
    assert [signature.key.name for signature in opened.signatures] == ["PeterNeumann"]
    assert opened.unknown == ()


def test_checkpoint_there_and_back():
    assert Checkpoint.parse(TEXT) == Checkpoint(ORIGIN, 7, bytes(range(32)))
    assert TEXT.split("\n")[:2] == [ORIGIN, "7"]


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "extension\n", TEXT[:-1], TEXT.replace("\n7\n", "\n07\n"), TEXT.replace("\n7\n", "\n-7\n"),
        TEXT.replace("\n7\n", "\n٧\n"), TEXT.replace("=", ""), TEXT.replace("8=", "9="), "\n" + TEXT,
        TEXT.replace("\n7\n", "\n9007199254740992\n"), TEXT.replace("h44", "h 44"),
        TEXT.replace("AAEC", "AAE_"),
    ],
)  # fmt: skip
def test_another_spelling_is_no_checkpoint(text):
    with pytest.raises(NoteError, match="checkpoint"):
        Checkpoint.parse(text)


def test_log_and_witness_hold():
    opened = open_note(NOTE + LINE, [LOG_KEY, WITNESS_KEY])
    assert opened.text == TEXT
    assert [(item.key, item.time) for item in opened.signatures] == [
        (LOG_KEY, None),
        (WITNESS_KEY, 1_780_000_000),
    ]


def test_lines_by_others_are_named_as_unknown():
    assert open_note(NOTE + LINE, [LOG_KEY]).unknown == (LINE[:-1],)


def test_a_witness_signs_the_time_too():
    line = base64.b64decode(LINE.split(" ")[2])
    later = line[:4] + (1_780_000_001).to_bytes(8, "big") + line[12:]
    spoiled = f"— witness.example {base64.b64encode(later).decode()}\n"
    assert code_of(NOTE + spoiled) == "note_signature"


def test_notes_that_are_refused():
    assert code_of(NOTE.replace("\n7\n", "\n8\n")) == "note_signature"
    assert code_of(NOTE + LINE + LINE) == "note_twice"
    for spoiled in (
        TEXT,
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "text\n",
        NOTE.replace("— ", "- "),
        NOTE + "— x AAAA\n",
    ):
        assert code_of(spoiled) == "note"
    assert code_of(NOTE.replace("\n7\n", "\n7\t\n")) == "note"


@given(st.integers(0, len(NOTE) - 1), st.characters(max_codepoint=0x2100, exclude_categories=["Cs"]))
def test_one_letter_changed_never_holds(place, letter):
    spoiled = NOTE[:place] + letter + NOTE[place + 1 :]
    try:
        opened = open_note(spoiled, [LOG_KEY])
    except NoteError:
        return
    assert spoiled == NOTE or opened.signatures == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "a", NEUMANN[:-1], NEUMANN.replace("c74f20a3", "C74F20A3"), NEUMANN.replace("c74", "d74"),
        " " + NEUMANN, NEUMANN.replace("Peter", "Peter "), NEUMANN + "\n", NEUMANN.replace("+ARpc", "+AhpC"),
    ],
)  # fmt: skip
def test_verifier_keys_that_are_refused(text):
    with pytest.raises(NoteError, match="verifier_key"):
        VerifierKey.parse(text)


def test_a_name_with_plus_or_space_is_no_name():
    for name in ("a+b", "a b", "", "tên"):
        with pytest.raises(NoteError, match="verifier_key"):
            verifier_key(name, bytes(32))
