// The acts of a post: one key opens one, one confirmation does it. Where a passkey signs: prepare the
// statement, ask the authenticator, send its answer. Without this module, or without a passkey, the form
// is sent as it is and the key kept by the server signs.
import { signWithPasskey, words } from "../identity/passkey.js";


// A page that keeps itself up to date (`live.js`) draws acts later: they are listened to on their way up.
document.addEventListener("toggle", (event) => {
  const act = event.target;
  if (!act.matches?.("details.xt-act") || !act.open) return;
  // Where nothing has to be filled in, the confirmation is at hand: one key, then Enter.
  act.querySelector("form .form-control:not([name=note-to-colleagues]), form .form-check-input, form button")?.focus();
}, true);
// From within a text, where Enter begins a new line.
document.addEventListener("keydown", (event) => {
  const act = event.target.closest?.("details.xt-act");
  if (act && event.key === "Enter" && (event.ctrlKey || event.metaKey)) act.querySelector("form").requestSubmit(act.querySelector("form button"));
});

// What is typed is kept a second after the last key, so that neither a closed window nor an ended session loses it.
const soon = new WeakMap(), unkept = new Set();
const typed = (event) => event.target.closest?.("form[data-typed]");
const keep = (form) => fetch(form.dataset.typed, { method: "POST", body: textsOf(form), redirect: "manual", keepalive: true }).catch(() => null).then((answer) => { unkept[answer ? "delete" : "add"](form); });
document.addEventListener("input", (event) => {
  const form = typed(event);
  if (!form) return;
  clearTimeout(soon.get(form));
  soon.set(form, setTimeout(keep, 1000, form));
});
document.addEventListener("submit", (event) => { const form = typed(event); if (form) clearTimeout(soon.get(form)); });
addEventListener("online", () => { for (const form of unkept) keep(form); });

// Files are sent with the act, and not each second while somebody types beside them.
function textsOf(form) {
  const sent = new FormData(form);
  for (const [name, value] of [...sent]) if (typeof value !== "string") sent.delete(name);
  return sent;
}

// On the window, so that the form's own checks have spoken before.
addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("form[data-passkey]") || event.submitter?.matches("[data-server-key]")) return;
  event.preventDefault();
  sign(event.target);
});

async function sign(form) {
  const button = form.querySelector("button:not([type=button])");
  say(form, words.waiting, false);
  button.disabled = true;
  try {
    const prepared = await send(form.dataset.prepare, new FormData(form));
    const credential = await signWithPasskey(prepared.options);
    const body = JSON.stringify({ entry: prepared.entry, credential });
    const done = await send(form.dataset.sign, body, form.elements.csrfmiddlewaretoken.value);
    location.assign(done.url ?? location.pathname);
  } catch (error) {
    say(form, words[error.reason] ?? error.message, true);
    button.disabled = false;
    button.focus();
  }
}

function say(form, text, wrong) {
  const place = form.querySelector("[data-act-state]");
  place.textContent = text;
  place.classList.toggle("xt-error", wrong);
  place.classList.toggle("xt-hint", !wrong);
}

async function send(url, body, token) {
  const headers = token ? { "Content-Type": "application/json", "X-CSRFToken": token } : {};
  let response;
  try {
    response = await fetch(url, { method: "POST", body, headers });
  } catch {
    throw new Error(words.network);
  }
  // The session has ended: what was typed is kept, and the way back from sign-in leads to the dossier.
  if (response.redirected) return new Promise(() => location.assign(response.url));
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error([answer.error, ...Object.values(answer.errors ?? {})].filter(Boolean).join(" ") || words.network);
  return answer;
}
