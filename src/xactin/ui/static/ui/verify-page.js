/* The page around the verdict: files in, words out. All of it happens in this browser. */

import { matchFiles, parseTrust, verifyBundle, verifyDocument } from "./verify.js";
import { bundlesInPdf } from "./verify-pdf.js";

const WORDS = {
  vi: {
    valid: "Hợp lệ",
    invalid: "Không hợp lệ",
    problems: "Vì sao không hợp lệ",
    checked: "Đã kiểm tra",
    notes: "Cần lưu ý",
    entries: "Các xác tín trong bằng chứng",
    opened: "Nội dung kèm theo",
    head: ["Thời gian", "Việc", "Người thực hiện", "Cách giữ khóa"],
    custody: {
      passkey: "khóa truy cập (passkey) của người ký",
      server: "khóa do máy chủ giữ",
      log: "khóa của nhật ký",
      null: "chưa chứng minh được",
    },
    value: "dữ liệu",
    file: "tệp",
    no_bundle: "Không tìm thấy gói bằng chứng trong các tệp đã chọn.",
    bad_trust: "Khóa tin cậy không đúng mẫu. Mỗi dòng là một khóa dạng tên+mã+khóa.",
    unsupported: "Trình duyệt này chưa kiểm tra được chữ ký Ed25519. Vui lòng dùng phiên bản mới hơn.",
    busy: "Đang kiểm tra…",
  },
  en: {
    valid: "Valid",
    invalid: "Not valid",
    problems: "Why it is not valid",
    checked: "What was checked",
    notes: "To keep in mind",
    entries: "The attestations in this proof",
    opened: "Disclosed content",
    head: ["Time", "Act", "By", "Custody of the key"],
    custody: {
      passkey: "a passkey of the signer",
      server: "a key that the server holds",
      log: "the log's key",
      null: "not proven",
    },
    value: "data",
    file: "file",
    no_bundle: "There is no proof bundle in the chosen files.",
    bad_trust: "The keys of trust are not of their form. Each line is one key: name+hash+key.",
    unsupported: "This browser cannot check Ed25519 signatures yet. Please use a newer one.",
    busy: "Checking…",
  },
};

/** The verdict on what a person chose: a bundle with its files, or documents that carry their bundle.
    `chosen` are {name, bytes}; null where no bundle is among them. */
export async function verifyChosen(chosen, trust) {
  const isBundle = ({ bytes }) => bytes[0] === 0x7b;
  const bundle = chosen.find(isBundle);
  const others = chosen.filter((item) => item !== bundle);
  if (bundle) {
    const pairs = await matchFiles(bundle.bytes, others.map((item) => item.bytes));
    const files = Object.fromEntries(pairs.map(([item, bytes]) => [item.commitment, bytes]));
    const matched = new Set(pairs.map(([, bytes]) => bytes));
    for (const item of others) if (!matched.has(item.bytes)) files[item.name] = item.bytes;
    return verifyBundle(bundle.bytes, trust, files);
  }
  let verdict = null;
  for (const document of others) {
    for (const carried of await bundlesInPdf(document.bytes)) {
      verdict = await verifyDocument(carried, document.bytes, trust);
      if (verdict.valid && others.length === 1) return verdict;
    }
  }
  return others.length === 1 ? verdict : null;
}

/** The verdict as an element, in one language ("vi" or "en"). */
export function renderVerdict(verdict, language) {
  const words = WORDS[language];
  const box = make("div", { className: `verdict ${verdict.valid ? "verdict-valid" : "verdict-invalid"}` });
  box.append(make("h2", { className: "verdict-answer" }, verdict.valid ? words.valid : words.invalid));
  const say = (item) => make("li", {}, item[language] + ([item.where, item.detail].some(Boolean) ? ` (${hint(item)})` : ""));
  for (const name of ["problems", "checked", "notes"]) {
    if (name !== "problems" && !verdict.valid) continue;
    if (!verdict[name].length) continue;
    box.append(make("h3", {}, words[name]), make("ul", { className: `verdict-${name}` }, ...verdict[name].map(say)));
  }
  if (verdict.valid) box.append(make("h3", {}, words.entries), entriesTable(verdict.entries, words));
  if (verdict.valid && verdict.opened.length) {
    const line = (item) => make("li", {}, make("code", {}, item.part), ` (${words[item.kind]})`);
    box.append(make("h3", {}, words.opened), make("ul", {}, ...verdict.opened.map(line)));
  }
  return box;
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
