// Forms of a schema: the server's own sentences before sending, drafts that save themselves,
// fields that count only after an answer, rows, and a session that may end without loss.
//
// <form data-form data-draft-url="..."> with <p class="xt-draft" role="status" data-draft-state></p>

const words = {
  vi: {
    saved: "Đã lưu nháp lúc", saving: "Đang lưu nháp …", failed: "Chưa lưu được nháp. Hệ thống sẽ tự thử lại.",
    ended: "Phiên làm việc đã hết. Nội dung đã nhập vẫn được giữ trên máy này. Ông/Bà vui lòng ",
    again: "đăng nhập lại", then: " rồi quay lại trang này để tiếp tục.",
    restored: "Đã khôi phục nội dung Ông/Bà nhập trước khi phiên làm việc kết thúc.", error: "Lỗi: ",
    missing: "Ông/Bà chưa nhập mục này.", missingFile: "Ông/Bà chưa chọn tệp cho giấy tờ này.",
    uploading: "Còn tệp chưa tải lên xong. Ông/Bà vui lòng chờ, hoặc hủy tệp đó, rồi bấm lại.",
  },
  en: {
    saved: "Draft saved at", saving: "Saving the draft …", failed: "The draft could not be saved yet. It will be tried again.",
    ended: "The session has ended. What you entered is kept on this device. Please ",
    again: "sign in again", then: " and come back to this page to go on.",
    restored: "What you entered before the session ended has been restored.", error: "Error: ",
    missing: "Please fill this in.", missingFile: "Please choose a file for this document.",
    uploading: "A file is still on its way. Please wait, or cancel it, then press again.",
  },
}[document.documentElement.lang] ?? {};

const DELAY = 1200;
const RETRY = 15000;

const begun = new WeakSet();
const startAll = (root) => { for (const form of root.querySelectorAll("form[data-form]")) start(form); };
startAll(document);
document.addEventListener("xt:drawn", (event) => startAll(event.detail));

function start(form) {
  if (begun.has(form)) return;
  begun.add(form);
  form.noValidate = true;
  for (const note of form.querySelectorAll("[data-without-script]")) note.hidden = true;
  for (const block of form.querySelectorAll("[data-rows]")) rows(block);
  const draft = drafts(form);
  draft.restore();
  conditions(form);
  form.addEventListener("change", (event) => {
    tidy(event.target);
    conditions(form);
    if (event.target.closest(".xt-wrong") && !refused(event.target)) check(event.target);
  });
  form.addEventListener("input", (event) => {
    slashes(event);
    // A sentence goes while the person types: gone at the press of a button, it would move the button away.
    // A block of files says `input` too, for the draft: what is wrong with its files is its own to say.
    if (event.target.form && event.target.closest(".xt-wrong") && !refused(event.target) && !fault(event.target)) check(event.target);
    draft.later();
  });
  form.addEventListener("submit", (event) => submit(event, form, draft));
}

// ---- showing and checking

function conditions(form) {
  for (const block of form.querySelectorAll("[data-shown-when]")) {
    const allowed = JSON.parse(block.dataset.shownValues);
    const shown = allowed.includes(answer(form, block.dataset.shownWhen)) && !block.parentElement.closest("[data-shown-when][hidden]");
    block.hidden = !shown;
    // What is not shown is not sent; it stays in the page, should the answer change back.
    for (const input of block.querySelectorAll("input, select, textarea")) input.disabled = !shown;
  }
}

function answer(form, name) {
  const inputs = [...form.elements].filter((one) => one.name === name && !one.disabled);
  const chosen = inputs.find((one) => !["radio", "checkbox"].includes(one.type) || one.checked);
  return chosen ? chosen.value : "";
}

function tidy(input) {
  if (input.dataset?.kind === "cccd") input.value = input.value.replace(/[ .-]/g, "");
  if (input.dataset?.kind === "phone") input.value = atHome(input.value);
}

/** A number as it is dialled at home: +84 912 345 678 begins with 0. */
function atHome(text) {
  return text.replace(/[\s.()-]/g, "").replace(/^(\+84|0084|84(?=[1-9]\d{8}$))0?/, "0");
}

// 23112026 becomes 23/11/2026 while it is typed, at the end of the text only.
function slashes(event) {
  const input = event.target;
  if (input.dataset?.kind !== "date" || event.inputType !== "insertText") return;
  if (input.selectionStart === input.value.length) {
    input.value = input.value.replace(/^(\d{2})(\d)/, "$1/$2").replace(/^(\d{2}\/\d{2})(\d)/, "$1/$2");
  }
}

