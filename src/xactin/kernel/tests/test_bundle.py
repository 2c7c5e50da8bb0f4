"""The verdict: what holds, and that nothing else ever does."""

from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xactin.kernel.attestation import commit_value, entry_digest, published
from xactin.kernel.canonical import canonical, parse
from xactin.kernel.log.checkpoint import NoteError, VerifierKey, cosign, sign_note, witness_key
from xactin.kernel.log.merkle import leaf_hash
from xactin.kernel.proof.bundle import LARGEST, verify_bundle, verify_document
from xactin.kernel.proof.bundle_parts import make_bundle
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verdict import TEXTS
from xactin.kernel.signatures import sign_ed25519
from xactin.kernel.testing import NOON, private_key, public_key, salt, statement, uuid7
from xactin.kernel.tests.small_log import SmallLog, permit_case

LOG = SmallLog()
SHOWN, OPENED, DRAWING = permit_case(LOG)
BUNDLE = LOG.bundle(SHOWN, opened=OPENED)
FILES = {"document.drawing": DRAWING}
WITNESS = private_key("witness")
WITNESS_KEY = VerifierKey.parse(witness_key("witness.example", WITNESS.public_key().public_bytes_raw()))


def codes(data, trust=LOG.trust, files=FILES):
    verdict = verify_bundle(data, trust, files)
    assert verdict.valid == (not verdict.problems)
    return [problem.code for problem in verdict.problems]


def changed(change, value=None):
    bundle = deepcopy(value or parse(BUNDLE))
    change(bundle)
    return canonical(bundle)


def test_what_is_larger_than_any_bundle_is_not_even_read():
    assert codes(BUNDLE + b" " * LARGEST) == ["unreadable"]


def test_a_whole_dossier_is_valid_and_the_verdict_says_why():
    verdict = verify_bundle(BUNDLE, LOG.trust, FILES)
    assert verdict.valid
    assert [item.custody for item in verdict.entries] == ["log", *["server"] * 3, *["passkey"] * 2]
    assert [item.batch for item in verdict.entries] == [None] * 4 + [2, None]
    assert (verdict.as_of, verdict.authority, verdict.origin) == (7, "H44", LOG.origin)
    assert (verdict.witnessed, verdict.simulated_clock) == (False, True)
    assert [item.code for item in verdict.checked] == [
        "checked_checkpoint",
        "checked_genesis",
        "checked_inclusion",
        "checked_signatures",
        "checked_custody",
        "checked_chain",
        "checked_opened",
    ]
    assert [item.code for item in verdict.notes] == [
        "note_as_of",
        "note_not_witnessed",
        "note_simulated_clock",
    ]


def test_a_real_authority_has_no_simulated_clock():
    log = SmallLog(demo=False)
    verdict = verify_bundle(log.bundle([]), log.trust)
    assert (verdict.valid, verdict.simulated_clock) == (True, False)


@given(st.integers(0, len(BUNDLE) - 1), st.integers(1, 255))
@settings(max_examples=400, deadline=None)
def test_no_byte_may_change(place, difference):
    spoiled = bytearray(BUNDLE)
    spoiled[place] ^= difference
    assert codes(bytes(spoiled))


def members(value, path=()):
    if isinstance(value, dict):
        for name in value:
            yield (*path, name)
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in pairs:
        yield from members(item, (*path, name))


def test_no_member_may_go_and_none_may_come():
    for path in members(parse(BUNDLE)):
        bundle = parse(BUNDLE)
        holder = bundle
        for name in path[:-1]:
            holder = holder[name]
        kept = holder.pop(path[-1])
        assert codes(canonical(bundle)), path
        holder[path[-1]] = kept
        holder["extra"] = None
        assert codes(canonical(bundle)), path


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_value_may_become_another(data):
    bundle = parse(BUNDLE)
    path = data.draw(st.sampled_from(sorted(members(bundle), key=str)))
    holder = bundle
    for name in path[:-1]:
        holder = holder[name]
    others = [None, True, 0, 1, "", "0" * 64, [], {}, "AAAA"]
    holder[path[-1]] = data.draw(st.sampled_from([item for item in others if item != holder[path[-1]]]))
    assert codes(canonical(bundle))


