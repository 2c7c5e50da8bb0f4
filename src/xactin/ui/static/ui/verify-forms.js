/* The forms of kernel.md in the browser: canonical JSON, statements, mandates, bundles.
   The same rules as the Python kernel; tests give both the same bundles and compare the verdicts. */

export const MAX_DEPTH = 64;
const CLAIM_LIMIT = 10 * 60 * 1000;
/** The part under which `saw` carries what an act does, where it relies on no part of its subject. */
const EFFECT_PART = "effect";
const DIGEST = /^[0-9a-f]{64}$/;
const KEY = /^[0-9a-f]{32}$/;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const AUTHORITY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SUBJECT = /^[a-z][a-z0-9_]{0,31}:[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
const DOTTED = /^(?=.{1,160}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
const OPAQUE = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;

export class FormError extends Error {
  constructor(code, where = "", detail = "") {
    super(code);
    Object.assign(this, { code, where, detail });
  }
}

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const matches = (pattern) => (value) => isText(value) && pattern.test(value);
export const isDigest = matches(DIGEST);
const isOpaque = matches(OPAQUE);
const isDotted = matches(DOTTED);

/** Whether `value` is an object with exactly these members. */
export function hasFields(value, names) {
  return isObject(value) && Object.keys(value).length === names.length && names.every((n) => Object.hasOwn(value, n));
}

/** The RFC 8785 bytes of a value inside the subset of kernel.md; FormError outside it. */
export function canonical(value) {
  return new TextEncoder().encode(write(value, 0));
}

function write(value, depth) {
  if (depth > MAX_DEPTH) throw new FormError("not_canonical", "", "too_deep");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new FormError("not_canonical", "", "number");
    return String(value);
  }
  if (isText(value)) {
    if (!value.isWellFormed() || value.normalize("NFC") !== value) throw new FormError("not_canonical", "", "text");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  const members = Object.keys(value).sort().map((key) => {
    if (!/^[\x00-\x7f]*$/.test(key)) throw new FormError("not_canonical", "", "key");
    return `${JSON.stringify(key)}:${write(value[key], depth + 1)}`;
  });
  return `{${members.join(",")}}`;
}

/** The value whose canonical bytes these are; FormError unreadable or not_canonical. */
export function parseCanonical(bytes) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new FormError("unreadable");
  }
  const again = canonical(value);
  if (again.length !== bytes.length || !again.every((byte, place) => byte === bytes[place])) {
    throw new FormError("not_canonical", "", "not_canonical");
  }
  return value;
}

function isTime(value) {
  if (!isText(value) || !TIME.test(value) || value.startsWith("0000")) return false;
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value;
}

function isBy(value) {
  if (hasFields(value, ["person", "post", "agency"])) {
    return isOpaque(value.person) && [value.post, value.agency].every((item) => item === null || isOpaque(item));
  }
  return (hasFields(value, ["device"]) && isOpaque(value.device)) || (hasFields(value, ["system"]) && isOpaque(value.system));
}

const isFor = (value) => value === null || (hasFields(value, ["person"]) && isOpaque(value.person));

const isRule = (value) =>
  value === null ||
  (hasFields(value, ["id", "version", "digest"]) && isOpaque(value.id) && isOpaque(value.version) && isDigest(value.digest));

const isParts = (value) =>
  value === null || (isObject(value) && Object.entries(value).every(([part, item]) => isDotted(part) && isDigest(item)));

const STATEMENT = {
  xt: (value) => value === 1,
  id: matches(UUID7),
  authority: matches(AUTHORITY),
  subject: matches(SUBJECT),
  act: isDotted,
  by: isBy,
  for: isFor,
  rule: isRule,
  content: (value) => value === null || isDigest(value),
  saw: isParts,
  wrote: isParts,
  at: isTime,
  key: matches(KEY),
};

