/* Runs the browser's verifier over cases from standard input: argv[2] is the address of verify.js. */
import { readFileSync } from "node:fs";

const { parseTrust, verifyBundle } = await import(process.argv[2]);
const { TEXTS } = await import(process.argv[2].replace("verify.js", "verify-texts.js"));
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

const verdicts = [];
for (const { bundle, trust, files } of JSON.parse(readFileSync(0, "utf8"))) {
  const given = Object.fromEntries(Object.entries(files).map(([name, data]) => [name, bytes(data)]));
  verdicts.push(await verifyBundle(bytes(bundle), await parseTrust(trust), given));
}
process.stdout.write(JSON.stringify({ verdicts, TEXTS }));
