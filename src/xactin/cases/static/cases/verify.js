// The proof of a result, calculated in the visitor's browser from the page's own code and a chosen file.
import { sha256, toHex } from "../ui/verify-proofs.js";
import { parseTrust, verifyBundle } from "../ui/verify.js";
import { verifyPdf } from "../ui/verify-pdf.js";
import { renderVerdict } from "../ui/verify-page.js";

const language = document.documentElement.lang === "en" ? "en" : "vi";

// The browser's own file button speaks the browser's language; this one speaks the page's.
for (const block of document.querySelectorAll("[data-choose]")) {
  const input = block.querySelector("input");
  block.classList.add("xt-upload-dressed");
  block.querySelector(".xt-choose").hidden = false;
  input.addEventListener("change", () => {
    block.querySelector("[data-chosen]").textContent = input.files[0]?.name ?? "";
  });
}

const form = document.querySelector("form[data-compare]");
const place = document.querySelector("[data-proof]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [chosen] = form.querySelector("input[type=file]").files;
  if (!chosen) return;
  try {
    const trust = await parseTrust(place.dataset.trust);
    const answer = await fetch(place.dataset.proof);
    const bundle = new Uint8Array(await answer.arrayBuffer());
    const verdict = await ofPaper(bundle, trust, new Uint8Array(await chosen.arrayBuffer()));
    place.replaceChildren(told(renderVerdict(verdict, language, verdict.valid && verdict.answer === "valid")));
  } catch {
    form.submit(); // a browser that cannot calculate it asks the server
    return;
  }
  place.focus();
});

/** The verdict on a chosen file: this result, byte for byte; else what it is instead. Never valid once revoked. */
async function ofPaper(bundle, trust, file) {
  const verdict = await verifyBundle(bundle, trust, { result: file });
  const inForce = place.dataset.inForce === "yes";
  if (verdict.valid) return inForce ? verdict : { ...verdict, answer: "revoked" };
  const instead = await verifyPdf(file, trust);
  const attached = place.dataset.attached.split(" ").includes(toHex(await sha256(file)));
  if (attached && instead.answer === "sealed") return { ...instead, problems: [], answer: inForce ? "attached" : "revoked" };
  return ["not_original", "sealed"].includes(instead.answer) ? instead : verdict;
}

/** The verdict with acts and posts by name. */
function told(box) {
  const words = JSON.parse(document.getElementById("proof-words").textContent);
  for (const { cells } of box.querySelector("table")?.tBodies[0].rows ?? []) {
    cells[1].textContent = words.acts[cells[1].textContent] ?? cells[1].textContent;
    cells[2].textContent = words.by[cells[2].textContent] ?? cells[2].textContent;
  }
  return box;
}
