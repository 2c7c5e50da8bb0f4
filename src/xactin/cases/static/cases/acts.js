// Acts signed by a passkey: prepare the statement, ask the authenticator, send its answer.
// Without this module, or without a passkey, the form is sent as it is and the server's key signs.
import { signWithPasskey } from "../identity/passkey.js";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button:not([type=button])");
    const place = form.querySelector("[data-act-error]");
    place.hidden = true;
    button.disabled = true;
    try {
      const prepared = await send(form.dataset.prepare, new FormData(form));
      const credential = await signWithPasskey(prepared.options);
      const body = JSON.stringify({ entry: prepared.entry, credential });
      await send(form.dataset.sign, body, form.elements.csrfmiddlewaretoken.value);
      location.assign(location.pathname);
    } catch (error) {
      place.textContent = error.message;
      place.hidden = false;
      button.disabled = false;
    }
  });
}

async function send(url, body, token) {
  const headers = token ? { "Content-Type": "application/json", "X-CSRFToken": token } : {};
  const response = await fetch(url, { method: "POST", body, headers });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || response.statusText);
  return answer;
}
