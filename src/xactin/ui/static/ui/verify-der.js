/* DER, certificates and the keys in them, as far as signatures of papers need them. One spelling each: lengths in
   their shortest form, nothing indefinite, nothing left over. What is beyond this file is "unchecked", never valid. */

import { concat, toHex } from "./verify-proofs.js";

/** A signature that is not what it must be. */
export class WrongError extends Error {}
/** What this verifier does not understand: it says so, and never that it holds. */
export class UncheckedError extends Error {}

export const wrong = (why) => {
  throw new WrongError(why);
};
export const unchecked = (why) => {
  throw new UncheckedError(why);
};

const MOST_DEPTH = 40;

/** The element at a place: {tag, whole, body}. */
function elementAt(bytes, place) {
  const tag = bytes[place];
  let [size, start] = [bytes[place + 1], place + 2];
  if (tag === undefined || size === undefined || (tag & 0x1f) === 0x1f) wrong("tag");
  if (size > 0x80 && size <= 0x84) {
    const digits = size & 0x7f;
    size = 0;
    for (let number = 0; number < digits; number += 1) size = size * 256 + (bytes[start + number] ?? wrong("length"));
    start += digits;
    if (size < 0x80 || size < 256 ** (digits - 1)) wrong("length");
  } else if (size >= 0x80) {
    wrong("length");
  }
  if (start + size > bytes.length) wrong("length");
  return { tag, whole: bytes.subarray(place, start + size), body: bytes.subarray(start, start + size) };
}

/** The elements that fill these bytes, each in its one spelling down to its leaves. */
export function elements(bytes, depth = 0) {
  if (depth > MOST_DEPTH) wrong("depth");
  const found = [];
  for (let place = 0; place < bytes.length; ) {
    const one = elementAt(bytes, place);
    if (one.tag & 0x20) elements(one.body, depth + 1);
    else if (one.tag === 2) checkInteger(one.body);
    found.push(one);
    place += one.whole.length;
  }
  return found;
}

function checkInteger(body) {
  if (!body.length || (body.length > 1 && body[0] === 0 && body[1] < 128)) wrong("integer");
  if (body.length > 1 && body[0] === 255 && body[1] > 127) wrong("integer");
}

/** The first element of bytes that may go on (as padding does). */
export const firstElement = (bytes) => elementAt(bytes, 0);

/** The members of a constructed element with this tag. */
export function members(one, tag = 0x30) {
  if (one?.tag !== tag) wrong("form");
  return elements(one.body);
}

export const oid = (one) => (one?.tag === 6 ? toHex(one.body) : wrong("oid"));
export const same = (one, two) => one.length === two.length && one.every((byte, place) => byte === two[place]);

export function isSmall(one, value) {
  return one?.tag === 2 && one.body.length === 1 && one.body[0] === value;
}

/** Milliseconds of a UTCTime or GeneralizedTime, both with seconds and Z. */
export function timeOf(one) {
  const text = new TextDecoder("latin1").decode(one.body);
  const short = one.tag === 0x17 && /^\d{12}Z$/.test(text);
  const long = one.tag === 0x18 && /^\d{14}(\.\d+)?Z$/.test(text);
  if (!short && !long) unchecked("time");
  const century = Number(text.slice(0, 2)) < 50 ? "20" : "19";
  const digits = short ? century + text : text;
  const [, y, m, d, h, n, s] = digits.match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/);
  const time = Date.parse(`${y}-${m}-${d}T${h}:${n}:${s}Z`);
  return Number.isNaN(time) ? unchecked("time") : time;
}

/* Keys and signature algorithms. */

export const HASHES = {
  "608648016503040201": "SHA-256",
  "608648016503040202": "SHA-384",
  "608648016503040203": "SHA-512",
};
const RSA = "2a864886f70d010101";
const EC = "2a8648ce3d0201";
const CURVES = { "2a8648ce3d030107": ["P-256", 32], "2b81040022": ["P-384", 48], "2b81040023": ["P-521", 66] };
const SIGNING = {
  "2a8648ce3d040302": ["EC", "SHA-256"],
  "2a8648ce3d040303": ["EC", "SHA-384"],
  "2a8648ce3d040304": ["EC", "SHA-512"],
  "2a864886f70d01010b": ["RSA", "SHA-256"],
  "2a864886f70d01010c": ["RSA", "SHA-384"],
  "2a864886f70d01010d": ["RSA", "SHA-512"],
};

