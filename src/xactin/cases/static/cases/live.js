// Keeps the page of a dossier as it stands: asks each second or two, while it is seen, whether the chain of the
// dossier has grown, which costs next to nothing, and only then reads the page anew and puts in place what differs.
//
// <div data-live-root data-live-head="/desk/cases/<id>/head/" data-live-at="7" data-live-often="1000">: where to ask,
//   what is shown, and how often in milliseconds; less often where nobody has touched the page for five minutes
// <section data-live="task-t5" data-live-is="...">: a piece; another `is` means another content; pieces may nest
//
// What somebody types in, has opened or holds the focus in stays as it is; what they look at stays where it is.

const words = {
  vi: {
    one: "Có 1 mục mới trên trang này.", many: "Có {n} mục mới trên trang này.", at: "Trang tự cập nhật lúc",
    ended: "Phiên làm việc đã hết, trang không còn tự cập nhật. ", again: "Đăng nhập lại", gone: "Ông/Bà không còn xem được hồ sơ này.",
    away: "Chưa kết nối được với hệ thống; trang sẽ tự cập nhật khi kết nối lại.",
    closed: "Việc này không còn mở. Nội dung Ông/Bà đang viết vẫn còn ở đây để sao chép.",
  },
  en: {
    one: "1 new entry on this page.", many: "{n} new entries on this page.", at: "This page updated itself at",
    ended: "The session has ended; this page is no longer kept up to date. ", again: "Sign in again", gone: "You can no longer see this dossier.",
    away: "The system cannot be reached; the page updates itself once it can.",
    closed: "This is no longer open. What you are writing stays here to be copied.",
  },
}[document.documentElement.lang] ?? {};

const root = document.querySelector("[data-live-root]");
const OFTEN = Number(root.dataset.liveOften);
const LEFT = 5 * 60000, IDLE = 10000, SELDOM = 60000;
const place = document.querySelector("[data-live-said]");
let at = Number(root.dataset.liveAt), wait = OFTEN, timer, asking = false, over = false, touched = Date.now();

const left = () => Date.now() - touched > LEFT;
const later = () => { clearTimeout(timer); timer = setTimeout(look, Math.max(wait, left() ? IDLE : 0)); };

async function look() {
  if (asking || over || document.hidden) return;
  asking = true;
  over = (await ask().catch(() => away())) === false;
  asking = false;
  if (!document.hidden) later();
}

/** One question; false where none is to follow. */
async function ask() {
  const answer = await fetch(root.dataset.liveHead, { redirect: "manual", cache: "no-cache", headers: { Accept: "application/json" } });
  if (answer.type === "opaqueredirect" || answer.status === 401) return ended();
  if (answer.status === 404 || answer.status === 403) return tell(words.gone), false;
  if (!answer.ok) return away(answer.headers.get("Retry-After"));
  wait = OFTEN;
  const { seq } = await answer.json();
  if (seq !== at) return draw();
  if (place.dataset.state === "away") tell("");
}

function away(seconds) {
  wait = Math.min(Math.max(wait * 2, 1000 * (Number(seconds) || 0)), SELDOM);
  tell(words.away, "away");
}

function ended() {
  const link = Object.assign(document.createElement("a"), { textContent: words.again, href: `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}` });
  place.replaceChildren(words.ended, link);
  place.dataset.state = "ended";
  return false;
}

function tell(text, state = "") {
  if (place.textContent !== text) place.replaceChildren(text);
  place.dataset.state = state;
}

async function draw() {
  const answer = await fetch(location.pathname + location.search.replace(/([?&])done=[^&]*/, "$1"), { redirect: "manual" });
  if (answer.type === "opaqueredirect") return ended();
  if (!answer.ok) return away(answer.headers.get("Retry-After"));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live-root]");
  if (!fresh) return false;
  const before = at;
  at = Number(fresh.dataset.liveAt);
  if (at === before) return undefined;
  still(() => swap(root, fresh));
  const news = Math.max(1, at - before), time = new Date().toLocaleTimeString("vi-VN");
  tell(`${news === 1 ? words.one : words.many.replace("{n}", news)} ${words.at} ${time}.`, "news");
}

/** Does something to the page so that what is looked at stays where it is. */
function still(change) {
  const held = anchor(), from = held?.getBoundingClientRect().top;
  change();
  if (held?.isConnected) scrollBy({ top: held.getBoundingClientRect().top - from, behavior: "instant" });
}

/** What is held on to: where the focus is, else the first piece in sight that no new one will take the place of. */
function anchor() {
  const focus = document.activeElement;
  if (focus && focus !== document.body && root.contains(focus)) return focus;
  const inSight = (one) => { const { top, bottom } = one.getBoundingClientRect(); return bottom > 0 && top < innerHeight; };
  return [...root.querySelectorAll("[data-live-still], h2")].find(inSight);
}

const pieces = (within) => [...within.querySelectorAll("[data-live]")].filter((one) => one.parentElement.closest("[data-live], [data-live-root]") === within);

/** Whether somebody is at work in a piece: it was typed in, opened, or holds the focus. */
function held(piece) {
  return piece.contains(document.activeElement) || piece.querySelector("details.xt-act[open], form[data-touched]") || piece.matches("details.xt-act[open]");
}

function swap(old, fresh) {
  const now = new Map(pieces(old).map((one) => [one.dataset.live, one]));
  let behind = null;
  for (const piece of pieces(fresh)) {
    const here = now.get(piece.dataset.live);
    now.delete(piece.dataset.live);
    behind = here ? renewed(here, piece) : added(old, piece, behind);
  }
  for (const gone of now.values()) leave(gone);
}

/** The piece as it stands now: the old one where nothing differs or somebody is at work in it. */
function renewed(here, piece) {
  if (piece.dataset.liveIs === undefined) return swap(here, piece), here; // it only holds pieces
  if (here.dataset.liveIs === piece.dataset.liveIs) return here;
  if (!held(here)) return put(here, piece, "replaceWith");
  if (pieces(here).length) {
    swap(here, piece);
    here.dataset.liveIs = piece.dataset.liveIs;
  }
  return here;
}

function added(old, piece, behind) {
  if (behind) return put(behind, piece, "after");
  const first = pieces(old)[0];
  return first ? put(first, piece, "before") : put(old, piece, "append");
}

function put(where, piece, how) {
  const drawn = document.importNode(piece, true);
  where[how](drawn);
  document.dispatchEvent(new CustomEvent("xt:drawn", { detail: drawn }));
  return drawn;
}

function leave(piece) {
  if (!held(piece)) return piece.remove();
  if (piece.querySelector(":scope > [data-live-closed]")) return;
  const said = Object.assign(document.createElement("p"), { className: "xt-hint", textContent: words.closed });
  said.dataset.liveClosed = "";
  said.setAttribute("role", "status");
  piece.prepend(said);
}

root.addEventListener("input", (event) => { const form = event.target.closest("form"); if (form) form.dataset.touched = ""; });
for (const sign of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(sign, () => { const was = left(); touched = Date.now(); if (was) look(); }, { passive: true });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
addEventListener("online", look);
later();
