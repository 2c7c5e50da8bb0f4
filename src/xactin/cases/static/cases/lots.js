// Many dossiers at once. Lines are chosen by their boxes: x takes the marked line in or out, Shift+x or Shift and a click
// all lines from the last one to this. Where a passkey signs, its ceremonies follow one another; a lot that is being
// worked on is looked at again until it is done.
import { signWithPasskey, words } from "../identity/passkey.js";
const { offer } = await import(document.querySelector("script[data-modules]").dataset.moduleKeys);

const told = {
  vi: { box: "Chọn hoặc bỏ chọn dòng này", range: "Chọn từ dòng trước đến dòng này", all: "Chọn cả trang", ceremony: "Xác nhận trên thiết bị: lần {k}, {n} hồ sơ …" },
  en: { box: "Take this line in or out", range: "Take all lines from the last one to this", all: "Take the whole page", ceremony: "Confirm on your device: ceremony {k}, {n} dossiers …" },
}[document.documentElement.lang] ?? {};

const boxes = () => [...document.querySelectorAll("[data-lot-box]")];
let last = null;

function count() {
  const chosen = boxes().filter((one) => one.checked).length;
  for (const place of document.querySelectorAll("[data-lot-count]")) place.textContent = chosen;
  for (const bar of document.querySelectorAll("[data-lot-bar]")) bar.classList.toggle("xt-lot-some", chosen > 0 || !!bar.querySelector("[name=all]:checked"));
}

function range(to) {
  const all = boxes();
  const [from, until] = [all.indexOf(last ?? to), all.indexOf(to)].sort((one, other) => one - other);
  for (const one of all.slice(Math.max(from, 0), until + 1)) one.checked = to.checked;
}

function marked() {
  return document.activeElement?.closest("tr")?.querySelector("[data-lot-box]") ?? null;
}

function take(wide) {
  const box = marked();
  if (!box) return;
  box.checked = wide || !box.checked;
  if (wide) range(box);
  last = box;
  count();
}

if (boxes().length) {
  offer("x", told.box, () => take(false));
  offer("X", told.range, () => take(true));
  offer("*", told.all, () => { const on = boxes().some((one) => !one.checked); for (const one of boxes()) one.checked = on; count(); });
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-lot-box]");
    if (!box) return;
    if (event.shiftKey) range(box);
    last = box;
    count();
  });
  document.addEventListener("change", count);
  count();
}

// On the window, so that the form's own checks and the question of keys.js have come before.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-lot-sign]") || event.submitter?.matches("[data-server-key]")) return;
  event.preventDefault();
  sign(form, event.submitter);
});

async function sign(form, button) {
  button.disabled = true;
  let k = 0;
  try {
    for (;;) {
      const asked = await send(form.dataset.prepare, new FormData(form));
      if (!asked.options) return location.assign(asked.url);
      k += 1;
      say(form, told.ceremony.replace("{k}", k).replace("{n}", asked.count), false);
      const credential = await signWithPasskey(asked.options);
      await send(form.dataset.lotSign, JSON.stringify({ credential }), form.elements.csrfmiddlewaretoken.value);
    }
  } catch (error) {
    say(form, words[error.reason] ?? error.message, true);
    button.disabled = false;
    button.focus();
  }
}

async function send(url, body, token) {
  const headers = token ? { "Content-Type": "application/json", "X-CSRFToken": token } : {};
  const response = await fetch(url, { method: "POST", body, headers }).catch(() => { throw new Error(words.network); });
  if (response.redirected) return new Promise(() => location.assign(response.url));
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error([answer.error, ...Object.values(answer.errors ?? {})].filter(Boolean).join(" ") || words.network);
  return answer;
}

function say(form, text, wrong) {
  const place = form.querySelector("[data-act-state]");
  place.textContent = text;
  place.classList.toggle("xt-error", wrong);
  place.classList.toggle("xt-hint", !wrong);
}

async function look() {
  const place = document.querySelector("[data-lot-going]");
  if (!place) return;
  const answer = await fetch(location.href).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = page?.getElementById("lot-state");
  if (fresh) document.getElementById("lot-state").replaceWith(document.importNode(fresh, true));
  setTimeout(look, 1500);
}
setTimeout(look, 1000);
