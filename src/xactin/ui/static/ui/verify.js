/* The verdict on a proof bundle, calculated in the visitor's browser.

   verifyBundle(bytes, trust, files) gives what the Python kernel's verify_bundle gives: `trust` from
   parseTrust(text) (verifier keys, one a line), `files` an object of part -> Uint8Array. */

import { FormError, canonical, checkBundle, coverFault, hasFields, parseCanonical } from "./verify-forms.js";
import {
  ProofError, checkKey, commitment, effectDigest, entryDigest, fromHex, isIncluded, isMandated, isSupported, keyId, openNote,
  parseCheckpoint, parseVerifierKey, publishedLeaf, rootOfMember, sha256, toHex, verifySignature,
} from "./verify-proofs.js";
import { ending, headFault } from "./verify-heads.js";
import { TEXTS } from "./verify-texts.js";

const EMPTY_ROOT = "0".repeat(64);

/** Verifier keys, one a line; empty lines and lines that begin with # say nothing. */
export async function parseTrust(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return Promise.all(lines.filter((line) => line && !line.startsWith("#")).map(parseVerifierKey));
}

export function remark(code, where = "", detail = "", facts = {}) {
  const fill = (text) => text.replace(/\{([a-z]+)\}/g, (_, name) => String(facts[name]));
  return { code, where, detail, vi: fill(TEXTS[code][0]), en: fill(TEXTS[code][1]) };
}

/** The verdict. Never throws for bad data; throws Error("unsupported") where the browser lacks Ed25519. */
export const verifyBundle = (bytes, trust, files = {}) => verified(bytes, trust, files, false);

async function verified(bytes, trust, files, continues) {
  if (!(await isSupported())) throw new Error("unsupported");
  try {
    const bundle = parseCanonical(bytes);
    await checkBundle(bundle, { checkKey, effectDigest });
    return await new Verifier(bundle, trust, files, continues).verdict();
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    return {
      valid: false, problems: [remark(error.code, error.where, error.detail)], checked: [], notes: [], authority: null,
      origin: null, as_of: null, witnesses: [], witnessed: false, simulated_clock: null, entries: [], opened: [], endings: [],
      answer: error.code === "unreadable" ? "not_original" : "not_valid",
    };
  }
}

/** The verdict on a document that carries its own bundle: not valid unless an opened file is its beginning.
    What follows that beginning is the caller's to judge: verify-pdf.js does. */
export async function verifyDocument(bytes, document, trust) {
  const files = Object.fromEntries((await matchFiles(bytes, [document])).map(([item]) => [item.commitment, document]));
  const verdict = await verified(bytes, trust, files, true);
  if (Object.keys(files).length) return verdict;
  const answer = verdict.answer === "not_original" ? verdict.answer : "not_valid";
  return { ...verdict, valid: false, answer, problems: [...verdict.problems, remark("document_other")] };
}

/** Pairs [opened item, file bytes] for the given files that are, from their start, what the bundle speaks of. */
export async function matchFiles(bytes, given) {
  let bundle;
  try {
    bundle = parseCanonical(bytes);
    await checkBundle(bundle, { checkKey, effectDigest });
  } catch (error) {
    if (error instanceof FormError) return [];
    throw error;
  }
  const pairs = [];
  for (const item of bundle.opened.filter((one) => "file" in one)) {
    for (const file of given) {
      const begin = file.subarray(0, item.file.size);
      if (toHex(await sha256(begin)) === item.file.sha256) pairs.push([item, file]);
    }
  }
  return pairs;
}

class Verifier {
  problems = [];
  checked = [];
  notes = [];
  checkpoint = null;
  log = null;
  witnesses = [];
  demo = null;
  custody = [];
  opened = [];
  endings = [];

  constructor(bundle, trust, files, continues) {
    Object.assign(this, { bundle, trust, files, continues });
  }

