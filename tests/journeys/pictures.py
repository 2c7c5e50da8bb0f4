"""Pictures of pages, small enough to be kept: 256 colours, packed well."""

import struct
import zlib
from base64 import b64decode, b64encode
from typing import Final

from playwright.sync_api import Page

# The 255 most frequent colours stay as they are; each other one becomes the nearest of them.
FEWER_COLOURS: Final = """async (source) => {
  const picture = await createImageBitmap(await (await fetch(source)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const paper = canvas.getContext("2d");
  paper.drawImage(picture, 0, 0);
  const points = new Uint32Array(paper.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const counts = new Map();
  for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1);
  const palette = [...counts.entries()].sort((a, b) => b[1] - a[1]).slice(0, 255).map(([point]) => point);
  const places = new Map(palette.map((point, place) => [point, place]));
  const parts = (point) => [point & 255, (point >> 8) & 255, (point >> 16) & 255];
  const colours = palette.map(parts);
  const nearest = (point) => {
    const wanted = parts(point);
    let best = 0, least = Infinity;
    colours.forEach((colour, place) => {
      const far = colour.reduce((sum, part, index) => sum + (part - wanted[index]) ** 2, 0);
      if (far < least) [best, least] = [place, far];
    });
    places.set(point, best);
    return best;
  };
  const indexed = Uint8Array.from(points, (point) => places.get(point) ?? nearest(point));
  let text = "";
  for (let at = 0; at < indexed.length; at += 32768) text += String.fromCharCode(...indexed.subarray(at, at + 32768));
  return {width: picture.width, height: picture.height, colours: colours.flat(), points: btoa(text)};
}"""


def smaller(page: Page, png: bytes) -> bytes:
    """The same picture as a PNG with a palette. `page` is a blank one, that calculates."""
    found = page.evaluate(FEWER_COLOURS, "data:image/png;base64," + b64encode(png).decode())
    width, height, points = found["width"], found["height"], b64decode(found["points"])
    rows = b"".join(b"\0" + points[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", bytes(found["colours"])),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
