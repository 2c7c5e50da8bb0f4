/* What was appended to an attested draft: a proof, two signatures with their marks, and nothing else.
   The server's changes.py says why; here the grammar is narrower, and what lies beyond it is unchecked. */

import { unchecked } from "./verify-der.js";
import { Reader, crossReferences, lastTable, lettersOf, spelled, wordsOf } from "./verify-pdf-parts.js";

export const BUNDLE = "xactin-bundle.json";
const LAYOUT = "xactin-layout.json";
const ROOT_ADDED = ["AF", "Names", "AcroForm"];
const FIELD = ["FT", "T", "TU", "Type", "Subtype", "F", "P", "Rect", "Border", "AP", "V", "Lock"];
const TRAILER = ["Size", "Root", "Info", "ID", "Prev"];
const SLACK = 2;
const MOST_PAGES = 2000;
const LARGEST = 32 * 1024 * 1024;
const NOTHING = { kind: "dictionary", map: new Map() };

/** The pages may not show what was attested. */
export class ChangedError extends Error {}

const changed = (where) => {
  throw new ChangedError(where);
};

/** Some state of a file: objects by number, followed through references. */
class View {
  constructor(bytes, text, find, trailer) {
    Object.assign(this, { bytes, text, find, trailer });
    this.root = this.follow(trailer.get("Root"));
    if (this.root?.kind !== "dictionary") unchecked("root");
  }

  follow(one) {
    if (one?.kind !== "reference") return one;
    if (one.generation !== 0) unchecked("generation");
    const found = this.find(one.number);
    return found?.kind === "reference" ? unchecked("reference") : found;
  }

  get(holder, key) {
    return this.follow(holder.map?.get(key));
  }

  items(holder, key) {
    const found = this.get(holder, key);
    if (found !== undefined && found.kind !== "array") unchecked(key);
    return found?.items ?? [];
  }

  /** The attached files by name, as references; a flat list. */
  embedded() {
    const tree = this.get(this.get(this.root, "Names") ?? NOTHING, "EmbeddedFiles") ?? NOTHING;
    if (tree.map.has("Kids")) changed("attached files");
    const listed = this.items(tree, "Names");
    if (listed.length % 2) changed("attached files");
    const found = new Map();
    for (let place = 0; place < listed.length; place += 2) {
      const name = this.follow(listed[place]);
      if (name?.kind !== "text" || found.has(name.value)) unchecked("attached files");
      found.set(name.value, listed[place + 1]);
    }
    return found;
  }

  async attached(name) {
    const file = this.follow(this.embedded().get(name));
    const stream = file && this.get(this.get(file, "EF") ?? NOTHING, "F");
    return stream?.stream ? streamData(this.bytes, stream) : null;
  }

  pages() {
    const found = [];
    const walk = (reference, depth) => {
      const node = this.follow(reference);
      if (depth > 50 || found.length > MOST_PAGES || node?.kind !== "dictionary") unchecked("pages");
      if (this.get(node, "Type")?.value === "Page") found.push(reference.number);
      else for (const kid of this.items(node, "Kids")) walk(kid.kind === "reference" ? kid : unchecked("pages"), depth + 1);
    };
    walk(this.root.map.get("Pages"), 0);
    if (new Set(found).size !== found.length) unchecked("pages");
    return found;
  }
}

async function streamData(bytes, { map, stream }) {
  const data = bytes.subarray(...stream);
  if (map.has("DecodeParms")) unchecked("filter");
  if (!map.has("Filter")) return data;
  if (spelled(map.get("Filter")) !== '["name","FlateDecode"]') unchecked("filter");
  return (await inflate(data)) ?? unchecked("filter");
}