const digits = (text) => text.replace(/[. \u00a0]/g, "");
const shapes = {
  integer: (text) => /^-?\d{1,18}$/.test(digits(text)),
  money: (text) => /^-?\d{1,18}$/.test(digits(text.replace(/\s*(đ|₫|VND|đồng)$/i, ""))),
  decimal: (text) => /^-?[\d. ]{1,18}([.,]\d{1,6})?$/.test(text),
  cccd: (text) => /^\d{12}$/.test(text.replace(/[ .-]/g, "")),
  phone: (text) => /^0[35789]\d{8}$/.test(atHome(text)),
  email: (text) => /^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$/.test(text),
  date: isDate,
  partial_date: (text) => /^\d{4}$/.test(text) || /^(0?[1-9]|1[0-2])[/. -]\d{4}$/.test(text) || isDate(text),
};

function isDate(text) {
  const found = text.match(/^(\d{1,2})[/. -]?(\d{1,2})[/. -]?(\d{4})$/);
  const iso = text.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  if (!found && !iso) return false;
  const [year, month, day] = iso ? iso.slice(1).map(Number) : [found[3], found[2], found[1]].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** The sentence for what is wrong with an input; empty when nothing is. */
function fault(input) {
  if (input.disabled || input.type === "hidden") return "";
  const say = (name) => input.dataset[name] ?? "";
  if (input.type === "radio") {
    const group = [...input.form.elements].filter((one) => one.name === input.name);
    return input.required && !group.some((one) => one.checked) ? say("sayMissing") : "";
  }
  if (input.type === "checkbox") return input.required && !input.checked ? say("sayMissing") : "";
  const text = input.value.trim();
  // Never the browser's own sentence: it speaks the browser's language.
  if (!text) return input.required ? say("sayMissing") || (input.type === "file" ? words.missingFile : words.missing) : "";
  const shape = shapes[input.dataset.kind];
  if (shape && !shape(text)) return say("sayWrong");
  if (input.pattern && !shape && !new RegExp(`^(?:${input.pattern})$`, "u").test(text)) return say("sayWrong");
  if (input.minLength > 0 && text.length < input.minLength) return say("sayTooShort");
  return range(input, text, say);
}

function range(input, text, say) {
  if (!["integer", "money"].includes(input.dataset.kind)) return "";
  const value = Number(digits(text.replace(/\s*(đ|₫|VND|đồng)$/i, "")));
  if (input.dataset.min && value < Number(input.dataset.min)) return say("sayTooSmall");
  if (input.dataset.max && value > Number(input.dataset.max)) return say("sayTooLarge");
  return "";
}

/** A file that was just refused is no longer in its input: the words that say why are not ours to take away. */
function refused(input) {
  return input.type === "file" && !input.files.length;
}

/** Shows or takes away the sentence at an input; tells whether the input is well. */
function check(input) {
  const block = input.closest(".xt-field");
  const message = fault(input);
  if (!block) return !message;
  const group = input.type === "radio" ? block : input;
  const id = input.type === "radio" ? `${block.id}-error` : `${input.id}-error`;
  let place = document.getElementById(id);
  block.classList.toggle("xt-wrong", Boolean(message));
  input.classList.toggle("is-invalid", Boolean(message));
  if (message && !place) {
    place = Object.assign(document.createElement("p"), { className: "xt-error", id });
    const last = [...block.children].findLast((one) => one.matches(".xt-label, .xt-hint"));
    if (last) last.after(place); else block.prepend(place);
  }
  if (place) {
    place.hidden = !message;
    const lead = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: words.error });
    place.replaceChildren(lead, message);
  }
  const ids = (group.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  group.setAttribute("aria-describedby", [...ids, ...(message ? [id] : [])].join(" "));
  if (input.type !== "radio") input.setAttribute("aria-invalid", String(Boolean(message)));
  return !message;
}

async function submit(event, form, draft) {
  if (event.submitter?.formNoValidate) return;
  const onItsWay = form.querySelector("[data-uploading]");
  if (onItsWay) {
    event.preventDefault();
    if (!draft.tell(words.uploading)) onItsWay.scrollIntoView({ block: "center" });
    return;
  }
  const seen = new Set();
  const wrong = [...form.elements].filter((input) => {
    if (!input.name || (input.type === "radio" && seen.has(input.name))) return false;
    seen.add(input.name);
    return !check(input);
  });
  if (wrong.length) {
    event.preventDefault();
    wrong[0].focus();
    wrong[0].closest(".xt-field")?.scrollIntoView({ block: "center" });
    return;
  }
  if (!draft.works || form.dataset.sending) return;
  if (event.submitter?.matches("[data-confirm]:not([data-confirmed])")) return; // keys.js asks first
  // Saved first: should the session have ended, the page stays and nothing is lost.
  event.preventDefault();
  if (await draft.save()) {
    // A draft that was saved already is done before this event is, and a form is deaf while its event lasts.
    await new Promise((next) => setTimeout(next));
    draft.forget();
    form.dataset.sending = "yes";
    form.requestSubmit(event.submitter ?? undefined);
    delete form.dataset.sending;
  }
}

