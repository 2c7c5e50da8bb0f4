// What every page needs; the larger parts are fetched only where a page has a use for them.
const modules = document.querySelector("script[data-modules]").dataset;

const parts = [
  ["form[data-form]", modules.moduleForm],
  [".xt-upload", modules.moduleUpload],
  ["[data-key], [data-confirm]", modules.moduleKeys],
  ["[data-rows]", modules.moduleRows],
  ["[data-flow]", modules.moduleFlow],
];
for (const [selector, address] of parts) {
  if (document.querySelector(selector)) import(address);
}

// What is drawn into the page later (`xt:drawn`) may be the first that has a use for one of them.
document.addEventListener("xt:drawn", (event) => {
  for (const [selector, address] of parts) {
    if (event.detail.matches(selector) || event.detail.querySelector(selector)) import(address);
  }
});

// The side menu is folded on a phone only. Browsers without ::details-content need help.
const wide = matchMedia("(min-width: 62rem)");
const side = document.querySelector("[data-side]");
const unfold = () => { side.open = wide.matches; };
if (side) {
  unfold();
  wide.addEventListener("change", unfold);
}

// Menus close by Escape and by a click elsewhere.
addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details[data-menu][open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// What is wrong comes first, also for who cannot see it.
document.querySelector("[data-error-summary]")?.focus();

// An impatient second press sends nothing twice.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  setTimeout(() => {
    if (event.defaultPrevented) return;
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
});

// Without a network the page stays as it is: the browser's own page of errors would take what was typed with it.
// On the window's way down, before any part of the page sends something by itself.
const offline = document.querySelector("[data-offline]");
addEventListener("submit", (event) => {
  if (navigator.onLine || !offline) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  offline.hidden = false;
  offline.focus();
}, true);
addEventListener("online", () => { if (offline) offline.hidden = true; });

// A page that comes back from the browser's memory may show what is no longer so.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[data-fresh]")) location.reload();
});