/** The first field of an entry that is not of its form, or null. */
function entryFault(entry) {
  if (!hasFields(entry, ["statement", "signature", "place"])) return "entry";
  const { statement, place } = entry;
  if (!hasFields(statement, Object.keys(STATEMENT))) return "fields";
  for (const [field, fits] of Object.entries(STATEMENT)) if (!fits(statement[field])) return field;
  if (!hasFields(place, ["seq", "prev", "at", "effect"])) return "place";
  if (!isCount(place.seq)) return "place.seq";
  if ((place.prev === null) !== (place.seq === 0) || !(place.prev === null || isDigest(place.prev))) return "place.prev";
  if (!isTime(place.at)) return "place.at";
  if (!isObject(place.effect)) return "place.effect";
  return Math.abs(Date.parse(place.at) - Date.parse(statement.at)) > CLAIM_LIMIT ? "at" : null;
}

const MANDATE = ["xt", "id", "key", "person", "post", "agency", "system", "device", "for", "acts", "from", "until"];

/** Whether a mandate is of its form; checkKey looks into its key. */
export function isMandate(value) {
  if (!hasFields(value, MANDATE) || value.xt !== 1 || !isOpaque(value.id)) return false;
  const given = ["person", "system", "device"].filter((name) => value[name] !== null);
  const posted = [value.post, value.agency].filter((item) => item !== null);
  // A machine's own key is for the machine alone.
  if (!isObject(value.key) || (value.key.custody === "device") !== (value.device !== null)) return false;
  if (given.length !== 1 || (posted.length && given[0] !== "person")) return false;
  if (!isOpaque(value[given[0]]) || !posted.every(isOpaque) || !isFor(value.for)) return false;
  const limits = value.acts === null || (Array.isArray(value.acts) && value.acts.every(isLimit));
  return limits && isTime(value.from) && (value.until === null || isTime(value.until));
}

const isLimit = (value) => isText(value) && isDotted(value.endsWith(".*") ? value.slice(0, -2) : value);

/** Why a mandate does not cover a statement placed at a time, or "". */
export function coverFault(mandate, statement, at) {
  if (mandate.key.id !== statement.key) return "mandate_key";
  const names = ["person", "post", "agency", "system", "device"];
  if (names.some((name) => mandate[name] !== (statement.by[name] ?? null))) return "mandate_by";
  if ((mandate.for?.person ?? null) !== (statement.for?.person ?? null)) return "mandate_for";
  const allows = (limit) => (limit.endsWith(".*") ? statement.act.startsWith(limit.slice(0, -1)) : limit === statement.act);
  if (mandate.acts !== null && !mandate.acts.some(allows)) return "mandate_act";
  if (at < mandate.from) return "mandate_early";
  return mandate.until !== null && at >= mandate.until ? "mandate_ended" : "";
}

const isPath = (value) => Array.isArray(value) && value.every(isDigest);

/** What a signer sees of an effect: all of it but the moment of its entry, which stands as null. */
function timeless(value, at) {
  if (Array.isArray(value)) return value.map((inner) => timeless(inner, at));
  if (!isObject(value)) return value === at ? null : value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, timeless(inner, at)]));
}

async function checkShown(item, where, effectDigest) {
  const fits = hasFields(item, ["entry", "index", "mandates", "inclusion"]);
  if (!fits || !isCount(item.index) || !isDigest(item.mandates) || !isPath(item.inclusion)) throw new FormError("form", where);
  const fault = entryFault(item.entry);
  if (fault) throw new FormError("entry_form", where, fault);
  const { statement, place } = item.entry;
  const signed = statement.saw?.[EFFECT_PART];
  const told = signed === undefined ? signed : await effectDigest(timeless(place.effect, place.at));
  if (signed !== told) throw new FormError("entry_form", where, "saw.effect");
}

function checkOpened(item, where) {
  const kinds = [["value"], ["file"], ["value", "index", "path"]];
  const fits = kinds.some((kind) => hasFields(item, ["part", "commitment", "salt", ...kind]));
  if (!fits || !isDotted(item.part) || !isDigest(item.commitment) || !isText(item.salt)) throw new FormError("form", where);
  // 32 bytes in base64url: 43 letters, the last of which carries two zero bits.
  if (!/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(item.salt)) throw new FormError("form", where);
  if ("index" in item && !(isCount(item.index) && isPath(item.path))) throw new FormError("form", where);
  const isFile = (file) => hasFields(file, ["size", "sha256"]) && isCount(file.size) && isDigest(file.sha256);
  if ("file" in item && !isFile(item.file)) throw new FormError("form", where);
}