def test_trust_comes_from_outside():
    assert codes(BUNDLE, Trust()) == ["log_unknown"]
    assert "log_unknown" in codes(BUNDLE, SmallLog(key="impostor").trust)
    other = SmallLog(key="impostor")
    assert "log_unknown" in codes(other.bundle([]), LOG.trust, {})


def test_a_trusted_log_does_not_sign_for_another_origin():
    key = VerifierKey("other.example", 1, LOG.log_key.public)
    note = sign_note(LOG.checkpoint().split("\n\n")[0] + "\n", "other.example", LOG.log)
    assert "log_unknown" in codes(LOG.bundle(SHOWN, checkpoint=note), Trust((key,)), {})


def test_trust_is_written_a_key_a_line():
    text = f"# our log\n{LOG.log_key.text}\n\n{WITNESS_KEY.text}\n"
    assert Trust.parse(text) == Trust((LOG.log_key,), (WITNESS_KEY,))
    with pytest.raises(NoteError):
        Trust.parse("nonsense")


def test_a_witness_is_named_with_its_time_and_an_unknown_one_refused():
    note = LOG.checkpoint()
    text = note.split("\n\n")[0] + "\n"
    cosigned = note + cosign(text, "witness.example", WITNESS, time=1_780_000_000)
    bundle = LOG.bundle(SHOWN, checkpoint=cosigned)
    verdict = verify_bundle(bundle, Trust((LOG.log_key,), (WITNESS_KEY,)))
    assert verdict.valid
    assert [(item.name, item.time) for item in verdict.witnesses] == [
        ("witness.example", "2026-05-28T20:26:40.000Z")
    ]
    assert codes(bundle, files={}) == ["checkpoint_line_unknown"]


def test_files_must_be_given_and_nothing_else():
    assert codes(BUNDLE, files={}) == ["file_missing"]
    assert codes(BUNDLE, files={"document.drawing": DRAWING[:-1]}) == ["file_wrong"]
    assert codes(BUNDLE, files={"document.drawing": b"x" + DRAWING[1:]}) == ["file_wrong"]
    assert codes(BUNDLE, files=FILES | {"document.land": b""}) == ["file_unclaimed"]
    by_commitment = parse(BUNDLE)["opened"][0]["commitment"]
    assert codes(BUNDLE, files={by_commitment: DRAWING}) == []


def test_nothing_may_follow_in_a_file_but_in_a_document_whose_caller_judges_it():
    assert codes(BUNDLE, files={"document.drawing": DRAWING + b"signature"}) == ["file_continues"]
    verdict = verify_document(BUNDLE, DRAWING + b"signature", LOG.trust)
    assert verdict.valid
    assert verdict.opened[0].rest == 9
    assert verdict.notes[-1].code == "note_file_continues"


def test_a_document_must_be_the_one_that_its_bundle_speaks_of():
    assert verify_document(BUNDLE, DRAWING + b"bundle and signatures", LOG.trust).valid
    for data, document in [
        (BUNDLE, b"another document"),
        (LOG.bundle(SHOWN), DRAWING),
        (LOG.bundle(SHOWN, opened=OPENED[:1]), DRAWING),
        (b"{}", DRAWING),
        (b"", DRAWING),
    ]:
        verdict = verify_document(data, document, LOG.trust)
        assert not verdict.valid
        assert verdict.problems[-1].code == "document_other"


def test_opened_content_must_be_what_was_attested():
    def other_value(bundle):
        bundle["opened"][1]["value"]["floors"] = 4

    def other_part(bundle):
        bundle["opened"][1]["part"] = "form.owner"

    assert codes(changed(other_value)) == ["opened_wrong"]
    assert codes(changed(other_part)) == ["opened_unknown"]


