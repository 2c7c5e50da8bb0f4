/* Hashing, trees, notes and signatures in the browser, by WebCrypto alone. */

import { canonical, hasFields, isDigest } from "./verify-forms.js";

const utf8 = (text) => new TextEncoder().encode(text);

export class ProofError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export function concat(...pieces) {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}

export const sha256 = async (...pieces) => new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...pieces)));
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const equal = (one, two) => one.length === two.length && one.every((byte, place) => byte === two[place]);

/* Binary in text: base64url without padding in our documents, padded base64 in notes; one spelling each. */

const encode64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

function decode64(text) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
  return encode64(bytes) === text ? bytes : null;
}

const encodeUrl = (bytes) => encode64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export function decodeUrl(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) throw new ProofError("base64url");
  const padded = text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4);
  const bytes = decode64(padded);
  if (bytes === null) throw new ProofError("base64url");
  return bytes;
}

/* Trees. Sizes go beyond 32 bits, so halving is done by arithmetic. */

const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);
export const leafHash = (data) => sha256(ZERO, data);
const half = (number) => Math.floor(number / 2);

/** The root that a path leads to (RFC 9162, 2.1.3.2), or null. */
export async function rootFromPath(leaf, index, size, path) {
  if (!(index >= 0 && index < size)) return null;
  let [first, last, current] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (first % 2 === 1 || first === last) {
      current = await sha256(ONE, sibling, current);
      while (first % 2 === 0 && first > 0) [first, last] = [half(first), half(last)];
    } else {
      current = await sha256(ONE, current, sibling);
    }
    [first, last] = [half(first), half(last)];
  }
  return last === 0 ? current : null;
}

export async function isIncluded(leaf, index, size, path, root) {
  const found = await rootFromPath(leaf, index, size, path);
  return found !== null && equal(found, root);
}

/** Whether a mandate stands in the sparse tree with this root. */
export async function isMandated(root, mandate, path) {
  if (path.length > 256) return false;
  const key = await sha256(utf8(mandate.id));
  let current = await sha256(ZERO, key, await sha256(canonical(mandate)));
  for (const [number, sibling] of path.entries()) {
    const depth = path.length - 1 - number;
    const bit = (key[depth >> 3] >> (7 - (depth & 7))) & 1;
    current = bit ? await sha256(ONE, sibling, current) : await sha256(ONE, current, sibling);
  }
  return equal(current, root);
}

export const entryDigest = async (entry) => toHex(await sha256(canonical(entry)));

/** The leaf of the log for an entry, by the entry's digest. */
export async function leafOf(entry, mandates) {
  return leafHash(await sha256(canonical({ xt: 1, entry, mandates })));
}

export const publishedLeaf = async (entry, mandates) => leafOf(await entryDigest(entry), mandates);

/** The digest of an effect, as `saw` carries it. */
export const effectDigest = async (effect) => toHex(await sha256(utf8("xactin/v1/effect\0"), canonical(effect)));

/** The root of a batch that a member's place leads to, in hex; null where there can be no such place. */
export async function rootOfMember(item, count) {
  const root = await rootFromPath(await leafHash(fromHex(item.commitment)), item.index, count, item.path.map(fromHex));
  return root === null ? null : toHex(root);
}

export async function commitment(kind, salt, content) {
  return toHex(await sha256(utf8(`xactin/v1/${kind}\0`), decodeUrl(salt), content));
}

/* Keys and signatures. */

const COSE_HEAD = "a5010203262001215820";
const COSE_MIDDLE = "225820";

export async function keyId(alg, bytes) {
  return toHex(await sha256(utf8("xactin/v1/key\0"), utf8(alg), ZERO, bytes)).slice(0, 32);
}

const importEd25519 = (bytes) => crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);