const ORDERS = {
  entries: (a, b) => a.index < b.index,
  mandates: (a, b) => a.root < b.root || (a.root === b.root && a.mandate.id < b.mandate.id),
  opened: (a, b) => a.part < b.part || (a.part === b.part && a.commitment < b.commitment),
};

/** Throws FormError for the first thing that keeps a canonical value from being a bundle.
    `checkKey` (async) throws for a key that is none; `effectDigest` (async) gives the digest of what an act does. */
export async function checkBundle(bundle, { checkKey, effectDigest }) {
  const fields = ["xt", "authority", "checkpoint", "entries", "mandates", "opened"];
  if (!hasFields(bundle, fields) && !hasFields(bundle, [...fields, "heads"])) throw new FormError("form");
  if (bundle.xt !== 1) throw new FormError("form", "xt");
  if (!isOpaque(bundle.authority)) throw new FormError("form", "authority");
  if (!isText(bundle.checkpoint)) throw new FormError("form", "checkpoint");
  for (const name of Object.keys(ORDERS)) {
    if (!Array.isArray(bundle[name])) throw new FormError("form", name);
    for (const [number, item] of bundle[name].entries()) {
      const where = `${name}/${number}`;
      if (name === "entries") await checkShown(item, where, effectDigest);
      else if (name === "opened") checkOpened(item, where);
      else await checkProven(item, where, checkKey);
    }
  }
  if ("heads" in bundle && !(await areHeads(bundle.heads, checkKey))) throw new FormError("form", "heads");
  for (const [name, before] of Object.entries(ORDERS)) {
    const list = bundle[name];
    if (!list.every((item, number) => number === 0 || before(list[number - 1], item))) throw new FormError("form", name, "order");
  }
}

async function checkProven(item, where, checkKey) {
  if (!hasFields(item, ["mandate", "root", "path"]) || !isDigest(item.root) || !isPath(item.path)) {
    throw new FormError("form", where);
  }
  try {
    if (!isMandate(item.mandate)) throw new FormError("mandate_form");
    await checkKey(item.mandate.key);
  } catch {
    throw new FormError("mandate_form", where);
  }
}

const HEAD = {
  xt: (value) => value === 1,
  authority: isOpaque,
  log: isText,
  size: (value) => isCount(value) && value > 0,
  root: isDigest,
  subject: matches(SUBJECT),
  entries: (value) => isCount(value) && value > 0,
  last: isDigest,
  act: (value) => value === "subject.head",
  by: (value) => hasFields(value, ["system"]) && value.system === "ledger",
  for: (value) => value === null,
  at: isTime,
  key: matches(KEY),
};

/** One or more heads, by subject; whether they hold is verify-heads.js's matter. */
async function areHeads(value, checkKey) {
  if (!Array.isArray(value) || !value.length) return false;
  for (const head of value) if (!(await isHead(head, checkKey))) return false;
  return value.every((head, number) => number === 0 || value[number - 1].said.subject < head.said.subject);
}

async function isHead(head, checkKey) {
  if (!hasFields(head, ["said", "signature", "mandate", "path", "leaf"])) return false;
  const { said, mandate, path, leaf } = head;
  if (!hasFields(said, Object.keys(HEAD)) || !Object.entries(HEAD).every(([name, fits]) => fits(said[name]))) return false;
  if (!hasFields(leaf, ["index", "entry", "mandates", "inclusion"]) || !isCount(leaf.index)) return false;
  if (!isDigest(leaf.entry) || !isDigest(leaf.mandates) || !isPath(leaf.inclusion) || !isPath(path)) return false;
  return isMandate(mandate) && checkKey(mandate.key).then(() => true, () => false);
}
