/* Starts the verifier in the page that is one file (see ui/standalone.py). */

import { attachVerifier } from "./verify-page.js";

const page = document.documentElement;
const show = attachVerifier(document.querySelector("form"), document.querySelector("output"), {
  trustText: () => document.querySelector("textarea").value,
  language: () => page.lang,
});

for (const button of document.querySelectorAll("button[data-language]")) {
  button.addEventListener("click", () => {
    page.lang = button.dataset.language;
    for (const other of document.querySelectorAll("button[data-language]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    document.title = document.querySelector(`h1 [lang=${page.lang}]`).textContent;
    show();
  });
}
