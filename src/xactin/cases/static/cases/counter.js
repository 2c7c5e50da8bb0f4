// The counter's pages by keyboard: the first empty field has the focus. A camera reads the card where the browser itself
// can read QR codes; a scanner needs nothing of this, it types into its field and presses Enter.
for (const form of document.querySelectorAll("form[data-counter]")) {
  camera(form);
  if (form.matches("[data-first-empty]")) firstEmpty(form)?.focus();
}

function firstEmpty(form) {
  const wanted = "input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), select, textarea";
  const optional = (field) => ["scan", "visitor_phone", "visitor_address"].includes(field.name) || field.closest(".xt-field")?.querySelector(".xt-if-any");
  const number = form.elements.visitor_number;
  if (number && !number.value) return form.elements.scan;
  return [...form.querySelectorAll(wanted)].find((field) => !field.value && !field.disabled && field.offsetParent && !optional(field));
}

async function camera(form) {
  const button = form.querySelector("[data-camera]");
  const view = form.querySelector("[data-camera-view]");
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      button.hidden = true; // no camera, or not allowed: the field and the keyboard are there
      return form.elements.scan.focus();
    }
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    const found = await seen(view, new BarcodeDetector({ formats: ["qr_code"] }));
    for (const track of stream.getTracks()) track.stop();
    view.hidden = true;
    if (!found) return form.elements.scan.focus();
    form.elements.scan.value = found;
    form.requestSubmit();
  });
}

async function seen(view, detector) {
  for (let tries = 0; tries < 300; tries++) {
    const [code] = await detector.detect(view);
    if (code) return code.rawValue;
    await new Promise((next) => setTimeout(next, 200));
  }
  return "";
}
