// On a wide screen a document opens beside the data, never over what is being typed; elsewhere, and without this
// module, in a window of its own. The first of the page is there at once: for who signs, that is the draft.
const panel = document.querySelector("[data-view-panel]");
const wide = matchMedia("(min-width: 75rem)");
const CLOSED = "xactin-view-closed";
const links = [...document.querySelectorAll("a[data-view]")].filter((link) => shows(link.dataset.view));

function shows(type) {
  return /^image\/(jpeg|png)$/.test(type) || (type === "application/pdf" && navigator.pdfViewerEnabled);
}

function open(link) {
  const image = link.dataset.view.startsWith("image/");
  const shown = document.createElement(image ? "img" : "iframe");
  // The page as wide as the place, without a column of small pages.
  shown.src = image ? link.href : `${link.href}#navpanes=0&view=FitH`;
  shown[image ? "alt" : "title"] = link.dataset.viewOf;
  panel.querySelector("[data-view-name]").textContent = link.dataset.viewOf;
  panel.querySelector("[data-view-alone]").href = link.href;
  panel.querySelector("[data-view-place]").replaceChildren(shown);
  panel.hidden = false;
  for (const one of links) one.toggleAttribute("aria-current", one.href === link.href);
}

for (const link of links) {
  link.addEventListener("click", (event) => {
    if (!wide.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    localStorage.removeItem(CLOSED);
    open(link);
  });
}

panel.querySelector("[data-view-close]").addEventListener("click", () => {
  localStorage.setItem(CLOSED, "yes");
  panel.hidden = true;
  panel.querySelector("[data-view-place]").replaceChildren();
});

if (wide.matches && links.length && (links[0].closest(".xt-task") || !localStorage.getItem(CLOSED))) open(links[0]);