/** Whether this browser can check both kinds of signature. */
export async function isSupported() {
  try {
    await importEd25519(fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
    return typeof "".isWellFormed === "function";
  } catch {
    return false;
  }
}

function importCose(bytes) {
  const hex = toHex(bytes);
  if (bytes.length !== 77 || !hex.startsWith(COSE_HEAD) || hex.slice(84, 90) !== COSE_MIDDLE) throw new ProofError("key_form");
  const point = concat(Uint8Array.of(4), bytes.subarray(10, 42), bytes.subarray(45));
  return crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
}

/** Throws unless a mandate's key is of its form. */
export async function checkKey(key) {
  const names = ["id", "alg", "public", "custody", "rp_id", "origins"];
  if (!hasFields(key, names) || !Array.isArray(key.origins)) throw new ProofError("key_form");
  const bytes = decodeUrl(key.public);
  if (key.alg === "ed25519") {
    if (!["server", "device"].includes(key.custody) || key.rp_id !== null || key.origins.length) throw new ProofError("key_form");
    await importEd25519(bytes);
  } else if (key.alg === "webauthn") {
    const texts = [key.rp_id, ...key.origins];
    const fits = texts.length > 1 && texts.every((item) => typeof item === "string" && item !== "");
    if (key.custody !== "passkey" || !fits) throw new ProofError("key_form");
    await importCose(bytes);
  } else {
    throw new ProofError("key_form");
  }
  if (key.id !== (await keyId(key.alg, bytes))) throw new ProofError("key_form");
}

export async function verifyEd25519(publicBytes, signature, message) {
  if (signature.length !== 64) return false;
  return crypto.subtle.verify({ name: "Ed25519" }, await importEd25519(publicBytes), signature, message);
}

/** Throws ProofError unless `signature` is one by `key` over `statement`. */
export async function verifySignature(statement, signature, key) {
  const batched = hasFields(signature, ["alg", "value", "batch"]);
  if (!batched && !hasFields(signature, ["alg", "value"])) throw new ProofError("signature_form");
  if (statement.key !== key.id) throw new ProofError("key_other");
  if (signature.alg !== key.alg) throw new ProofError("alg_other");
  const message = canonical(statement);
  if (key.alg === "webauthn") {
    const challenge = batched ? await batchRoot(message, signature.batch) : await sha256(message);
    await verifyAssertion(challenge, signature.value, key);
    return;
  }
  if (batched) throw new ProofError("signature_form");
  const value = decodeUrl(signature.value);
  if (!(await verifyEd25519(decodeUrl(key.public), value, message))) throw new ProofError("signature_wrong");
}

async function batchRoot(message, place) {
  const whole = (value) => Number.isSafeInteger(value);
  if (!hasFields(place, ["index", "size", "path"]) || !Array.isArray(place.path)) throw new ProofError("signature_form");
  if (!whole(place.index) || !whole(place.size) || !place.path.every(isDigest)) throw new ProofError("signature_form");
  const root = await rootFromPath(await leafHash(message), place.index, place.size, place.path.map(fromHex));
  if (root === null) throw new ProofError("challenge_wrong");
  return root;
}

async function verifyAssertion(challenge, value, key) {
  const names = ["credential_id", "authenticator_data", "client_data_json", "signature"];
  if (!hasFields(value, names)) throw new ProofError("signature_form");
  decodeUrl(value.credential_id);
  const authenticator = decodeUrl(value.authenticator_data);
  const clientJson = decodeUrl(value.client_data_json);
  const signature = decodeUrl(value.signature);
  checkClient(clientJson, encodeUrl(challenge), key);
  await checkAuthenticator(authenticator, key);
  const raw = rawSignature(signature);
  const signed = concat(authenticator, await sha256(clientJson));
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const holds = raw && (await crypto.subtle.verify(algorithm, await importCose(decodeUrl(key.public)), raw, signed));
  if (!holds) throw new ProofError("signature_wrong");
}

function checkClient(bytes, challenge, key) {
  let client = null;
  try {
    client = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new ProofError("client_type");
  }
  if (typeof client !== "object" || client === null || client.type !== "webauthn.get") throw new ProofError("client_type");
  if (client.challenge !== challenge) throw new ProofError("challenge_wrong");
  if (!key.origins.includes(client.origin)) throw new ProofError("origin_wrong");
  const crossOrigin = Object.hasOwn(client, "crossOrigin") ? client.crossOrigin : false;
  if (crossOrigin !== false || Object.hasOwn(client, "topOrigin")) throw new ProofError("cross_origin");
}

async function checkAuthenticator(data, key) {
  if (data.length < 37 || data.length > 37 !== Boolean(data[32] & 0xc0)) throw new ProofError("signature_form");
  if (!equal(data.subarray(0, 32), await sha256(utf8(key.rp_id)))) throw new ProofError("rp_wrong");
  if (!(data[32] & 0x01)) throw new ProofError("not_present");
  if (!(data[32] & 0x04)) throw new ProofError("not_verified");
}

/** DER to the 64 bytes that WebCrypto takes; null for DER that is not in its one spelling. */
function rawSignature(der) {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2 || der[1] > 127) return null;
  const raw = new Uint8Array(64);
  let place = 2;
  for (const end of [32, 64]) {
    const length = der[place + 1];
    const number = der.subarray(place + 2, place + 2 + length);
    if (der[place] !== 0x02 || length === 0 || number.length !== length || number[0] > 127) return null;
    if (length > 1 && number[0] === 0 && number[1] < 128) return null;
    const digits = number[0] === 0 ? number.subarray(1) : number;
    if (digits.length > 32) return null;
    raw.set(digits, end - digits.length);
    place += 2 + length;
  }
  return place === der.length ? raw : null;
}

