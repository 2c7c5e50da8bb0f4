/* The verdict on a signed PDF: the bundle's, what was appended to the attested draft, both signatures.
   The same rules as the server's. What this verifier does not understand it calls unchecked, and never valid. */

import { BUNDLE, ChangedError, checkAppended, inflate } from "./verify-changes.js";
import { checkSignature } from "./verify-cms.js";
import { UncheckedError } from "./verify-der.js";
import { Reader, lettersOf } from "./verify-pdf-parts.js";
import { PDF_TEXTS, UNCHECKED } from "./verify-pdf-texts.js";
import { fromHex, sha256, toHex } from "./verify-proofs.js";
import { verifyDocument } from "./verify.js";

const BRACE = 0x7b;
const FIELDS = ["chair", "agency"];
const MOST_SIGNATURES = 8;
const NOT_ORIGINAL = ["not_pdf", "no_bundle", "copy"];
const SIGNATURE = /\/Contents <([0-9A-F]*)>\n\/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\] *\n/g;
const RANGE = /\/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]/g;

function remark(code, detail = "", facts = {}) {
  const fill = (text) => text.replace(/\{([a-z]+)\}/g, (_, name) => String(facts[name]));
  const [vi, en] = code === "unchecked" ? UNCHECKED : PDF_TEXTS[code];
  return { code, where: "pdf", detail, vi: fill(vi), en: fill(en) };
}

export const isPdf = (bytes) => new TextDecoder("latin1").decode(bytes.subarray(0, 5)) === "%PDF-";

/** The verdict on what is no bundle: a signed PDF, or anything else that somebody holds. */
export async function verifyPdf(bytes, trust) {
  const carried = isPdf(bytes) ? await bundlesInPdf(bytes) : [];
  if (!carried.length) return isPdf(bytes) ? withoutBundle(bytes) : unproven([remark("not_pdf")]);
  const pdf = await judge(bytes, carried.at(-1));
  const verdict = await verifyDocument(carried.at(-1), bytes, trust);
  const problems = [...verdict.problems, ...pdf.problems];
  const notes = verdict.notes.filter(({ code }) => code !== "note_file_continues");
  const valid = !problems.length;
  return {
    ...verdict, valid, problems, answer: valid ? verdict.answer : answerOf(problems),
    notes: [...notes, ...(valid ? pdf.notes : [])],
  };
}

/** A file that somebody signed and that carries no bundle, as stamped drawings are: its last signature speaks for all. */
async function withoutBundle(bytes) {
  const text = lettersOf(bytes);
  if (![...text.matchAll(RANGE)].some((range) => isFramed(text, range))) return unproven([remark("no_bundle")]);
  const found = { problems: [], notes: [] };
  const last = [...text.matchAll(SIGNATURE)].at(-1);
  if (!last) return unproven([remark("unchecked", "signature")]);
  const { end, signer } = await checkOne(bytes, text, last, 1, [], found);
  if (end !== bytes.length) found.problems.push(remark("not_whole"));
  if (!found.problems.length) found.problems.push(remark("sealed", "", { name: signer }));
  return { ...unproven(found.problems), notes: found.notes };
}

function answerOf(problems) {
  const codes = problems.map(({ code }) => code);
  if (codes.length === 1 && codes[0] === "sealed") return "sealed";
  if (codes.some((code) => NOT_ORIGINAL.includes(code))) return "not_original";
  return codes.every((code) => code === "unchecked") ? "unchecked" : "not_valid";
}

function unproven(problems) {
  return {
    valid: false, answer: answerOf(problems), problems, checked: [], notes: [], authority: null, origin: null,
    as_of: null, witnesses: [], witnessed: false, simulated_clock: null, entries: [], opened: [], endings: [],
  };
}

async function judge(bytes, bundle) {
  const found = { problems: [], notes: [] };
  const text = lettersOf(bytes);
  const said = parsed(bundle);
  const size = await originalSize(bytes, said);
  if (size === null) {
    found.problems.push(remark("draft_missing"));
    if (![...text.matchAll(RANGE)].some((range) => isFramed(text, range))) found.problems.push(remark("copy"));
    return found;
  }
  const roots = said?.entries?.[0]?.entry?.place?.effect?.document_roots;
  const signatures = await checkSignatures(bytes, text, size, Array.isArray(roots) ? roots : [], found);
  const last = signatures.at(-1);
  if (!last || last.end !== bytes.length) found.problems.push(remark(last ? "not_whole" : "signatures_missing"));
  await checkStructure(bytes, bundle, size, signatures, found);
  return found;
}

function parsed(bundle) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bundle));
  } catch {
    return null;
  }
}

