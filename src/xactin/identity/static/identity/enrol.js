// The enrolment page: the button asks the device, the form carries its answer.
import { canUsePasskeys, enrolPasskey } from "./passkey.js";

const form = document.querySelector("form[data-enrol-passkey]");
const told = (reason) => {
  for (const line of form.querySelectorAll("[data-told]")) line.hidden = line.dataset.told !== reason;
};

if (form) {
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  // Until here the button slept: the form without a device's answer is of no use to the server.
  if (canUsePasskeys()) form.querySelector("button").disabled = false;
  else told("unsupported");
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    told("");
    try {
      form.elements.credential.value = JSON.stringify(await enrolPasskey(options));
      form.requestSubmit();
    } catch (error) {
      told(error.reason ?? "failed");
    }
  });
}