  async verdict() {
    const stages = ["Checkpoint", "Genesis", "Inclusion", "Signatures", "Chains", "Heads", "Opened"];
    for (const stage of stages) {
      // What a stage says was checked is kept only if it found no problem.
      const [found, said] = [this.problems.length, this.checked.length];
      await this[`check${stage}`]();
      if (this.problems.length > found) this.checked.length = said;
    }
    this.takeNotes();
    const valid = this.problems.length === 0;
    const revoked = this.endings.some(({ code }) => code === "ending_revoked");
    return {
      valid,
      answer: !valid ? "not_valid" : revoked ? "revoked" : "valid",
      problems: this.problems,
      checked: this.checked,
      notes: this.notes,
      authority: this.bundle.authority,
      origin: this.checkpoint?.origin ?? null,
      as_of: this.checkpoint?.size ?? null,
      witnesses: this.witnesses,
      witnessed: this.witnesses.length > 0,
      simulated_clock: this.demo,
      entries: await Promise.all(this.bundle.entries.map((item, number) => entryVerdict(item, this.custody[number] ?? null))),
      opened: this.opened,
      endings: this.endings,
    };
  }

  problem(code, where = "", detail = "") {
    this.problems.push(remark(code, where, detail));
  }

  says(code, facts = {}) {
    this.checked.push(remark(code, "", "", facts));
  }

  async checkCheckpoint() {
    let note;
    try {
      note = await openNote(this.bundle.checkpoint, this.trust);
      this.checkpoint = parseCheckpoint(note.text);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      const form = ["note", "checkpoint"].includes(error.code);
      this.problem(form ? "checkpoint_form" : "checkpoint_signature", "checkpoint", error.code);
      return;
    }
    for (const { key, time } of note.signatures) {
      if (time !== null) this.witnesses.push({ name: key.name, time: new Date(time * 1000).toISOString() });
      else if (key.name === this.checkpoint.origin) this.log = key;
      else this.problem("checkpoint_line_unknown", "checkpoint", key.name);
    }
    if (!this.log) {
      this.problem("log_unknown", "checkpoint", this.checkpoint.origin);
      return;
    }
    for (const name of note.unknown) this.problem("checkpoint_line_unknown", "checkpoint", name);
    this.says("checked_checkpoint", this.checkpoint);
    for (const witness of this.witnesses) this.says("checked_witness", witness);
  }

  async checkGenesis() {
    const first = this.bundle.entries[0];
    if (first?.index !== 0) {
      this.problem("genesis_missing", "entries");
      return;
    }
    if (!this.log) return;
    if (first.mandates !== EMPTY_ROOT) this.problem("genesis_wrong", "entries/0", "mandates");
    const fault = await this.genesisFault(first.entry);
    if (fault) this.problem("genesis_wrong", "entries/0", fault);
    else this.demo = first.entry.place.effect.demo;
    this.says("checked_genesis", this.bundle);
  }

  async genesisFault({ statement, signature, place }) {
    if (statement.act !== "authority.genesis") return "act";
    if (statement.subject !== `authority:${statement.authority}`) return "subject";
    if (place.effect.log !== this.log.text) return "log";
    if (place.effect.origin !== this.log.name) return "origin";
    if (typeof place.effect.demo !== "boolean") return "demo";
    const encoded = btoa(String.fromCharCode(...this.log.public));
    const key = {
      id: await keyId("ed25519", this.log.public),
      alg: "ed25519",
      public: encoded.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
    };
    return faultOf(() => verifySignature(statement, signature, key));
  }

  async checkInclusion() {
    for (const [number, item] of this.bundle.entries.entries()) {
      if (item.entry.statement.authority !== this.bundle.authority) this.problem("authority_other", `entries/${number}`);
      if (!this.checkpoint) continue;
      const { size, root } = this.checkpoint;
      const leaf = await publishedLeaf(item.entry, item.mandates);
      if (!(await isIncluded(leaf, item.index, size, item.inclusion.map(fromHex), root))) {
        this.problem("inclusion", `entries/${number}`);
      }
    }
    if (this.checkpoint) this.says("checked_inclusion", { count: this.bundle.entries.length });
  }

