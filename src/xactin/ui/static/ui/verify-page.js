/* The page around the verdict: files in, words out. All of it happens in this browser. */

import { WORDS } from "./verify-words.js";
import { matchFiles, parseTrust, verifyBundle } from "./verify.js";
import { isPdf, verifyPdf } from "./verify-pdf.js";

/** The verdict on what a person chose: a bundle with its files, or one paper (or anything) that somebody holds.
    `chosen` are {name, bytes}; null where several files have no bundle among them. */
export async function verifyChosen(chosen, trust) {
  const isBundle = ({ bytes }) => bytes[0] === 0x7b;
  const bundle = chosen.find(isBundle);
  const others = chosen.filter((item) => item !== bundle);
  if (!bundle) return others.length === 1 ? verifyPdf(others[0].bytes, trust) : null;
  const pairs = await matchFiles(bundle.bytes, others.map((item) => item.bytes));
  const files = {};
  for (const [item, bytes] of pairs) files[item.commitment] = await attestedPart(item, bytes, trust);
  const matched = new Set(pairs.map(([, bytes]) => bytes));
  for (const item of others) if (!matched.has(item.bytes)) files[item.name] = item.bytes;
  return verifyBundle(bundle.bytes, trust, files);
}

/** Of a sealed paper the draft that was attested, once what was appended to it is found right; else the file as it is. */
async function attestedPart({ file }, bytes, trust) {
  const sealed = bytes.length > file.size && isPdf(bytes) && (await verifyPdf(bytes, trust)).valid;
  return sealed ? bytes.subarray(0, file.size) : bytes;
}

/** The verdict as an element, in one language ("vi" or "en"): what a person needs first, the calculation folded.
    `inForce`: the page around it is the authority's own and says so; then nothing here sends to ask the authority. */
export function renderVerdict(verdict, language, inForce = false) {
  const words = WORDS[language];
  const tone = ["valid", "attached"].includes(verdict.answer) ? "valid" : verdict.answer === "not_valid" ? "invalid" : "open";
  const box = make("div", { className: `verdict verdict-${verdict.answer === "revoked" ? "invalid" : tone}` });
  box.dataset.answer = verdict.answer;
  box.append(make("h2", { className: "verdict-answer" }, words.answers[verdict.answer]));
  box.append(make("p", { className: "verdict-lead" }, words.leads[verdict.answer]));
  const sound = verdict.valid;
  const first = sound && !inForce ? [...verdict.endings, ...verdict.notes.filter(isAsOf)].map((item) => item[language]) : [];
  if (sound && inForce) first.push(words.in_force);
  if (first.length) box.append(make("ul", { className: "verdict-first" }, ...first.map((item) => make("li", {}, item))));
  const said = inForce ? { ...verdict, notes: verdict.notes.filter((item) => !isAsOf(item)) } : verdict;
  box.append(calculation(said, words, language));
  return box;
}

const isAsOf = ({ code }) => code === "note_as_of";

function calculation(verdict, words, language) {
  const say = (item) => make("li", {}, item[language] + ([item.where, item.detail].some(Boolean) ? ` (${hint(item)})` : ""));
  const folded = make("details", { className: "verdict-calculation" }, make("summary", {}, words.calculation));
  const names = verdict.problems.length ? ["problems"] : ["checked", "notes"];
  for (const name of names.filter((one) => verdict[one].length)) {
    folded.append(make("h3", {}, words[name]), make("ul", { className: `verdict-${name}` }, ...verdict[name].map(say)));
  }
  if (!verdict.valid) return folded;
  folded.append(make("h3", {}, words.entries), entriesTable(verdict.entries, words));
  const line = (item) => make("li", {}, make("code", {}, item.part), ` (${words[item.kind]})`);
  if (verdict.opened.length) folded.append(make("h3", {}, words.opened), make("ul", {}, ...verdict.opened.map(line)));
  return folded;
}

const hint = (item) => [item.where, item.detail].filter(Boolean).join(", ");

function entriesTable(entries, words) {
  const row = (kind, cells) => make("tr", {}, ...cells.map((cell) => make(kind, {}, cell)));
  const head = make("thead", {}, row("th", words.head));
  const by = (item) => item.by.post ?? item.by.person ?? item.by.system ?? item.by.device;
  const body = entries.map((item) => row("td", [localTime(item.at), item.act, by(item), words.custody[item.custody]]));
  const table = make("table", { className: "table" }, head, make("tbody", {}, ...body));
  return make("div", { className: "table-responsive", tabIndex: 0 }, table);
}

/** 24/11/2026 12:00:00, by the clocks of Vietnam. */
function localTime(text) {
  const local = new Date(Date.parse(text) + 7 * 60 * 60 * 1000).toISOString();
  const [year, month, day] = local.slice(0, 10).split("-");
  return `${day}/${month}/${year} ${local.slice(11, 19)}`;
}

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Makes a form with a file field and (where nothing else says it) a field of trusted keys answer in `output`.
    `trustText()` and `language()` are asked at each check. Returns a function that says the last verdict again. */
export function attachVerifier(form, output, { trustText, language }) {
  let last = null;
  const show = () => {
    const words = WORDS[language()];
    if (last === null) output.replaceChildren();
    else if (typeof last === "string") output.replaceChildren(make("p", { className: "verdict-message" }, words[last]));
    else output.replaceChildren(renderVerdict(last, language()));
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    last = "busy";
    show();
    last = await answer([...form.querySelector("input[type=file]").files], trustText());
    show();
    output.focus();
  });
  return show;
}

async function answer(list, text) {
  let trust;
  try {
    trust = await parseTrust(text);
  } catch {
    return "bad_trust";
  }
  const read = async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  try {
    return (await verifyChosen(await Promise.all(list.map(read)), trust)) ?? "no_bundle";
  } catch (error) {
    if (error.message === "unsupported") return "unsupported";
    throw error;
  }
}
