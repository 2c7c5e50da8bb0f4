// The acts of a post: one key opens one, one confirmation does it. Where a passkey signs: prepare the
// statement, ask the authenticator, send its answer. Without this module, or without a passkey, the form
// is sent as it is and the key kept by the server signs.
import { signWithPasskey, words } from "../identity/passkey.js";


for (const act of document.querySelectorAll("details.xt-act")) {
  act.addEventListener("toggle", () => {
    // Where nothing has to be filled in, the confirmation is at hand: one key, then Enter.
    if (act.open) act.querySelector("form .form-control:not([name=note-to-colleagues]), form .form-check-input, form button")?.focus();
  });
  // From within a text, where Enter begins a new line.
  act.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) act.querySelector("form").requestSubmit(act.querySelector("form button"));
  });
}

// What is typed is kept a second after the last key, so that neither a closed window nor an ended session loses it.
for (const form of document.querySelectorAll("form[data-typed]")) {
  let soon;
  const keep = () => fetch(form.dataset.typed, { method: "POST", body: new FormData(form), redirect: "manual", keepalive: true }).catch(() => null);
  let unkept = false;
  const kept = () => keep().then((answer) => { unkept = !answer; });
  form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(kept, 1000); });
  addEventListener("online", () => { if (unkept) kept(); });
  form.addEventListener("submit", () => clearTimeout(soon));
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