/** What was packed by zlib; null where it was not, or is larger than anything here. */
export async function inflate(data) {
  const pieces = [];
  let size = 0;
  try {
    const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > LARGEST) return null;
      pieces.push(next.value);
    }
  } catch {
    return null;
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** The draft alone: one table, objects where it says. */
function draftView(bytes, text, size) {
  const table = lastTable(text, size);
  if (table >= size) unchecked("startxref");
  const { places, trailer } = crossReferences(new Reader(text, table));
  if (trailer.has("Prev") || trailer.has("XRefStm") || trailer.has("Encrypt")) unchecked("trailer");
  const kept = new Map();
  const find = (number) => {
    if (!kept.has(number) && places.has(number)) {
      if (places.get(number) >= size) unchecked("place");
      const found = new Reader(text, places.get(number)).object();
      if (found.number !== number) unchecked("place");
      kept.set(number, found.value);
    }
    return kept.get(number);
  };
  return { view: new View(bytes, text, find, trailer), places, table };
}

/** The revisions that follow the draft; every byte after it belongs to one of them. */
function revisions(text, size, firstTable) {
  const found = [];
  const reader = new Reader(text, size);
  let before = firstTable;
  while (reader.place < text.length) {
    const objects = new Map();
    const begin = reader.place;
    while (/\d/.test(text[reader.place] ?? "")) {
      const one = reader.object();
      if (objects.has(one.number)) unchecked("an object twice");
      objects.set(one.number, one);
    }
    const table = reader.place;
    const { places, trailer } = crossReferences(reader);
    const agree = places.size === objects.size && [...places].every(([number, place]) => objects.get(number)?.start === place);
    if (!agree || trailer.get("Prev")?.value !== before) unchecked("table");
    if ([...trailer.keys()].some((key) => !TRAILER.includes(key))) changed("trailer");
    reader.expect(`\nstartxref\n${table}\n%%EOF\n`);
    found.push({ objects, trailer, begin, end: reader.place });
    before = table;
  }
  return found;
}

/** Compares a sealed file with the draft it begins with. Gives {bundle, fields: [{name, signature: [from, to]}]} in the
    order of signing; throws ChangedError, or UncheckedError. */
export async function checkAppended(bytes, size) {
  const text = lettersOf(bytes);
  const draft = draftView(bytes, text, size);
  const [first, ...later] = revisions(text, size, draft.table);
  if (!first) unchecked("revisions");
  const root = draft.view.trailer.get("Root");
  if ([first, ...later].some(({ trailer }) => spelled(trailer.get("Root")) !== spelled(root))) changed("trailer");
  const pages = draft.view.pages();
  const old = Number(draft.view.trailer.get("Size")?.value ?? unchecked("size"));
  const mayChange = new Set([...pages, root.number]);
  for (const number of first.objects.keys()) if (number < old && !mayChange.has(number)) changed(`object ${number}`);
  const merged = new Map([...first.objects, ...later.flatMap(({ objects }) => [...objects])]);
  const find = (number) => (merged.has(number) ? merged.get(number).value : draft.view.find(number));
  const view = new View(bytes, text, find, (later.at(-1) ?? first).trailer);
  checkRoot(draft.view, view);
  const fields = formFields(view);
  const layout = await layoutOf(draft.view, pages);
  for (const [page, number] of pages.entries()) checkPage(draft.view, view, number, page, fields, layout);
  const signed = later.map((revision, place) => signedIn(revision, [first, ...later.slice(0, place)], view, fields));
  return { bundle: await view.attached(BUNDLE), fields: signed };
}

const differs = (old, now, besides, where) => {
  for (const key of new Set([...old.map.keys(), ...now.map.keys()])) {
    if (!besides.includes(key) && spelled(old.map.get(key)) !== spelled(now.map.get(key))) changed(`${where} ${key}`);
  }
};

function checkRoot(draft, view) {
  differs(draft.root, view.root, ROOT_ADDED, "catalog");
  const [was, is] = [draft, view].map((one) => one.get(one.root, "Names") ?? NOTHING);
  differs(was, is, ["EmbeddedFiles"], "names");
  const [before, after] = [draft.embedded(), view.embedded()];
  const kept = [...before].every(([name, file]) => after.has(name) && spelled(after.get(name)) === spelled(file));
  if (!kept || !after.has(BUNDLE) || before.has(BUNDLE) || after.size !== before.size + 1) changed("attached files");
  const [listed, now] = [draft, view].map((one) => one.items(one.root, "AF").map(spelled));
  if (now.length !== listed.length + 1 || listed.some((item, place) => now[place] !== item)) changed("associated files");
}

/** The signature fields by the number of their object. */
function formFields(view) {
  const form = view.get(view.root, "AcroForm");
  const fields = new Map();
  if (!form) return fields;
  if ([...form.map.keys()].some((key) => key !== "Fields" && key !== "SigFlags")) changed("form");
  for (const reference of view.items(form, "Fields")) {
    const field = reference.kind === "reference" ? view.follow(reference) : unchecked("form field");
    const strange = field?.kind !== "dictionary" || [...field.map.keys()].some((key) => !FIELD.includes(key));
    if (strange || view.get(field, "FT")?.value !== "Sig") changed("form field");
    fields.set(reference.number, field);
  }
  return fields;
}

function checkPage(draft, view, number, page, fields, layout) {
  const [old, now] = [draft.find(number), view.find(number)];
  differs(old, now, ["Annots"], `page ${page + 1}`);
  const [was, is] = [draft.items(old, "Annots"), view.items(now, "Annots")];
  const where = `page ${page + 1} annotations`;
  if (was.some((item, place) => spelled(item) !== spelled(is[place]))) changed(where);
  for (const reference of is.slice(was.length)) {
    const field = reference.kind === "reference" ? fields.get(reference.number) : undefined;
    if (!field || view.get(field, "Subtype")?.value !== "Widget") changed(where);
    checkPlace(view, field, page, layout);
  }
}

/** A mark stands where the attested draft keeps a place for it, or has no size. */
function checkPlace(view, field, page, layout) {
  const edges = numbers(view.items(field, "Rect"));
  if (edges[0] === edges[2] && edges[1] === edges[3]) return;
  const place = layout.get(view.get(field, "T")?.value);
  const near = place && place.page === page && place.box.every((edge, number) => Math.abs(edge - edges[number]) <= SLACK);
  if (!near) changed(`page ${page + 1} signature`);
}

function numbers(items) {
  if (items.length !== 4 || items.some((item) => item.kind !== "number")) unchecked("box");
  return items.map((item) => item.value);
}

/** Where the draft says its signatures stand: name -> {page from 0, box}. */
async function layoutOf(draft, pages) {
  const found = new Map();
  const data = await draft.attached(LAYOUT);
  if (data === null) return found;
  for (const [name, { page, box }] of Object.entries(JSON.parse(new TextDecoder().decode(data)))) {
    const [, bottom, , top] = numbers(draft.items(draft.find(pages[page - 1]), "MediaBox"));
    const [x, y, width, height] = box.map(Number);
    const head = top - bottom - y;
    found.set(name, { page: page - 1, box: [x, head - height, x + width, head] });
  }
  return found;
}

/** The one field that a later revision signs, and where its signature dictionary stands. */
function signedIn({ objects, begin, end }, earlier, view, fields) {
  const known = new Set(earlier.flatMap((revision) => [...revision.objects.keys()]));
  const form = view.root.map.get("AcroForm")?.number;
  const mine = [...fields].filter(([number]) => objects.has(number));
  if (mine.length !== 1) unchecked("revisions");
  const [[own, field]] = mine;
  for (const number of objects.keys()) if (known.has(number) && number !== own && number !== form) unchecked("revisions");
  const value = field.map.get("V");
  const name = view.get(field, "T");
  if (value?.kind !== "reference" || !objects.has(value.number) || known.has(value.number)) unchecked("signature");
  if (name?.kind !== "text") unchecked("signature");
  return { name: wordsOf(name.value), dictionary: objects.get(value.number), begin, end };
}