/** How long the attested draft is, if the file begins with it. */
async function originalSize(bytes, said) {
  for (const item of Array.isArray(said?.opened) ? said.opened : []) {
    const size = item?.file?.size;
    if (!Number.isSafeInteger(size) || size < 1 || size > bytes.length) continue;
    if (toHex(await sha256(bytes.subarray(0, size))) === item.file.sha256) return size;
  }
  return null;
}

function isFramed(text, [, begin, end]) {
  return text[Number(begin)] === "<" && text[Number(end) - 1] === ">";
}

async function checkSignatures(bytes, text, size, roots, found) {
  const signatures = [];
  for (const match of [...text.matchAll(SIGNATURE)].filter(({ index }) => index >= size).slice(0, MOST_SIGNATURES + 1)) {
    signatures.push(await checkOne(bytes, text, match, signatures.length + 1, roots, found));
  }
  return signatures;
}

/** Where a signature stands, where what it covers ends, and who signed; what is wrong with it goes to `found`. */
async function checkOne(bytes, text, match, number, roots, found) {
  const [begin, end, rest] = match.slice(2).map(Number);
  const fits = match.index + "/Contents ".length === begin && end === begin + match[1].length + 2;
  const signed = [bytes.subarray(0, begin), bytes.subarray(end, end + rest)];
  let signer = "";
  try {
    if (!fits || end + rest > bytes.length || number > MOST_SIGNATURES) throw new Error("range");
    const said = await checkSignature(fromHex(match[1]), signed, claimedTime(text, match.index), roots);
    signer = said.signer;
    tellSigner(said, found);
  } catch (error) {
    const code = error instanceof UncheckedError ? "unchecked" : "signature_invalid";
    found.problems.push(remark(code, error.message, { name: `#${number}` }));
  }
  return { place: match.index, end: end + rest, signer };
}

function tellSigner({ signer, trusted, stamp }, found) {
  if (trusted === false) found.problems.push(remark("signer_unknown", signer, { name: signer }));
  if (trusted === null && !found.notes.some(({ code }) => code === "signers_unchecked")) {
    found.notes.push(remark("signers_unchecked"));
  }
  found.notes.push(remark("signed", "", { name: signer }));
  if (stamp) found.notes.push(remark("stamped", "", { name: signer, ...stamp }));
}

/** The time that a signature claims, from its dictionary; now, where it claims none. */
function claimedTime(text, index) {
  const dictionary = new Reader(text, text.lastIndexOf("<<", index)).value();
  const said = dictionary.map.get("M")?.value ?? "";
  const match = said.match(/^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-]\d\d)'(\d\d)'?)$/);
  if (!match && said) throw new UncheckedError("time");
  if (!match) return Date.now();
  const [year, month, day, hour, minute, second] = match.slice(1);
  const zone = match[7] ? `${match[7]}:${match[8]}` : "Z";
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
}

/** Each signature covers its revision, the last one the file; between them stands nothing else. */
async function checkStructure(bytes, bundle, size, signatures, found) {
  try {
    const appended = await checkAppended(bytes, size);
    const names = appended.fields.map(({ name }) => name);
    if (!FIELDS.every((name) => names.includes(name))) found.problems.push(remark("signatures_missing"));
    const same = appended.bundle?.length === bundle.length && bundle.every((byte, place) => byte === appended.bundle[place]);
    if (!same) found.problems.push(remark("unchecked", BUNDLE));
    const covered = appended.fields.length === signatures.length && appended.fields.every((field, number) => {
      const { place, end } = signatures[number];
      return place > field.dictionary.start && place < field.end && end === field.end;
    });
    if (!covered) found.problems.push(remark("unchecked", "revisions"));
  } catch (error) {
    if (error instanceof ChangedError) found.problems.push(remark("changed", error.message));
    else found.problems.push(remark("unchecked", error.message));
  }
}

/** The attachments of a PDF that begin like a bundle, in the order of the file; however the file is written. */
export async function bundlesInPdf(bytes) {
  const text = lettersOf(bytes);
  const found = [];
  for (const { index } of text.matchAll(/\/EmbeddedFile(?![A-Za-z])/g)) {
    const data = await attachmentAt(bytes, text, index);
    if (data?.[0] === BRACE && isBundle(data)) found.push(data);
  }
  return found;
}

const isBundle = (data) => new TextDecoder("latin1").decode(data).includes('"checkpoint":');

async function attachmentAt(bytes, text, index) {
  const [begin, end] = [text.lastIndexOf(" obj", index), text.indexOf("stream", index)];
  if (begin < 0 || end < 0) return null;
  const header = text.slice(begin, end);
  const start = end + "stream".length + (text.startsWith("stream\r\n", end) ? 2 : 1);
  const length = header.match(/\/Length\s+(\d+)(?!\s+\d+\s+R)/);
  const stop = length ? start + Number(length[1]) : text.indexOf("endstream", start);
  const data = bytes.subarray(start, stop);
  return header.includes("/FlateDecode") ? inflate(data) : data;
}
