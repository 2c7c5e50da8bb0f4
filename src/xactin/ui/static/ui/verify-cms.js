/* The digital signature of a PDF (PAdES): its bytes in their one spelling, its signer, its time stamp.
   The same rules as the server's cms_form.py and token_form.py. */

import {
  certificate, elements, firstElement, hashOf, holds, isSmall, issued, members, nameOf, oid, same,
  signingOf, timeOf, unchecked, wrong,
} from "./verify-der.js";
import { concat, toHex } from "./verify-proofs.js";

const SIGNED_DATA = "2a864886f70d010702";
const DATA = "2a864886f70d010701";
const STAMP = "2a864886f70d0109100104";
const CONTENT_TYPE = "2a864886f70d010903";
const MESSAGE_DIGEST = "2a864886f70d010904";
const PROTECTION = "2a864886f70d010934";
const NAMED = "2a864886f70d010910020c";
const NAMED_V2 = "2a864886f70d010910022f";
const TOKEN = "2a864886f70d010910020e";
const MOST_CERTIFICATES = 8;
const digest = async (hash, bytes) => new Uint8Array(await crypto.subtle.digest(hash, bytes));

/** What a signature says, checked against the bytes it signs; WrongError or UncheckedError otherwise.
    `padded` are the bytes of /Contents, `signed` the pieces of the file around them, `at` the time it claims (ms),
    `roots` the sha256 of certificates that are trusted. */
export async function checkSignature(padded, signed, at, roots) {
  const { whole } = firstElement(padded);
  if (padded.subarray(whole.length).some(Boolean)) wrong("padding");
  const found = signedData(whole, 1, DATA);
  if (found.content) wrong("content");
  const chain = await wholeChain(found.certificates, found.signer.sid);
  const [leaf] = chain;
  const attributes = await checkSigner(found.signer, leaf, DATA, concat(...signed));
  const names = [CONTENT_TYPE, MESSAGE_DIGEST, NAMED_V2, PROTECTION];
  if (Object.keys(attributes).some((name) => !names.includes(name))) unchecked("attribute");
  const stamp = found.signer.beside ? await checkToken(found.signer.beside, found.signer.value) : null;
  return {
    signer: nameOf(leaf.subject, "550403"),
    trusted: await isTrusted(chain, at, roots),
    stamp,
  };
}

/** The parts of a SignedData with one signer, in the one shape that is written here. */
function signedData(whole, version, type) {
  const [info, ...rest] = elements(whole);
  const [kind, explicit, ...more] = members(info);
  if (rest.length || more.length || oid(kind) !== SIGNED_DATA) wrong("form");
  const [signed, ...beyond] = members(explicit, 0xa0);
  const parts = members(signed);
  if (beyond.length || parts.length !== 5 || !isSmall(parts[0], version)) wrong("version");
  const [digests, encapsulated, certificates, signers] = parts.slice(1);
  const [inner, content, ...other] = members(encapsulated);
  if (oid(inner) !== type || other.length) wrong("content");
  const [one, ...others] = members(signers, 0x31);
  const signer = signerInfo(one);
  const said = members(digests, 0x31);
  if (others.length || said.length !== 1 || !same(said[0].whole, signer.digest.whole)) wrong("algorithms");
  return { content, signer, certificates: members(certificates, 0xa0).map((item) => item.whole) };
}

function signerInfo(one) {
  const [version, sid, digestAlgorithm, signed, algorithm, value, beside, ...more] = members(one);
  if (!isSmall(version, 1) || signed?.tag !== 0xa0 || value?.tag !== 4 || more.length) wrong("signer");
  if (beside && beside.tag !== 0xa1) wrong("unsigned");
  const [issuer, serial, ...rest] = members(sid);
  if (rest.length || serial?.tag !== 2) wrong("signer");
  return { sid: { issuer, serial }, digest: digestAlgorithm, signed, algorithm, value: value.body, beside };
}

