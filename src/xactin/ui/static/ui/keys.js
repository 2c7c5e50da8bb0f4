// Acts by one key and one confirmation.
//
// <button data-key="t" data-confirm="Tiếp nhận hồ sơ?" data-confirm-text="..." data-confirm-label="Tiếp nhận">
//
// Single keys can be turned off (WCAG 2.1.4): "?" lists them, with the switch. Other modules add keys by `offer`.

const words = {
  vi: { yes: "Đồng ý", no: "Quay lại", keys: "Phím tắt", use: "Dùng phím tắt trên trang này", close: "Đóng" },
  en: { yes: "Yes", no: "Back", keys: "Keyboard shortcuts", use: "Use single keys on this page", close: "Close" },
}[document.documentElement.lang] ?? {};

const offered = [];

/** Another key of this page, with what it does in words; without `run` it works by itself and is only told. */
export function offer(key, text, run) {
  offered.push({ key, text, run });
}

const OFF = "xactin-keys-off";
const buttons = () => [...document.querySelectorAll("[data-key]:not([data-key=''])")].filter((one) => !one.disabled && !one.closest("[hidden]"));
const writing = (target) => target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable], dialog");

dress();
document.addEventListener("xt:drawn", dress);

function dress() {
  for (const button of buttons()) {
    if (button.matches("input") || button.querySelector(":scope > .xt-key")) continue;
    button.append(make("kbd", { className: "xt-key", textContent: button.dataset.key.toUpperCase(), ariaHidden: "true" }));
    button.setAttribute("aria-keyshortcuts", button.dataset.key);
  }
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (event.key === "?" && (buttons().length || offered.length)) return list();
  if (localStorage.getItem(OFF)) return;
  const one = offered.find((one) => one.run && one.key === event.key);
  if (one) {
    event.preventDefault();
    return one.run();
  }
  const found = buttons().find((one) => one.dataset.key.toLowerCase() === event.key.toLowerCase());
  if (!found) return;
  event.preventDefault();
  found.focus();
  if (!found.matches("input")) found.click();
});

// Before the form's own checks have passed, nothing is asked.
addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.dataset.confirm || button.dataset.confirmed || event.target.dataset.sending) return;
  event.preventDefault();
  ask(button).then((yes) => {
    if (!yes) return button.focus();
    button.dataset.confirmed = "yes";
    event.target.requestSubmit(button);
    delete button.dataset.confirmed;
  });
});

function ask(button) {
  const yes = make("button", { className: "btn btn-primary", value: "yes", textContent: button.dataset.confirmLabel || words.yes });
  const no = make("button", { className: "btn btn-outline-secondary", value: "no", textContent: words.no });
  const dialog = frame(button.dataset.confirm, button.dataset.confirmText, yes, no);
  yes.autofocus = true;
  return new Promise((done) => {
    dialog.addEventListener("close", () => { done(dialog.returnValue === "yes"); dialog.remove(); });
    dialog.showModal();
  });
}

function list() {
  const use = make("input", { type: "checkbox", className: "form-check-input", id: "xt-keys-on", checked: !localStorage.getItem(OFF) });
  use.addEventListener("change", () => (use.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "yes")));
  const row = make("p", { className: "form-check" });
  row.append(use, make("label", { className: "form-check-label", htmlFor: "xt-keys-on", textContent: words.use }));
  const items = make("ul", { className: "xt-keys" });
  for (const one of offered) items.append(line(one.key, one.text));
  for (const button of buttons()) {
    items.append(line(button.dataset.key, named(button)));
  }
  const dialog = frame(words.keys, "", make("button", { className: "btn btn-primary", textContent: words.close }));
  dialog.querySelector("h2").after(items, row);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

function named(button) {
  if (button.matches("input")) return button.labels[0]?.textContent ?? button.placeholder;
  return button.firstChild.textContent.trim() || button.textContent.slice(0, -1).trim();
}

function line(key, text) {
  const item = make("li", {});
  item.append(make("kbd", { className: "xt-key", textContent: key.length > 1 ? key : key.toUpperCase() }), ` ${text}`);
  return item;
}

function frame(title, text, ...tools) {
  const dialog = make("dialog", { className: "xt-dialog" });
  const form = make("form", { method: "dialog" });
  const head = make("h2", { id: "xt-dialog-title", textContent: title });
  const actions = make("p", { className: "xt-acts" });
  dialog.setAttribute("aria-labelledby", head.id);
  actions.append(...tools);
  form.append(head, ...(text ? [make("p", { textContent: text })] : []), actions);
  dialog.append(form);
  document.body.append(dialog);
  return dialog;
}

function make(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