  async checkSignatures() {
    const { entries, mandates } = this.bundle;
    const used = new Set();
    for (const [number, item] of entries.entries()) {
      this.custody.push(null);
      if (item.index === 0) {
        this.custody[number] = this.demo === null ? null : "log";
        continue;
      }
      const { proven, reason } = chooseMandate(item, mandates);
      if (!proven) {
        this.problem(reason ? "mandate_cover" : "mandate_missing", `entries/${number}`, reason);
        continue;
      }
      used.add(proven);
      const { statement, signature } = item.entry;
      const fault = await faultOf(() => verifySignature(statement, signature, proven.mandate.key));
      if (fault) this.problem("signature", `entries/${number}`, fault);
      else this.custody[number] = proven.mandate.key.custody;
    }
    for (const [number, item] of mandates.entries()) {
      if (!used.has(item)) this.problem("mandate_unused", `mandates/${number}`);
      const stands = await isMandated(fromHex(item.root), item.mandate, item.path.map(fromHex));
      if (!stands) this.problem("mandate_path", `mandates/${number}`);
    }
    const count = (kind) => this.custody.filter((item) => item === kind).length;
    this.says("checked_signatures", { count: entries.length });
    this.says("checked_custody", { passkey: count("passkey"), server: count("server") });
    if (count("device")) this.says("checked_devices", { count: count("device") });
  }

  async checkChains() {
    const [ids, last] = [new Set(), new Map()];
    const links = new Map();
    for (const [number, { entry }] of this.bundle.entries.entries()) {
      const { id, subject } = entry.statement;
      if (ids.has(id)) this.problem("id_twice", `entries/${number}`);
      ids.add(id);
      const before = last.get(subject);
      links.set(subject, [...(links.get(subject) ?? []), ...(before ? [{ number, before, entry }] : [])]);
      last.set(subject, entry);
    }
    for (const chain of links.values()) for (const link of chain) await this.checkLink(link);
    this.says("checked_chain");
  }

  async checkLink({ number, before, entry }) {
    const [one, two] = [before.place, entry.place];
    if (one.seq >= two.seq || one.at > two.at) this.problem("chain_order", `entries/${number}`);
    else if (one.seq + 1 === two.seq && two.prev !== (await entryDigest(before))) this.problem("chain_prev", `entries/${number}`);
  }

  async checkHeads() {
    if (!this.checkpoint) return;
    const lasts = new Map();
    for (const { entry } of this.bundle.entries) lasts.set(entry.statement.subject, entry);
    for (const [number, head] of (this.bundle.heads ?? []).entries()) {
      const where = `heads/${number}`;
      const last = lasts.get(head.said.subject);
      lasts.delete(head.said.subject);
      const fault = await headFault(head, this.bundle.authority, this.checkpoint);
      const more = fault || !last ? null : ending(head, last.place.seq, await entryDigest(last));
      if (more === null) this.problem("head_wrong", where, fault || "entries");
      else {
        const facts = { count: more, size: this.checkpoint.size };
        this.endings.push(remark(more ? "ending_more" : "ending_shown", where, "", facts));
      }
    }
    // The first entry of a log is shown for its key, not for what it is about.
    lasts.delete(this.bundle.entries[0]?.entry.statement.subject);
    if (lasts.size) this.endings.unshift(remark("ending_unknown"));
    const revoked = this.bundle.entries.some(({ entry }) => entry.place.effect.result === "revoked");
    if (revoked) this.endings.unshift(remark("ending_revoked"));
  }

  async checkOpened() {
    const known = new Set(this.bundle.entries.flatMap(({ entry }) => commitments(entry.statement)));
    const claimed = new Set();
    for (const [number, item] of this.bundle.opened.entries()) {
      const where = `opened/${number}`;
      const shown = "index" in item ? await this.isMember(item) : known.has(`${item.part} ${item.commitment}`);
      if (!shown) this.problem("opened_unknown", where, item.part);
      if ("file" in item) {
        await this.checkFile(where, item, claimed);
        continue;
      }
      const made = await commitment("value", item.salt, canonical(item.value));
      if (made !== item.commitment) this.problem("opened_wrong", where, item.part);
      const about = { part: item.part, commitment: item.commitment };
      this.opened.push({ ...about, kind: "value", sha256: null, size: null, rest: 0 });
    }
    const unclaimed = Object.keys(this.files).filter((name) => !claimed.has(name));
    for (const name of unclaimed.sort()) this.problem("file_unclaimed", "", name);
    if (this.opened.length) this.says("checked_opened", { count: this.opened.length });
  }

