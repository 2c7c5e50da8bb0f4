"""Proofs and papers spoiled in every way we could think of, drawn by a seed. None of them may be called valid."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import copy_into_new_writer

from xactin.cases.papers.signing import seal as sealing
from xactin.cases.papers.signing.pdf import AppendingWriter
from xactin.cases.papers.signing.trial import issue_trial_certificate, make_trial_ca
from xactin.cases.papers.testing import AGENCY, AT, office
from xactin.cases.papers.tests.issued import draft, issued, proof, seal
from xactin.kernel.canonical import CanonicalError, canonical, parse
from xactin.kernel.tests.small_log import SmallLog, permit_case

Change = Callable[[Any], None]


@dataclass(frozen=True)
class Mutant:
    """Bytes that somebody hands in, and how they were spoiled (`original`: not at all)."""

    kind: str
    data: bytes


def log_and_bundle() -> tuple[SmallLog, bytes]:
    """A small authority and the whole proof of a dossier in it, with its head."""
    log = SmallLog()
    shown, opened, _ = permit_case(log)
    log.found_ledger()
    head = log.head(shown[0]["entry"]["statement"]["subject"])
    return log, log.bundle(shown, opened=[one for one in opened if "file" not in one], heads=[head])


def bundle_mutants(seed: int, count: int) -> Iterator[Mutant]:
    """The original, then `count` spoiled bundles."""
    chosen, (_, whole) = random.Random(seed), log_and_bundle()
    yield Mutant("original", whole)
    kinds: dict[str, Callable[[], bytes]] = {
        "byte": lambda: _byte(whole, chosen),
        "cut": lambda: whole[: chosen.randrange(len(whole))],
        "more": lambda: whole + chosen.choice([b" ", b"\n", b"\0", whole]),
        "spelling": lambda: _respelled(whole, chosen),
        "member": lambda: _member(whole, chosen),
        "list": lambda: _list(whole, chosen),
        "digit": lambda: _digit(whole, chosen),
    }
    made = 0
    while made < count:
        kind = chosen.choice(list(kinds))
        data = kinds[kind]()
        if data != whole:
            made += 1
            yield Mutant(kind, data)


def _byte(data: bytes, chosen: random.Random, begin: int = 0, end: int | None = None) -> bytes:
    spoiled = bytearray(data)
    spoiled[chosen.randrange(begin, len(data) if end is None else end)] ^= chosen.randrange(1, 256)
    return bytes(spoiled)


def _respelled(data: bytes, chosen: random.Random) -> bytes:
    old, new = chosen.choice(
        [(b":", b": "), (b",", b", "), (b'"entries"', b'"\\u0065ntries"'), (b'"xt":1', b'"xt":1.0')]
    )
    places = [found.start() for found in re.finditer(re.escape(old), data)]
    place = chosen.choice(places)
    return data[:place] + new + data[place + len(old) :]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, name) in a JSON value."""
    for name in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, name
        if isinstance(value[name], (dict, list)):
            yield from _places(value[name])


def _member(data: bytes, chosen: random.Random) -> bytes:
    """A member dropped, changed or added.

    Whole entries, contents and heads are left in: a bundle that discloses less is another sound bundle, and its
    verdict says what it does not show (kernel/tests/test_heads.py).
    """
    bundle = deepcopy(parse(data))
    less = [(bundle[name], number) for name in ("entries", "opened") for number in range(len(bundle[name]))]
    sound = {(id(holder), name) for holder, name in [*less, (bundle, "heads"), (bundle["heads"], 0)]}
    holder, name = chosen.choice([one for one in _places(bundle) if (id(one[0]), one[1]) not in sound])
    other = [None, True, 0, 1, "", "0" * 64, [], {}]
    match chosen.choice(["drop", "change", "add"]):
        case "drop":
            del holder[name]
        case "change":
            holder[name] = chosen.choice([one for one in other if one != holder[name]])
        case _ if isinstance(holder, dict):
            holder["extra"] = 1
        case _:
            holder.append(chosen.choice(other))
    return canonical(bundle)


def _list(data: bytes, chosen: random.Random) -> bytes:
    bundle = deepcopy(parse(data))
    items = bundle[chosen.choice(["entries", "mandates", "opened", "heads"])]
    match chosen.choice(["turn", "twice", "swap"]):
        case "turn":
            items.reverse()
        case "twice":
            items.append(chosen.choice(items))
        case _:
            one, two = (chosen.choice(bundle["entries"]) for _ in range(2))
            one["entry"], two["entry"] = two["entry"], one["entry"]
    return canonical(bundle)


def _digit(data: bytes, chosen: random.Random) -> bytes:
    """A sign inside some text becomes another, and the whole is canonical still."""
    for _ in range(100):
        place = chosen.choice([found.start() for found in re.finditer(rb"[0-9a-f]", data)])
        spoiled = data[:place] + chosen.choice([b"0", b"7", b"a"]) + data[place + 1 :]
        try:
            return canonical(parse(spoiled))
        except CanonicalError:
            continue
    return data + b" "


