/* Proof bundles that a PDF carries as attachments. Nothing else of the PDF is understood or judged here. */

const BRACE = 0x7b;

/** The attachments of a PDF that begin like a bundle, in the order of the file. */
export async function bundlesInPdf(bytes) {
  // One letter for each byte, so that places in the text are places in the file.
  const text = new TextDecoder("latin1").decode(bytes);
  const found = [];
  for (const { index } of text.matchAll(/\/EmbeddedFile(?![A-Za-z])/g)) {
    const data = await attachmentAt(bytes, text, index);
    if (data?.[0] === BRACE) found.push(data);
  }
  return found;
}

async function attachmentAt(bytes, text, index) {
  const [begin, end] = [text.lastIndexOf(" obj", index), text.indexOf("stream", index)];
  if (begin < 0 || end < 0) return null;
  const header = text.slice(begin, end);
  const start = end + "stream".length + (text.startsWith("stream\r\n", end) ? 2 : 1);
  const length = header.match(/\/Length\s+(\d+)(?!\s+\d+\s+R)/);
  const stop = length ? start + Number(length[1]) : text.indexOf("endstream", start);
  const data = bytes.subarray(start, stop);
  return header.includes("/FlateDecode") ? inflate(data) : data;
}

async function inflate(data) {
  try {
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return null;
  }
}
