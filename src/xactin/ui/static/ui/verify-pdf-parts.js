/* The syntax of the PDFs that are issued here, read strictly: every byte after the attested draft has its place in
   one grammar. What another program could write otherwise is refused as unchecked; nothing is guessed. */

import { unchecked } from "./verify-der.js";

const SPACE = "\\0\\t\\n\\f\\r ";
const PATTERNS = {
  space: new RegExp(`[${SPACE}]*`, "y"),
  number: /[+-]?(?:\d+\.?\d*|\.\d+)(?![^\0\t\n\f\r ()<>[\]{}/%])/y,
  reference: new RegExp(`(\\d{1,10})[${SPACE}]+(\\d{1,5})[${SPACE}]+R(?![^${SPACE}()<>\\[\\]{}/%])`, "y"),
  name: /\/([^\0\t\n\f\r ()<>[\]{}/%]*)/y,
  hex: new RegExp(`<([0-9A-Fa-f${SPACE}]*)>`, "y"),
  word: /(true|false|null)(?![^\0\t\n\f\r ()<>[\]{}/%])/y,
  object: /(\d{1,10}) (\d{1,5}) obj[\r\n ]/y,
  stream: /\r?\n?stream\r?\n/y,
  end: /\r?\n?endobj\n/y,
};
const DEEPEST = 60;
const ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** A file as text of one letter a byte, so that places in the text are places in the file. */
export function lettersOf(bytes) {
  const pieces = [];
  for (let place = 0; place < bytes.length; place += 8192) {
    pieces.push(String.fromCharCode(...bytes.subarray(place, place + 8192)));
  }
  return pieces.join("");
}

/** Reads values from a place on; `place` is behind what was read. Values are {kind, ...}. */
export class Reader {
  constructor(text, place) {
    Object.assign(this, { text, place });
  }

  match(name) {
    const pattern = PATTERNS[name];
    pattern.lastIndex = this.place;
    const found = pattern.exec(this.text);
    if (found) this.place = pattern.lastIndex;
    return found;
  }

  expect(literal) {
    if (!this.text.startsWith(literal, this.place)) unchecked(`syntax at ${this.place}`);
    this.place += literal.length;
  }

  value(depth = 0) {
    if (depth > DEEPEST) unchecked("depth");
    this.match("space");
    let found = this.match("reference");
    if (found) return { kind: "reference", number: Number(found[1]), generation: Number(found[2]) };
    found = this.match("number");
    if (found) return { kind: "number", value: Number(found[0]) };
    found = this.match("word");
    if (found) return { kind: "word", value: found[1] };
    found = this.match("name");
    if (found) return { kind: "name", value: plainName(found[1]) };
    if (this.text.startsWith("<<", this.place)) return this.dictionary(depth);
    found = this.match("hex");
    if (found) return { kind: "text", value: fromHexText(found[1]) };
    if (this.text[this.place] === "(") return { kind: "text", value: this.literal() };
    if (this.text[this.place] === "[") return this.array(depth);
    return unchecked(`syntax at ${this.place}`);
  }

  array(depth) {
    this.expect("[");
    const items = [];
    for (this.match("space"); this.text[this.place] !== "]"; this.match("space")) items.push(this.value(depth + 1));
    this.expect("]");
    return { kind: "array", items };
  }

  dictionary(depth) {
    this.expect("<<");
    const map = new Map();
    for (this.match("space"); !this.text.startsWith(">>", this.place); this.match("space")) {
      const key = this.match("name") ?? unchecked(`syntax at ${this.place}`);
      if (map.has(plainName(key[1]))) unchecked("a key twice");
      map.set(plainName(key[1]), this.value(depth + 1));
    }
    this.expect(">>");
    return { kind: "dictionary", map };
  }

  literal() {
    const out = [];
    let open = 0;
    for (;;) {
      let letter = this.text[this.place];
      this.place += 1;
      if (letter === undefined) unchecked("text");
      if (letter === "\\") letter = this.escaped();
      else if (letter === "(" && (open += 1) === 1) continue;
      else if (letter === ")" && (open -= 1) === 0) return out.join("");
      else if (letter === "\r") unchecked("text");
      out.push(letter);
    }
  }