/** Hash of an AlgorithmIdentifier for digests; its parameters are absent or NULL. */
export function hashOf(one) {
  const [name, ...parameters] = members(one);
  checkNone(parameters);
  return HASHES[oid(name)] ?? unchecked("digest");
}

function checkNone(parameters) {
  if (parameters.length > 1 || (parameters.length && toHex(parameters[0].whole) !== "0500")) wrong("parameters");
}

/** [kind, hash] of an AlgorithmIdentifier for signatures; `hash` where it does not say one (plain RSA). */
export function signingOf(one, hash = null) {
  const [name, ...parameters] = members(one);
  const id = oid(name);
  const found = SIGNING[id] ?? (id === RSA && hash ? ["RSA", hash] : unchecked("algorithm"));
  if (found[0] === "EC" && parameters.length) wrong("parameters");
  checkNone(parameters);
  return found;
}

/** Whether `signature` is one over `message` by the key of a SubjectPublicKeyInfo. */
export async function holds(spki, [kind, hash], signature, message) {
  const [algorithm] = members(spki);
  const [id, parameter] = members(algorithm);
  if (kind === "RSA") {
    if (oid(id) !== RSA) return false;
    const key = await imported(spki.whole, { name: "RSASSA-PKCS1-v1_5", hash });
    return crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, signature, message);
  }
  if (oid(id) !== EC) return false;
  const [curve, size] = CURVES[oid(parameter)] ?? unchecked("curve");
  const raw = rawSignature(signature, size);
  const key = await imported(spki.whole, { name: "ECDSA", namedCurve: curve });
  return raw !== null && crypto.subtle.verify({ name: "ECDSA", hash }, key, raw, message);
}

async function imported(spki, algorithm) {
  try {
    return await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
  } catch {
    return unchecked("key");
  }
}

/** r and s side by side, as WebCrypto takes them. */
function rawSignature(der, size) {
  const [one, ...rest] = elements(der);
  const numbers = one?.tag === 0x30 ? elements(one.body) : [];
  if (rest.length || numbers.length !== 2 || numbers.some((item) => item.tag !== 2 || item.body[0] > 127)) return null;
  const pieces = numbers.map(({ body }) => (body[0] === 0 ? body.subarray(1) : body));
  if (pieces.some((piece) => piece.length > size)) return null;
  return concat(...pieces.flatMap((piece) => [new Uint8Array(size - piece.length), piece]));
}

/* Certificates. */

const CONSTRAINTS = "551d13";
const USAGE = "551d0f";

export function certificate(whole) {
  const [one, ...rest] = elements(whole);
  const [tbs, algorithm, value, ...more] = members(one);
  if (rest.length || more.length || value?.tag !== 3 || value.body[0] !== 0) wrong("certificate");
  const [version, serial, inner, issuer, validity, subject, spki, ...others] = members(tbs);
  if (version?.tag !== 0xa0 || !same(inner.whole, algorithm.whole)) wrong("certificate");
  const [from, until] = members(validity).map(timeOf);
  const extensions = others.filter((item) => item.tag === 0xa3).flatMap((item) => members(members(item, 0xa3)[0]));
  const found = { whole, tbs, algorithm, signature: value.body.subarray(1), serial, issuer, subject, spki, from, until };
  return Object.assign(found, { ca: false, usage: null, strange: false }, ...extensions.map(extension));
}

function extension(one) {
  const [name, ...rest] = members(one);
  const critical = rest.length === 2 && toHex(rest[0].whole) === "0101ff";
  const value = rest.at(-1);
  if (value?.tag !== 4 || (rest.length === 2 && !critical)) wrong("extension");
  if (oid(name) === CONSTRAINTS) {
    const [ca] = members(elements(value.body)[0]);
    return { ca: ca?.tag === 1 && ca.body[0] === 255 };
  }
  if (oid(name) === USAGE) return { usage: elements(value.body)[0].body[1] ?? 0 };
  return critical ? { strange: true } : {};
}

export const issued = (below, above) =>
  holds(above.spki, signingOf(below.algorithm), below.signature, below.tbs.whole);

/** A part of a name by its OID ("550403" the common name), "" where it has none. */
export function nameOf(subject, wanted) {
  for (const set of members(subject)) {
    for (const pair of members(set, 0x31)) {
      const [name, text] = members(pair);
      if (oid(name) === wanted) return new TextDecoder(text.tag === 0x0c ? "utf-8" : "latin1").decode(text.body);
    }
  }
  return "";
}