/* Notes and checkpoints. */

const NAME = /^[!-*,-~]{1,200}$/;
const WITNESS = 4;
const LAST_SECOND = 253402300799n;

/** A verifier key `name+hash+key` of a log (kind 1) or a witness (kind 4). */
export async function parseVerifierKey(text) {
  const [name, hash] = text.split("+", 2);
  const data = decode64(text.slice(name.length + (hash ?? "").length + 2));
  const kind = data?.[0];
  if (!NAME.test(name) || data === null || data.length !== 33 || (kind !== 1 && kind !== WITNESS)) {
    throw new ProofError("verifier_key");
  }
  const id = (await sha256(utf8(`${name}\n`), data)).subarray(0, 4);
  if (toHex(id) !== hash) throw new ProofError("verifier_key");
  return { name, kind, public: data.subarray(1), id, text };
}

/** A note's text, the lines by `keys` that hold, and the names on lines by others. */
export async function openNote(note, keys) {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw new ProofError("note");
  const [text, tail] = [note.slice(0, end + 1), note.slice(end + 2, -1)];
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new ProofError("note");
  const [signatures, unknown] = [[], []];
  for (const line of tail.split("\n")) {
    const { name, data } = parseLine(line);
    const key = keys.find((item) => item.name === name && equal(item.id, data.subarray(0, 4)));
    if (!key) {
      unknown.push(name);
      continue;
    }
    if (signatures.some((item) => item.key.text === key.text)) throw new ProofError("note_twice");
    signatures.push({ key, time: await checkLine(key, text, data.subarray(4)) });
  }
  return { text, signatures, unknown };
}

function parseLine(line) {
  const [dash, name] = line.split(" ", 2);
  const data = name === undefined ? null : decode64(line.slice(dash.length + name.length + 2));
  if (dash !== "—" || !NAME.test(name) || data === null || data.length < 5) throw new ProofError("note");
  return { name, data };
}

async function checkLine(key, text, data) {
  let [time, signature, message] = [null, data, text];
  if (key.kind === WITNESS) {
    if (data.length !== 72) throw new ProofError("note_signature");
    time = new DataView(data.buffer, data.byteOffset).getBigUint64(0);
    if (time > LAST_SECOND) throw new ProofError("note_signature");
    [signature, message] = [data.subarray(8), `cosignature/v1\ntime ${time}\n${text}`];
  }
  if (!(await verifyEd25519(key.public, signature, utf8(message)))) throw new ProofError("note_signature");
  return time === null ? null : Number(time);
}

/** Origin, size and root of a checkpoint's text. */
export function parseCheckpoint(text) {
  const lines = text.split("\n");
  const root = lines.length === 4 && lines[3] === "" ? decode64(lines[2]) : null;
  const fits = root !== null && root.length === 32 && NAME.test(lines[0]) && /^(0|[1-9][0-9]{0,15})$/.test(lines[1]);
  if (!fits || !Number.isSafeInteger(Number(lines[1]))) throw new ProofError("checkpoint");
  return { origin: lines[0], size: Number(lines[1]), root };
}