  /** Whether a member's path leads to the root of a batch that an entry of the bundle writes. */
  async isMember(item) {
    for (const { entry } of this.bundle.entries) {
      const { part, root, count } = batchOf(entry);
      if (part === item.part && root === (await rootOfMember(item, count))) return true;
    }
    return false;
  }

  async checkFile(where, item, claimed) {
    const { size, sha256: digest } = item.file;
    const name = [item.commitment, item.part].find((key) => Object.hasOwn(this.files, key));
    let rest = 0;
    if (name === undefined) {
      this.problem("file_missing", where, item.part);
    } else {
      claimed.add(name);
      const begin = this.files[name].subarray(0, size);
      rest = this.files[name].length - begin.length;
      const same = begin.length === size && toHex(await sha256(begin)) === digest;
      if (!same || (await commitment("file", item.salt, begin)) !== item.commitment) {
        this.problem("file_wrong", where, item.part);
      } else if (rest && !this.continues) {
        this.problems.push(remark("file_continues", where, item.part, { count: rest }));
      }
    }
    this.opened.push({ part: item.part, commitment: item.commitment, kind: "file", sha256: digest, size, rest });
  }

  takeNotes() {
    const note = (...given) => this.notes.push(remark(...given));
    if (this.checkpoint) note("note_as_of", "", "", this.checkpoint);
    if (!this.witnesses.length) note("note_not_witnessed");
    if (this.demo) note("note_simulated_clock");
    const last = new Map();
    let gaps = 0;
    for (const { entry } of this.bundle.entries) {
      const [subject, seq] = [entry.statement.subject, entry.place.seq];
      gaps += Math.max(0, seq - (last.get(subject) ?? -1) - 1);
      last.set(subject, seq);
    }
    if (gaps) note("note_gaps", "", "", { count: gaps });
    const unshown = this.bundle.entries.filter(({ entry }) => entry.place.effect.shown === false).length;
    if (unshown) note("note_unshown", "", "", { count: unshown });
    for (const item of this.opened) if (item.rest) note("note_file_continues", "", item.part, { count: item.rest });
  }
}

/** "" or the code of the ProofError that `check` throws. */
async function faultOf(check) {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    return error.code;
  }
  return "";
}

function chooseMandate(shown, mandates) {
  const { statement, place } = shown.entry;
  let reason = "";
  for (const proven of mandates) {
    if (proven.root !== shown.mandates || proven.mandate.key.id !== statement.key) continue;
    const fault = coverFault(proven.mandate, statement, place.at);
    if (!fault) return { proven, reason: "" };
    reason ||= fault;
  }
  return { proven: null, reason };
}

/** The one batch that an entry writes, where statement and effect say the same of it. */
function batchOf({ statement, place }) {
  const parts = Object.keys(statement.wrote ?? {}).filter((part) => part.startsWith("batch."));
  const told = place.effect.batch;
  const fits = parts.length === 1 && hasFields(told, ["n"]) && Number.isSafeInteger(told.n) && told.n >= 1;
  return fits ? { part: parts[0], root: statement.wrote[parts[0]], count: told.n } : {};
}

function commitments(statement) {
  const pairs = [...Object.entries(statement.saw ?? {}), ...Object.entries(statement.wrote ?? {})];
  if (statement.content !== null) pairs.push(["content", statement.content]);
  return pairs.map(([part, item]) => `${part} ${item}`);
}

async function entryVerdict({ entry, index }, custody) {
  const { statement, signature, place } = entry;
  const size = signature?.batch?.size;
  return {
    index,
    subject: statement.subject,
    seq: place.seq,
    act: statement.act,
    by: statement.by,
    for: statement.for,
    at: place.at,
    custody,
    batch: Number.isSafeInteger(size) ? size : null,
    digest: await entryDigest(entry),
  };
}