// ---- drafts

function drafts(form) {
  const url = form.dataset.draftUrl;
  const status = form.querySelector("[data-draft-state]") ?? document.querySelector("[data-draft-state]");
  const key = `draft:${url}`;
  let timer, sent = "";
  const content = () => new URLSearchParams([...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken"));
  const say = (state, ...text) => {
    if (!status) return;
    status.dataset.state = state;
    status.replaceChildren(...text);
  };
  const later = (delay = DELAY) => {
    if (!url) return;
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };

  async function save() {
    clearTimeout(timer);
    const body = content();
    if (body.toString() === sent) return true;
    say("saving", words.saving);
    try {
      const token = form.elements.csrfmiddlewaretoken?.value ?? "";
      const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return ended(body);
      if (answer.status === 409) return changed(await answer.json());
      if (!answer.ok) throw new Error(answer.status);
    } catch {
      say("failed", words.failed);
      later(RETRY);
      return false;
    }
    sent = body.toString();
    sessionStorage.removeItem(key);
    const time = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
    say("saved", `${words.saved} ${time}`);
    return true;
  }

  // Another window changed the draft: what stands here is kept beside it, as a draft of its own, and goes on there.
  function changed(told) {
    if (told.draft && form.elements.draft) form.elements.draft.value = told.draft;
    say("failed", told.error ?? words.failed);
    status?.scrollIntoView({ block: "center" });
    return false;
  }

  // The content stays in this tab only, and no longer than until the draft is saved again.
  function ended(body) {
    sessionStorage.setItem(key, body.toString());
    const link = Object.assign(document.createElement("a"), { textContent: words.again, href: `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}` });
    say("failed", words.ended, link, words.then);
    status?.scrollIntoView({ block: "center" });
    return false;
  }

  function restore() {
    const kept = url && sessionStorage.getItem(key);
    if (!kept) return;
    fill(form, new URLSearchParams(kept));
    say("saved", words.restored);
    later();
  }

  if (url) {
    addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && timer) save(); });
    sent = content().toString();
  }
  const tell = (text) => { say("failed", text); return Boolean(status); };
  return { later, save, restore, tell, works: Boolean(url), forget: () => { clearTimeout(timer); sessionStorage.removeItem(key); } };
}

function fill(form, values) {
  for (const block of form.querySelectorAll("[data-rows]")) {
    const start = `${block.id.replace(/^[^-]*-/, "").replaceAll("-", ".")}.`;
    const numbers = [...values.keys()].filter((name) => name.startsWith(start)).map((name) => Number(name.slice(start.length).split(".")[0]));
    while (block.querySelectorAll("[data-row]").length <= Math.max(-1, ...numbers)) block.querySelector("[data-add-row]").click();
  }
  for (const input of form.elements) {
    if (!input.name || ["hidden", "file"].includes(input.type)) continue;
    if (["radio", "checkbox"].includes(input.type)) input.checked = values.getAll(input.name).includes(input.value);
    else if (values.has(input.name)) input.value = values.get(input.name);
  }
}

// ---- rows

function rows(block) {
  const template = block.querySelector("template");
  const add = block.querySelector("[data-add-row]");
  const most = Number(block.dataset.most || Infinity);
  const all = () => [...block.querySelectorAll("[data-row]")];
  let next = all().length;
  // Spare rows serve browsers without scripts; here a button makes them.
  all().slice(Number(block.dataset.filled)).forEach((row) => row.remove());

  function dress() {
    const there = all();
    add.hidden = there.length >= most;
    there.forEach((row, index) => {
      row.querySelector(".xt-row-number").textContent = index + 1;
      row.querySelector("[data-drop-row]").hidden = false;
    });
  }
  add.addEventListener("click", () => {
    const copy = template.content.cloneNode(true);
    const row = copy.querySelector("[data-row]");
    row.innerHTML = row.innerHTML.replaceAll("__row__", next).replaceAll("__number__", all().length + 1);
    row.setAttribute("aria-label", row.getAttribute("aria-label").replace("__number__", all().length + 1));
    next += 1;
    add.parentElement.before(copy);
    dress();
    row.querySelector("input, select, textarea")?.focus();
  });
  block.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-drop-row]");
    if (!drop) return;
    drop.closest("[data-row]").remove();
    dress();
    add.focus();
    block.dispatchEvent(new Event("input", { bubbles: true }));
  });
  dress();
}