def pdf_mutants(seed: int, count: int) -> Iterator[Mutant]:
    """The original, then `count` spoiled papers; the slow kinds (signed anew) come once each, then now and then."""
    chosen, pdf = random.Random(seed), issued().pdf
    yield Mutant("original", pdf)
    slow = list(_slow(pdf).items())
    chosen.shuffle(slow)
    for kind, make in slow[:count]:
        yield Mutant(kind, make())
    quick = _quick(pdf, chosen)
    for _ in range(count - len(slow[:count])):
        kind = chosen.choice(list(quick))
        yield Mutant(kind, quick[kind]())


def _quick(pdf: bytes, chosen: random.Random) -> dict[str, Callable[[], bytes]]:
    size, ends = len(draft()), [found.end() for found in re.finditer(rb"%%EOF\n", pdf)]
    first, last = pdf.index(b"/Contents <", size), pdf.rindex(b"/Contents <")
    changes = [redrawn, covered, scripted]
    return {
        "byte of the draft": lambda: _byte(pdf, chosen, 0, size),
        "byte appended": lambda: _byte(pdf, chosen, size),
        "byte of a signature": lambda: _byte(pdf, chosen, (at := chosen.choice([first, last])), at + 5600),
        "byte behind": lambda: pdf + chosen.choice([b"\n", b"%", b"\0" * 100, b"%%EOF\n", pdf]),
        "cut": lambda: pdf[: chosen.randrange(len(pdf))],
        "cut at a revision": lambda: pdf[: chosen.choice(ends[:-1])],
        "update behind": lambda: updated(pdf, chosen.choice(changes)),
        "taken out": lambda: (
            pdf[: (at := chosen.randrange(size, len(pdf)))] + pdf[at + chosen.randrange(1, 40) :]
        ),
        "put in": lambda: pdf[: (at := chosen.randrange(size, len(pdf)))] + b" " + pdf[at:],
        "no signature": lambda: pdf[: last + 11] + b"0" * 5000 + pdf[last + 5011 :],
        "moved range": lambda: re.sub(rb"/ByteRange \[0 \d+", b"/ByteRange [0 1", pdf),
    }


def _slow(pdf: bytes) -> dict[str, Callable[[], bytes]]:
    """Signed anew by the rightful keys over a changed page, or by strangers; saved anew by another program."""
    return {
        **{
            f"{change.__name__} before signing": lambda change=change: clerk(change)
            for change in (redrawn, covered, scripted)
        },
        "mark over the page": lambda: _patched("layout", lambda writer: {"chair": (0, (0, 0, 595, 842))}),
        "signed by a stranger": stranger,
        "proof of another paper": lambda: seal(
            proof(draft() + b"%", office().chair.chain[0].dump())[0], office().chair, office().agency
        ),
        "saved anew": lambda: resaved(pdf),
        "sealed twice": lambda: updated(pdf, lambda writer: writer.update_root()),
        "no file": lambda: b"",
        "photo": lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(500),
        "draft": draft,
    }


def updated(pdf: bytes, change: Change) -> bytes:
    """With an update behind the signatures."""
    writer = AppendingWriter(pdf)
    change(writer)
    return writer.appended()


def redrawn(writer: Any) -> None:
    """The page is painted over."""
    stream = generic.StreamObject(stream_data=b"0 0 600 800 re f")
    writer.add_stream_to_page(0, writer.add_object(stream))


def covered(writer: Any) -> None:
    """A note lies over the page."""
    page = writer.find_page_for_modification(0)[0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 600, 800))),
        }
    )
    notes = [page["/Annots"].raw_get(at) for at in range(len(page["/Annots"]))]
    page["/Annots"] = generic.ArrayObject([*notes, writer.add_object(note)])
    writer.update_container(page)


def scripted(writer: Any) -> None:
    """Something runs when the file is opened."""
    script = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = writer.add_object(generic.DictionaryObject(script))
    writer.update_root()


def _patched(name: str, value: Any) -> bytes:
    """Sealed by our own code with one of its parts exchanged, by the rightful keys."""
    kept = getattr(sealing, name)
    setattr(sealing, name, value)
    try:
        return seal(issued().bundle, office().chair, office().agency)
    finally:
        setattr(sealing, name, kept)


def clerk(change: Change) -> bytes:
    """A faithless clerk changes the page between attestation and signature."""
    attach = sealing.attach

    def attach_and_change(writer: Any, *args: Any, **named: Any) -> None:
        attach(writer, *args, **named)
        change(writer)

    return _patched("attach", attach_and_change)


def stranger() -> bytes:
    """The same draft and proof, signed under a CA of the stranger's own."""
    ca = make_trial_ca("Tỉnh Đồng Nai", at=AT)
    chair, agency = (
        issue_trial_certificate(ca, name=name, organisation=AGENCY, at=AT).signer(ca.certificate)
        for name in ("Trần Thị Bích Ngọc", AGENCY)
    )
    return seal(issued().bundle, chair, agency)


def resaved(pdf: bytes) -> bytes:
    """Written anew by another program, as "save as" does: the same to look at, without what was signed."""
    out = io.BytesIO()
    copy_into_new_writer(AppendingWriter(pdf).prev).write(out)
    return out.getvalue()