  escaped() {
    const octal = /[0-7]{1,3}/y;
    octal.lastIndex = this.place;
    const found = octal.exec(this.text);
    if (found) {
      this.place = octal.lastIndex;
      return String.fromCharCode(parseInt(found[0], 8) & 255);
    }
    const letter = this.text[this.place];
    this.place += 1;
    return "\r\n".includes(letter) ? unchecked("text") : (ESCAPES[letter] ?? letter);
  }

  /** An object from "n g obj" to behind "endobj": {number, value, start}; a stream's value has `stream` [from, to]. */
  object() {
    const start = this.place;
    const found = this.match("object") ?? unchecked(`object at ${start}`);
    if (found[2] !== "0") unchecked("generation");
    const value = this.value();
    if (value.kind === "dictionary" && this.match("stream")) {
      const length = value.map.get("Length");
      if (length?.kind !== "number" || !Number.isSafeInteger(length.value) || length.value < 0) unchecked("length");
      value.stream = [this.place, this.place + length.value];
      this.place += length.value;
      this.match("space");
      this.expect("endstream");
    }
    if (!this.match("end")) unchecked(`object at ${start}`);
    return { number: Number(found[1]), value, start };
  }
}

function plainName(text) {
  return text.replace(/#([0-9A-Fa-f]{2})/g, (_, pair) => String.fromCharCode(parseInt(pair, 16)));
}

function fromHexText(text) {
  const digits = text.replace(/[^0-9A-Fa-f]/g, "");
  const even = digits.length % 2 ? `${digits}0` : digits;
  return even.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16)));
}

/** Text of a PDF as letters: UTF-16 with its mark, else as it stands. */
export function wordsOf(value) {
  if (!value.startsWith("\u00fe\u00ff")) return value;
  return value.slice(2).replace(/(.)(.)/gs, (_, high, low) => String.fromCharCode(high.charCodeAt(0) * 256 + low.charCodeAt(0)));
}

/** A value in one spelling, references as they are, for comparison. */
export function spelled(one) {
  if (one === undefined) return "-";
  if (one.kind === "reference") return `${one.number} ${one.generation} R`;
  if (one.kind === "text") return JSON.stringify(["text", wordsOf(one.value)]);
  if (one.kind === "array") return `[${one.items.map(spelled).join(" ")}]`;
  if (one.kind !== "dictionary") return JSON.stringify([one.kind, one.value]);
  if (one.stream) unchecked("stream");
  const members = [...one.map].map(([key, value]) => `${JSON.stringify(key)}:${spelled(value)}`);
  return `<<${members.sort().join(" ")}>>`;
}

/** A table of places and its trailer, as both Typst and pyHanko write it. `free` may name the head of the free list. */
export function crossReferences(reader) {
  const places = new Map();
  reader.expect("xref\n");
  const section = /(\d{1,10}) (\d{1,10})\n/y;
  for (section.lastIndex = reader.place; ; section.lastIndex = reader.place) {
    const found = section.exec(reader.text);
    if (!found) break;
    reader.place = section.lastIndex;
    for (let number = Number(found[1]), left = Number(found[2]); left > 0; number += 1, left -= 1) {
      const line = /(\d{10}) (\d{5}) ([nf])(?: \r|\r\n| \n)/y;
      line.lastIndex = reader.place;
      const [, place, generation, kind] = line.exec(reader.text) ?? unchecked("table");
      reader.place = line.lastIndex;
      if (kind === "n" && generation !== "00000") unchecked("generation");
      if (kind === "n" && places.has(number)) unchecked("an object twice");
      if (kind === "n") places.set(number, Number(place));
      else if (number !== 0) unchecked("free");
    }
  }
  reader.expect("trailer\n");
  const trailer = reader.value();
  if (trailer.kind !== "dictionary") unchecked("trailer");
  return { places, trailer: trailer.map };
}

/** Where the table of a file (or of its beginning) stands, by its last lines. */
export function lastTable(text, end) {
  const found = text.slice(Math.max(0, end - 64), end).match(/startxref\n(\d{1,10})\n%%EOF\n?$/);
  return found ? Number(found[1]) : unchecked("startxref");
}