def test_content_of_a_statement_can_be_opened():
    log = SmallLog()
    log.grant(public_key("officer"), person="person-1", post="post-7", agency="H44.12")
    made = statement(1, content=commit_value(salt("note"), "ghi chú"))
    shown = log.place(made, lambda it: sign_ed25519(private_key("officer"), it))
    opened = {"part": "content", "commitment": made["content"], "salt": salt("note"), "value": "ghi chú"}
    assert codes(log.bundle([shown], opened=[opened]), log.trust, {}) == []


def test_entries_may_be_left_out_and_the_verdict_says_so():
    data = LOG.bundle([SHOWN[0], SHOWN[3]])
    verdict = verify_bundle(data, LOG.trust)
    assert verdict.valid
    assert "note_gaps" in [item.code for item in verdict.notes]


def test_genesis_may_not_be_left_out():
    def drop(bundle):
        del bundle["entries"][0]

    assert "genesis_missing" in codes(changed(drop))


def place_one(log, *, made=None, sign=None):
    """One entry of the officer, spoiled before it enters the log: the log does not look at entries."""
    shown = log.place(made or statement(1), sign or (lambda it: sign_ed25519(private_key("officer"), it)))
    return log.bundle([shown])


def small(**mandate):
    log = SmallLog()
    holder = {"person": "person-1", "post": "post-7", "agency": "H44.12"}
    log.grant(public_key("officer"), **holder | mandate)
    return log


@pytest.mark.parametrize(
    ("mandate", "detail"),
    [
        ({"person": "person-2"}, "mandate_by"),
        ({"acts": ["case.receive"]}, "mandate_act"),
        ({"until": NOON}, "mandate_ended"),
    ],
)
def test_a_mandate_must_cover_the_act(mandate, detail):
    log = small(**mandate)
    shown = log.place(statement(1), lambda it: sign_ed25519(private_key("officer"), it))
    bundle = parse(log.bundle([shown]))
    assert bundle["mandates"] == []
    spoiled = bundle | {"mandates": [next(iter(given_mandates(log, shown)))]}
    problems = verify_bundle(canonical(spoiled), log.trust).problems
    assert ("mandate_cover", detail) in [(item.code, item.detail) for item in problems]


def given_mandates(log, shown):
    for item in log.proven(bytes.fromhex(shown["mandates"])):
        yield item | {"root": item["root"].hex(), "path": [node.hex() for node in item["path"]]}


def test_an_ended_mandate_is_not_proven():
    log = small()
    proven = next(log.proven(log.root))
    log.end("mandate-1")
    shown = log.place(statement(1), lambda it: sign_ed25519(private_key("officer"), it))
    assert codes(log.bundle([shown]), log.trust, {}) == ["mandate_missing"]
    bundle = parse(log.bundle([shown]))
    forged = {"mandate": proven["mandate"], "root": shown["mandates"], "path": []}
    assert "mandate_path" in codes(canonical(bundle | {"mandates": [forged]}), log.trust, {})


def test_of_several_hats_the_right_one_is_taken():
    log = small()
    log.grant(public_key("officer"), person="person-1", post="post-8", agency="H44.12")
    hat = statement(1, by={"person": "person-1", "post": "post-8", "agency": "H44.12"})
    assert codes(place_one(log, made=hat), log.trust, {}) == []


def test_a_signature_by_another_key_is_noticed():
    log = small()
    forged = place_one(log, sign=lambda it: sign_ed25519(private_key("forger"), it))
    assert codes(forged, log.trust, {}) == ["signature"]


def test_an_entry_of_another_authority_is_noticed():
    log = small()
    assert codes(place_one(log, made=statement(1, authority="H45")), log.trust, {}) == ["authority_other"]


def test_an_unused_mandate_is_refused():
    log = small()
    log.grant(public_key("other"), person="person-3")
    shown = log.place(statement(1), lambda it: sign_ed25519(private_key("officer"), it))
    bundle = parse(log.bundle([shown]))
    everything = sorted(given_mandates(log, shown), key=lambda item: item["mandate"]["id"])
    assert "mandate_unused" in codes(canonical(bundle | {"mandates": everything}), log.trust, {})


