// Where a post signs with a passkey, each form that is sent is rehearsed first: the server answers what the device has to
// sign, and the form goes with the device's answer. A form that signs nothing, or is refused, goes as it is.
import { signWithPasskey, words } from "./passkey.js";

const FIELD = "passkey-signature";

// On the window, so that the form's own checks have spoken before. Acts of tasks have a way of their own (acts.js).
addEventListener("submit", (event) => {
  const form = event.target;
  const method = event.submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
  if (event.defaultPrevented || method.toLowerCase() !== "post" || form.matches("[data-passkey]")) return;
  event.preventDefault();
  sign(form, event.submitter);
});

async function sign(form, submitter) {
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  say(form, words.waiting, false);
  if (submitter) submitter.disabled = true;
  try {
    const asked = await rehearse(action || location.href, form, submitter);
    if (asked) hide(form, FIELD, JSON.stringify({ token: asked.token, credential: await signWithPasskey(asked.options) }));
    if (submitter?.name) hide(form, submitter.name, submitter.value);
    if (submitter?.hasAttribute("formaction")) form.setAttribute("action", action);
    HTMLFormElement.prototype.submit.call(form);
  } catch (error) {
    say(form, words[error.reason] ?? words.network, true);
    if (submitter) submitter.disabled = false;
    submitter?.focus();
  }
}

async function rehearse(action, form, submitter) {
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const plain = form.enctype !== "multipart/form-data";
  const answer = await fetch(action, {
    method: "POST",
    body: plain ? new URLSearchParams(body) : body,
    headers: { "Xactin-Rehearsal": "1" },
    redirect: "manual",
  });
  return answer.status === 428 ? answer.json() : null;
}

function hide(form, name, value) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  form.append(field);
}

function say(form, text, wrong) {
  let place = form.querySelector("[data-signing-state]");
  if (!place) {
    place = document.createElement("p");
    place.dataset.signingState = "";
    place.setAttribute("role", "status");
    form.append(place);
  }
  place.textContent = text;
  place.className = wrong ? "xt-error" : "xt-hint";
}
