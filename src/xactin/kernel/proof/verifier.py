"""The checks of a bundle of right form, one after the other. What is not checked here was refused by its form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise

from xactin.kernel.attestation import (
    commit_file,
    commit_value,
    entry_digest,
    published,
    time_text,
)
from xactin.kernel.batches import root_of_member
from xactin.kernel.log.checkpoint import Checkpoint, NoteError, VerifierKey, open_note
from xactin.kernel.log.merkle import leaf_hash, verify_inclusion
from xactin.kernel.mandates import EMPTY, check_path, mandate_key, mandate_leaf
from xactin.kernel.proof.bundle_form import Json, choose_mandate, proven_order
from xactin.kernel.proof.bundle_parts import batch_of, commitments_of
from xactin.kernel.proof.heads import HeadError, check_head, ending
from xactin.kernel.proof.trust import Trust
from xactin.kernel.proof.verdict import EntryVerdict, OpenedVerdict, Remark, Verdict, Witnessed, remark
from xactin.kernel.proof.verification import GenesisError, verify_genesis
from xactin.kernel.signatures import PublicKey, SignatureError, unb64u, verify_signature


@dataclass
class Verifier:
    """One check from start to end; `problems`, `checked` and `notes` grow as it goes.

    `digests` are those of the entries, in hex: made once, asked for by three checks.
    """

    bundle: Json
    trust: Trust
    files: Mapping[str, bytes]
    continues: bool
    problems: list[Remark] = field(default_factory=list)
    checked: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    log: VerifierKey | None = None
    witnesses: list[Witnessed] = field(default_factory=list)
    demo: bool | None = None
    digests: list[str] = field(default_factory=list)
    endings: list[Remark] = field(default_factory=list)

    def verdict(self) -> Verdict:
        """Every check, in the order in which one relies on another."""
        self.digests = [entry_digest(item["entry"]).hex() for item in self.bundle["entries"]]
        self._stage(self._check_checkpoint)
        self._stage(self._check_genesis)
        self._stage(self._check_inclusion)
        custody: list[str | None] = [None] * len(self.bundle["entries"])
        self._stage(lambda: self._check_signatures(custody))
        self._stage(self._check_chains)
        self._stage(self._check_heads)
        opened: list[OpenedVerdict] = []
        self._stage(lambda: self._check_opened(opened))
        self._take_notes(opened)
        return Verdict(
            valid=not self.problems,
            problems=tuple(self.problems),
            checked=tuple(self.checked),
            notes=tuple(self.notes),
            authority=self.bundle["authority"],
            origin=self.checkpoint.origin if self.checkpoint else None,
            as_of=self.checkpoint.size if self.checkpoint else None,
            witnesses=tuple(self.witnesses),
            simulated_clock=self.demo,
            entries=tuple(map(_entry_verdict, self.bundle["entries"], custody, self.digests)),
            opened=tuple(opened),
            endings=tuple(self.endings),
        )

    def _problem(self, code: str, where: str = "", detail: str = "") -> None:
        self.problems.append(remark(code, where, detail))

    def _stage(self, check: Callable[[], None]) -> None:
        """Runs one check; what it says was checked is kept only if it found no problem."""
        found, said = len(self.problems), len(self.checked)
        check()
        if len(self.problems) > found:
            del self.checked[said:]

    def _check_checkpoint(self) -> None:
        try:
            note = open_note(self.bundle["checkpoint"], (*self.trust.logs, *self.trust.witnesses))
            self.checkpoint = Checkpoint.parse(note.text)
        except NoteError as error:
            code = "checkpoint_form" if error.code in ("note", "checkpoint") else "checkpoint_signature"
            self._problem(code, "checkpoint", error.code)
            return
        for line in note.signatures:
            if line.time is not None:
                time = time_text(datetime.fromtimestamp(line.time, UTC))
                self.witnesses.append(Witnessed(line.key.name, time))
            elif line.key.name == self.checkpoint.origin:
                self.log = line.key
            else:
                self._problem("checkpoint_line_unknown", "checkpoint", line.key.name)
        if self.log is None:
            self._problem("log_unknown", "checkpoint", self.checkpoint.origin)
            return
        for unknown in note.unknown:
            self._problem("checkpoint_line_unknown", "checkpoint", unknown.split(" ")[1])
        origin, size = self.checkpoint.origin, self.checkpoint.size
        self.checked.append(remark("checked_checkpoint", origin=origin, size=size))
        for witness in self.witnesses:
            self.checked.append(remark("checked_witness", name=witness.name, time=witness.time))

    def _check_genesis(self) -> None:
        entries = self.bundle["entries"]
        if not entries or entries[0]["index"] != 0:
            self._problem("genesis_missing", "entries")
            return
        if self.log is None:
            return
        if entries[0]["mandates"] != EMPTY.hex():
            self._problem("genesis_wrong", "entries/0", "mandates")
        try:
            self.demo = verify_genesis(entries[0]["entry"], self.log)
        except (GenesisError, SignatureError) as error:
            self._problem("genesis_wrong", "entries/0", error.code)
        self.checked.append(remark("checked_genesis", authority=self.bundle["authority"]))

    def _check_inclusion(self) -> None:
        for number, item in enumerate(self.bundle["entries"]):
            if item["entry"]["statement"]["authority"] != self.bundle["authority"]:
                self._problem("authority_other", f"entries/{number}")
            if self.checkpoint is None:
                continue
            leaf = leaf_hash(published(self.digests[number], item["mandates"]))
            path = [bytes.fromhex(node) for node in item["inclusion"]]
            if not verify_inclusion(leaf, item["index"], self.checkpoint.size, path, self.checkpoint.root):
                self._problem("inclusion", f"entries/{number}")
        if self.checkpoint is not None:
            self.checked.append(remark("checked_inclusion", count=len(self.bundle["entries"])))

    def _check_signatures(self, custody: list[str | None]) -> None:
        mandates = self.bundle["mandates"]
        used: set[tuple[str, str]] = set()
        for number, item in enumerate(self.bundle["entries"]):
            if item["index"] == 0:
                custody[number] = "log" if self.demo is not None else None
                continue
            proven, reason = choose_mandate(item, mandates)
            if proven is None:
                self._problem("mandate_cover" if reason else "mandate_missing", f"entries/{number}", reason)
                continue
            used.add(proven_order(proven))
            custody[number] = self._check_signature(number, item["entry"], proven["mandate"])
        for number, item in enumerate(mandates):
            if proven_order(item) not in used:
                self._problem("mandate_unused", f"mandates/{number}")
            self._check_mandate_path(number, item)
        self.checked.append(remark("checked_signatures", count=len(custody)))
        passkey, server = custody.count("passkey"), custody.count("server")
        self.checked.append(remark("checked_custody", passkey=passkey, server=server))
        if "device" in custody:
            self.checked.append(remark("checked_devices", count=custody.count("device")))

    def _check_signature(self, number: int, entry: Json, mandate: Json) -> str | None:
        key = PublicKey.from_dict(mandate["key"])
        try:
            verify_signature(entry["statement"], entry["signature"], key)
        except SignatureError as error:
            self._problem("signature", f"entries/{number}", error.code)
            return None
        return key.custody

    def _check_mandate_path(self, number: int, item: Json) -> None:
        mandate, path = item["mandate"], [bytes.fromhex(node) for node in item["path"]]
        key, leaf = mandate_key(mandate["id"]), mandate_leaf(mandate)
        if not check_path(bytes.fromhex(item["root"]), key, leaf, path):
            self._problem("mandate_path", f"mandates/{number}")

    def _check_chains(self) -> None:
        subjects: dict[str, list[tuple[int, Json]]] = defaultdict(list)
        ids: set[str] = set()
        for number, item in enumerate(self.bundle["entries"]):
            statement = item["entry"]["statement"]
            if statement["id"] in ids:
                self._problem("id_twice", f"entries/{number}")
            ids.add(statement["id"])
            subjects[statement["subject"]].append((number, item["entry"]))
        # Entries stand by index, and a subject's entries enter the log in their own order.
        for chain in subjects.values():
            for (earlier, before), (number, entry) in pairwise(chain):
                self._check_link(number, before, self.digests[earlier], entry)
        self.checked.append(remark("checked_chain"))

    def _check_link(self, number: int, before: Json, digest: str, entry: Json) -> None:
        one, two = before["place"], entry["place"]
        if one["seq"] >= two["seq"] or one["at"] > two["at"]:
            self._problem("chain_order", f"entries/{number}")
        elif one["seq"] + 1 == two["seq"] and two["prev"] != digest:
            self._problem("chain_prev", f"entries/{number}")

    def _check_heads(self) -> None:
        if self.checkpoint is None:
            return
        lasts = self._lasts()
        for number, head in enumerate(self.bundle.get("heads", ())):
            where, last = f"heads/{number}", lasts.pop(head["said"]["subject"], None)
            try:
                check_head(head, self.bundle["authority"], self.checkpoint)
            except HeadError as error:
                self._problem("head_wrong", where, error.code)
                continue
            more = None if last is None else ending(head, *last)
            if more is None:
                self._problem("head_wrong", where, "entries")
            else:
                code = "ending_more" if more else "ending_shown"
                self.endings.append(remark(code, where, count=more, size=self.checkpoint.size))
        # The first entry of a log is shown for its key, not for what it is about.
        first = {item["entry"]["statement"]["subject"] for item in self.bundle["entries"][:1]}
        if lasts.keys() - first:
            self.endings.insert(0, remark("ending_unknown"))
        if any(
            item["entry"]["place"]["effect"].get("result") == "revoked" for item in self.bundle["entries"]
        ):
            self.endings.insert(0, remark("ending_revoked"))

    def _lasts(self) -> dict[str, tuple[int, str]]:
        """Number and digest of the last entry shown of each subject."""
        lasts = {}
        for item, digest in zip(self.bundle["entries"], self.digests, strict=True):
            entry = item["entry"]
            lasts[entry["statement"]["subject"]] = entry["place"]["seq"], digest
        return lasts

    def _check_opened(self, opened: list[OpenedVerdict]) -> None:
        known = {
            pair for item in self.bundle["entries"] for pair in commitments_of(item["entry"]["statement"])
        }
        claimed: set[str] = set()
        for number, item in enumerate(self.bundle["opened"]):
            where = f"opened/{number}"
            if not (
                self._is_member(item) if "index" in item else (item["part"], item["commitment"]) in known
            ):
                self._problem("opened_unknown", where, item["part"])
            if "file" in item:
                opened.append(self._check_file(where, item, claimed))
                continue
            if commit_value(unb64u(item["salt"]), item["value"]) != item["commitment"]:
                self._problem("opened_wrong", where, item["part"])
            opened.append(OpenedVerdict(item["part"], item["commitment"], "value", None, None, 0))
        for name in sorted(set(self.files) - claimed):
            self._problem("file_unclaimed", "", name)
        if opened:
            self.checked.append(remark("checked_opened", count=len(opened)))

    def _is_member(self, item: Json) -> bool:
        """Whether a member's path leads to the root of a batch that an entry of the bundle writes."""
        for shown in self.bundle["entries"]:
            entry = shown["entry"]
            root, count = batch_of(entry).get(item["part"], ("", 0))
            if root and root == root_of_member(item["commitment"], item["index"], count, item["path"]):
                return True
        return False

    def _check_file(self, where: str, item: Json, claimed: set[str]) -> OpenedVerdict:
        size, rest = item["file"]["size"], 0
        name = next((name for name in (item["commitment"], item["part"]) if name in self.files), None)
        if name is None:
            self._problem("file_missing", where, item["part"])
        else:
            claimed.add(name)
            begin = memoryview(self.files[name])[:size]
            rest = len(self.files[name]) - len(begin)
            commitment = commit_file(unb64u(item["salt"]), [begin])
            digest = sha256(begin).hexdigest()
            if len(begin) != size or digest != item["file"]["sha256"] or commitment != item["commitment"]:
                self._problem("file_wrong", where, item["part"])
            elif rest and not self.continues:
                self.problems.append(remark("file_continues", where, item["part"], count=rest))
        return OpenedVerdict(item["part"], item["commitment"], "file", item["file"]["sha256"], size, rest)

    def _take_notes(self, opened: list[OpenedVerdict]) -> None:
        if self.checkpoint is not None:
            self.notes.append(remark("note_as_of", size=self.checkpoint.size))
        if not self.witnesses:
            self.notes.append(remark("note_not_witnessed"))
        if self.demo:
            self.notes.append(remark("note_simulated_clock"))
        last: dict[str, int] = {}
        gaps = 0
        for item in self.bundle["entries"]:
            subject, seq = item["entry"]["statement"]["subject"], item["entry"]["place"]["seq"]
            gaps += max(0, seq - last.get(subject, -1) - 1)
            last[subject] = seq
        if gaps:
            self.notes.append(remark("note_gaps", count=gaps))
        effects = [item["entry"]["place"]["effect"] for item in self.bundle["entries"]]
        if unshown := sum(effect.get("shown") is False for effect in effects):
            self.notes.append(remark("note_unshown", count=unshown))
        for item in opened:
            if item.rest:
                self.notes.append(remark("note_file_continues", "", item.part, count=item.rest))


def _entry_verdict(item: Json, custody: str | None, digest: str) -> EntryVerdict:
    statement, place = item["entry"]["statement"], item["entry"]["place"]
    signature = item["entry"]["signature"]
    batch = signature.get("batch") if type(signature) is dict else None
    size = batch.get("size") if type(batch) is dict else None
    return EntryVerdict(
        index=item["index"],
        subject=statement["subject"],
        seq=place["seq"],
        act=statement["act"],
        by=statement["by"],
        for_=statement["for"],
        at=place["at"],
        custody=custody,
        batch=size if type(size) is int else None,
        digest=digest,
    )