def test_a_broken_chain_is_noticed():
    log = small()
    sign = lambda it: sign_ed25519(private_key("officer"), it)  # noqa: E731
    first, second, third = (log.place(statement(n), sign) for n in (1, 2, 3))
    for place, code in [
        ({"prev": "ab" * 32}, "chain_prev"),
        ({"seq": 0, "prev": None}, "chain_order"),
        ({"at": "2026-11-24T04:59:00.000Z"}, "chain_order"),
    ]:
        broken = SmallLog()
        broken.grant(public_key("officer"), person="person-1", post="post-7", agency="H44.12")
        placed = []
        for number, item in enumerate((first, second, third)):
            entry = deepcopy(item["entry"])
            if number == 1:
                entry["place"] |= place
            placed.append(force(broken, entry))
        assert code in codes(broken.bundle(placed), broken.trust, {})


def force(log, entry):
    """An entry into the log as it is."""
    shown = {"entry": entry, "index": len(log.leaves), "mandates": log.root.hex()}
    log.leaves.append(leaf_hash(published(entry_digest(entry).hex(), log.root.hex())))
    log.shown.append(shown)
    return shown


def test_a_statement_is_accepted_once():
    log = small()
    sign = lambda it: sign_ed25519(private_key("officer"), it)  # noqa: E731
    twice = [log.place(statement(1, subject=f"case:{uuid7(n)}"), sign) for n in (1, 2)]
    assert codes(log.bundle(twice), log.trust, {}) == ["id_twice"]


@pytest.mark.parametrize(
    ("effect", "detail"),
    [
        ({"demo": "no"}, "demo"),
        ({"origin": "elsewhere"}, "origin"),
        ({"log": "x"}, "log"),
    ],
)
def test_genesis_must_agree_with_the_trusted_log(effect, detail):
    log = SmallLog()
    entry = deepcopy(log.shown[0]["entry"])
    entry["place"]["effect"] |= effect
    forged = SmallLog()
    forged.leaves.clear()
    forged.shown.clear()
    force(forged, entry)
    problems = verify_bundle(forged.bundle([]), forged.trust).problems
    assert [(item.code, item.detail) for item in problems] == [("genesis_wrong", detail)]


def test_an_act_that_claims_a_far_time_is_refused():
    log = small()
    late = place_one(log, made=statement(1, at=NOON - timedelta(minutes=11)))
    assert codes(late, log.trust, {}) == ["entry_form"]


@pytest.mark.parametrize("data", [b"", b"{", b"%PDF-1.7", "Đ".encode("utf-16")])
def test_what_is_no_bundle_is_unreadable(data):
    verdict = verify_bundle(data, LOG.trust)
    assert not verdict.readable
    assert codes(data, files={}) == ["unreadable"]


@pytest.mark.parametrize("data", [b"null", b"[]", b"{}", b"1", b'{"xt":1}'])
def test_other_json_is_no_bundle(data):
    assert codes(data) == ["form"]


def test_another_spelling_is_refused():
    assert codes(BUNDLE + b"\n") == ["not_canonical"]
    assert codes(BUNDLE.replace(b'"xt":1', b'"xt":1.0')) == ["not_canonical"]


def test_lists_have_one_order():
    for name in ("entries", "mandates", "opened"):
        assert codes(changed(lambda bundle, name=name: bundle[name].reverse())) == ["form"]
        assert codes(changed(lambda bundle, name=name: bundle[name].append(bundle[name][-1]))) == ["form"]


def test_making_takes_hex_and_bytes_alike():
    bundle = parse(BUNDLE)
    given = {name: bundle[name] for name in ("authority", "entries", "mandates", "opened", "checkpoint")}
    assert make_bundle(**given) == BUNDLE


def test_every_finding_has_words_in_both_languages():
    for vi, en in TEXTS.values():
        assert vi != en
        assert vi.endswith(".")
        assert en.endswith(".")
