// The bench for forging: the proof as text, every change of it judged by the verifier of this page.
const bench = document.querySelector("[data-forge]");

async function begin() {
  const { verifyBytes, renderVerdict } = await verifier();
  const proof = document.getElementById("forged");
  const place = bench.querySelector("[data-forge-verdict]");
  const untouched = await (await fetch(bench.dataset.bundle)).text();
  const language = document.documentElement.lang === "en" ? "en" : "vi";

  async function judge() {
    const verdict = await verifyBytes(new TextEncoder().encode(proof.value));
    place.replaceChildren(renderVerdict(verdict, language));
  }

  proof.value = untouched;
  proof.addEventListener("input", judge);
  bench.querySelector("[data-forge-letter]").addEventListener("click", () => {
    proof.value = changed(proof.value);
    judge();
  });
  bench.querySelector("[data-forge-back]").addEventListener("click", () => {
    proof.value = untouched;
    judge();
  });
  await judge();
}

async function verifier() {
  const [{ parseTrust, verifyBundle }, { renderVerdict }] = await Promise.all([
    import(bench.dataset.verify),
    import(bench.dataset.page),
  ]);
  const trust = await parseTrust(bench.dataset.trust);
  return { renderVerdict, verifyBytes: (bytes) => verifyBundle(bytes, trust, {}) };
}

// Another letter for one that stands inside of a long text of the proof, so that the JSON stays readable.
function changed(text) {
  const places = [...text.matchAll(/"[A-Za-z0-9_-]{20,}"/g)];
  const { 0: word, index } = places[Math.floor(Math.random() * places.length)];
  const at = index + 1 + Math.floor(Math.random() * (word.length - 2));
  const other = text[at] === "a" ? "b" : "a";
  return text.slice(0, at) + other + text.slice(at + 1);
}

if (bench) begin();
