// Files go up at once, with progress; photos are made smaller on the phone; a failed one is tried again.
// The file is sent under the name of its input. The server answers 2xx with {id, name} where the page has to
// send an id along, or a status of 4xx with `detail` (or `error`) in words.

const words = {
  vi: {
    shrinking: "Đang thu nhỏ ảnh …", sending: "Đang tải lên", done: "Đã tải lên", again: "Thử lại", cancel: "Hủy", choose: "Chọn tệp hoặc chụp ảnh", chooseFile: "Chọn tệp",
    remove: "Bỏ", network: "Mạng bị gián đoạn. Tệp chưa được tải lên.", large: "Tệp quá lớn. Dung lượng tối đa là",
    ended: "Phiên làm việc đã hết. Ông/Bà vui lòng đăng nhập lại ở một thẻ khác rồi bấm “Thử lại”.",
    failed: "Tệp chưa được tải lên. Ông/Bà vui lòng thử lại.", error: "Lỗi: ",
  },
  en: {
    shrinking: "Making the photo smaller …", sending: "Uploading", done: "Uploaded", again: "Try again", cancel: "Cancel", choose: "Choose a file or take a photo", chooseFile: "Choose a file",
    remove: "Remove", network: "The connection broke. The file was not uploaded.", large: "The file is too large. At most",
    ended: "The session has ended. Please sign in again in another tab, then press “Try again”.",
    failed: "The file was not uploaded. Please try again.", error: "Error: ",
  },
}[document.documentElement.lang] ?? {};

const LONGEST = 2400;
const WORTH_IT = 1.2 * 1024 * 1024;

for (const block of document.querySelectorAll(".xt-upload")) {
  dress(block);
  if (block.dataset.upload) watch(block);
  else block.querySelector("input[type=file]").addEventListener("change", (event) => show(block, [...event.target.files].map((file) => file.name).join(", ")));
}

/** The browser's own button speaks the browser's language; this one speaks the page's. */
function dress(block) {
  const input = block.querySelector("input[type=file]");
  const photos = !input.accept || /image\/(\*|jpeg|heic)/.test(input.accept);  // a camera makes no PNG
  input.after(Object.assign(document.createElement("span"), { className: "btn btn-outline-secondary xt-choose", textContent: photos ? words.choose : words.chooseFile, ariaHidden: "true" }));
  block.classList.add("xt-upload-dressed");
}

function watch(block) {
  const input = block.querySelector("input[type=file]");
  input.addEventListener("change", () => { if (input.files.length) takeAll(block, input); });
}

/** One after the other: a phone's line is narrow. Each says how it went, and one that is refused stops no other. */
async function takeAll(block, input) {
  const chosen = [...input.files];
  // From here on they travel alone: left in the input, the form would send them once more.
  input.value = "";
  const faults = new Map();
  const tell = (file, why) => { why ? faults.set(file, `${file.name}: ${why}`) : faults.delete(file); complain(block, [...faults.values()]); };
  // After the form's own check of this choice, which would take the words away again.
  await new Promise((next) => setTimeout(next));
  tell(input, "");
  block.dataset.uploading = "";
  for (const file of chosen) await take(block, input, file, (why) => tell(file, why));
  delete block.dataset.uploading;
}

async function take(block, input, chosen, tell) {
  show(block, words.shrinking);
  const file = await smaller(chosen);
  if (file.size <= Number(block.dataset.largest)) return new Promise((done) => send(block, input, file, tell, done));
  show(block, "");
  tell(`${words.large} ${Math.floor(block.dataset.largest / 1048576)} MB.`);
}

/** A photo from a phone, at most 2,400 pixels a side; other files as they are. */
async function smaller(file) {
  if (!["image/jpeg", "image/png"].includes(file.type) || file.size < WORTH_IT) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // what this browser cannot draw, the server will judge
  }
}

function send(block, input, file, tell, done) {
  const request = new XMLHttpRequest();
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  const text = document.createElement("span");
  const cancel = button(words.cancel, () => { request.abort(); tell(""); show(block, ""); done(); });
  bar.setAttribute("aria-label", `${words.sending} ${file.name}`);
  text.textContent = `${words.sending} ${file.name}`;
  show(block, text, bar, cancel);
  const retry = (why) => {
    show(block, button(words.again, () => { tell(""); send(block, input, file, tell, done); }), cancel);
    tell(why);
  };
  request.upload.addEventListener("progress", (event) => {
    bar.value = event.lengthComputable ? Math.round((100 * event.loaded) / event.total) : 0;
  });
  request.addEventListener("error", () => retry(words.network));
  request.addEventListener("load", () => answered(request, { block, input, file, retry, tell, done }));
  request.open("POST", block.dataset.upload);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
  const body = new FormData();
  body.append(input.name, file);
  if (input.form?.elements.draft) body.append("draft", input.form.elements.draft.value);
  request.send(body);
}

function answered(request, { block, input, file, retry, tell, done }) {
  const answer = read(request.responseText);
  if ([401, 403].includes(request.status) || request.responseURL.includes("/accounts/login")) return retry(words.ended);
  const told = answer.detail || answer.error || answer.title || words.failed;
  if (request.status >= 500) return retry(told);
  if (request.status >= 400) {
    // Sending the same file again would not help.
    show(block, "");
    tell(told);
    return done();
  }
  list(block, input, answer, file);
  input.required = false;
  show(block, `${words.done}: ${answer.name ?? file.name}`);
  block.dispatchEvent(new CustomEvent("xt:uploaded", { bubbles: true, detail: answer }));
  block.dispatchEvent(new Event("input", { bubbles: true })); // the draft keeps it
  done();
}

/** A file that went up stands in the list, with its id and, where it may be removed, the button that does. */
function list(block, input, answer, file) {
  const place = block.querySelector("[data-upload-files]");
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("span"), { className: "xt-file-name", textContent: answer.name ?? file.name }));
  item.append(Object.assign(document.createElement("input"), { type: "hidden", name: `${input.name}_id`, value: answer.id ?? "" }));
  if ("removable" in block.dataset && answer.id) {
    const remove = Object.assign(document.createElement("button"), { className: "btn btn-link btn-sm", name: "remove", value: answer.id, formNoValidate: true, textContent: words.remove });
    remove.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: `: ${answer.name ?? file.name}` }));
    item.append(remove);
  }
  if (!input.multiple) place.replaceChildren();
  place.append(item);
}

function read(text) {
  try { return JSON.parse(text); } catch { return {}; }
}

function button(text, act) {
  const one = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-outline-secondary btn-sm", textContent: text });
  one.addEventListener("click", act);
  return one;
}

function show(block, ...parts) {
  block.querySelector("[data-upload-state]").replaceChildren(...parts.filter(Boolean));
}

/** What is wrong, a line for each file. The form's own check writes in the same place: all of it is made anew. */
function complain(block, lines) {
  const place = block.querySelector("[data-upload-error]");
  const lead = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: words.error });
  const told = lines.flatMap((line, at) => (at ? [document.createElement("br"), line] : [line]));
  place.hidden = !lines.length;
  place.replaceChildren(...(lines.length ? [lead, ...told] : []));
  block.classList.toggle("xt-wrong", Boolean(lines.length));
}
