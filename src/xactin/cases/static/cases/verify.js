// The proof of a result, calculated in the visitor's browser: by the page's own code, and by a chosen file.
import { parseTrust, verifyBundle } from "../ui/verify.js";
import { renderVerdict } from "../ui/verify-page.js";

const place = document.querySelector("[data-proof]");
const language = document.documentElement.lang === "en" ? "en" : "vi";

async function check(file) {
  const trust = await parseTrust(place.dataset.trust);
  const answer = await fetch(place.dataset.proof);
  const bundle = new Uint8Array(await answer.arrayBuffer());
  // Without the paper the bundle still proves who issued what and when; its one opened file is then left out.
  return verifyBundle(bundle, trust, file ? { result: file } : {});
}

function show(verdict) {
  place.replaceChildren(renderVerdict(verdict, language));
}

const form = document.querySelector("form[data-compare]");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [chosen] = form.querySelector("input[type=file]").files;
  if (!chosen) return;
  try {
    show(await check(new Uint8Array(await chosen.arrayBuffer())));
  } catch {
    form.submit();
    return;
  }
  place.focus();
});