/** Checks who signed what; gives the signed attributes by their names. */
async function checkSigner(signer, leaf, type, content) {
  const hash = hashOf(signer.digest);
  const algorithm = signingOf(signer.algorithm, hash);
  if (algorithm[1] !== hash) wrong("algorithms");
  const attributes = {};
  for (const one of elements(signer.signed.body)) {
    const [name, values, ...rest] = members(one);
    const listed = members(values, 0x31);
    if (rest.length || listed.length !== 1 || oid(name) in attributes) wrong("attributes");
    [attributes[oid(name)]] = listed;
  }
  const told = attributes[MESSAGE_DIGEST];
  if (oid(attributes[CONTENT_TYPE]) !== type) wrong("content type");
  if (told?.tag !== 4 || !same(told.body, await digest(hash, content))) wrong("digest");
  await checkNamed(attributes, leaf);
  // Signed as a SET, though written with the tag [0].
  const message = concat(Uint8Array.of(0x31), signer.signed.whole.subarray(1));
  if (!(await holds(leaf.spki, algorithm, signer.value, message))) wrong("signature");
  return attributes;
}

/** RFC 5035: the signed attributes name the certificate by its hash, so that no other can stand in. */
async function checkNamed(attributes, leaf) {
  const attribute = attributes[NAMED_V2] ?? attributes[NAMED] ?? wrong("certificate");
  const [list] = members(attribute);
  const parts = members(members(list)[0]);
  const second = NAMED_V2 in attributes && parts[0].tag === 0x30;
  const hash = second ? hashOf(parts[0]) : NAMED_V2 in attributes ? "SHA-256" : "SHA-1";
  const value = parts[second ? 1 : 0];
  if (value?.tag !== 4 || !same(value.body, await digest(hash, leaf.whole))) wrong("certificate");
}

function ownOf(held, { issuer, serial }) {
  if (!held.length || held.length > MOST_CERTIFICATES) wrong("certificates");
  const left = held.map(certificate);
  const own = left.filter((one) => same(one.serial.whole, serial.whole) && same(one.issuer.whole, issuer.whole));
  if (own.length !== 1) wrong("certificates");
  return [own[0], left.filter((one) => one !== own[0])];
}

/** The signer's certificate and its issuers, each signed by the next, and nothing else. */
async function wholeChain(held, sid) {
  let [last, left] = ownOf(held, sid);
  const chain = [last];
  while (left.length) {
    const above = left.filter((one) => same(one.subject.whole, last.issuer.whole));
    if (above.length !== 1 || !(await issued(last, above[0]))) wrong("certificates");
    left = left.filter((one) => one !== above[0]);
    [last] = above;
    chain.push(last);
  }
  if (same(last.subject.whole, last.issuer.whole) && !(await issued(last, last))) wrong("certificates");
  return chain;
}

/** Whether the signer stands under a trusted root at a time; null where no root is known. */
async function isTrusted(chain, at, roots) {
  if (!roots.length) return null;
  const digests = await Promise.all(chain.map((one) => digest("SHA-256", one.whole)));
  const end = digests.findIndex((one) => roots.includes(toHex(one)));
  if (end < 0) return false;
  const path = chain.slice(0, end + 1);
  if (path.some((one) => one.strange)) unchecked("certificate");
  if (path.some((one) => at < one.from || at > one.until)) return false;
  if (path[0].usage === null) unchecked("usage");
  const signs = Boolean(path[0].usage & 0x80);
  return signs && path.slice(1).every((one) => one.ca && (one.usage === null || Boolean(one.usage & 0x04)));
}

/** The time stamp of a signature: {by, at}. It is all that may stand beside what is signed. */
async function checkToken(beside, value) {
  const attributes = elements(beside.body);
  const [name, values] = attributes.length === 1 ? members(attributes[0]) : wrong("unsigned");
  const tokens = members(values, 0x31);
  if (oid(name) !== TOKEN || tokens.length !== 1) wrong("unsigned");
  const found = signedData(tokens[0].whole, 3, STAMP);
  const [octets] = members(found.content, 0xa0);
  if (octets?.tag !== 4 || found.signer.beside) wrong("time stamp");
  const [leaf, others] = ownOf(found.certificates, found.signer.sid);
  if (others.length) {
    const chain = await wholeChain(found.certificates, found.signer.sid);
    const root = chain.at(-1);
    if (!same(root.subject.whole, root.issuer.whole)) wrong("certificates");
  }
  await checkSigner(found.signer, leaf, STAMP, octets.body);
  const [, , imprint, , time] = members(elements(octets.body)[0]);
  const [algorithm, hashed] = members(imprint);
  if (!same(hashed.body, await digest(hashOf(algorithm), value))) wrong("imprint");
  return { by: nameOf(leaf.subject, "550403"), at: new Date(timeOf(time)).toISOString().replace(".000Z", "Z") };
}
