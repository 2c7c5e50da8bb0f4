/* Runs the browser's verifier over cases from standard input: argv[2] is the address of verify.js. */
import { readFileSync } from "node:fs";

const sibling = (name) => import(process.argv[2].replace("verify.js", name));
const { parseTrust, verifyBundle, verifyDocument } = await sibling("verify.js");
const { bundlesInPdf, verifyPdf } = await sibling("verify-pdf.js");
const { PDF_TEXTS } = await sibling("verify-pdf-texts.js");
const { TEXTS } = await sibling("verify-texts.js");
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

const verdicts = [];
for (const { bundle, trust, files, document } of JSON.parse(readFileSync(0, "utf8"))) {
  const keys = await parseTrust(trust);
  if (document === undefined) {
    const given = Object.fromEntries(Object.entries(files).map(([name, data]) => [name, bytes(data)]));
    verdicts.push(await verifyBundle(bytes(bundle), keys, given));
  } else if (files === "whole") {
    verdicts.push(await verifyPdf(bytes(document), keys));
  } else {
    const carried = await bundlesInPdf(bytes(document));
    verdicts.push(await Promise.all(carried.map((data) => verifyDocument(data, bytes(document), keys))));
  }
}
process.stdout.write(JSON.stringify({ verdicts, TEXTS, PDF_TEXTS }));
