// Lists by the keyboard: j and k go from line to line, Enter opens the one that is marked, as any link does.
//
// <table data-rows> ... <a data-row href="..."> in each line
//
// What a key does is told by "?" (keys.js); single keys can be turned off there.
// One instance of that module: it is asked for by the address that the page names.
const { offer } = await import(document.querySelector("script[data-modules]").dataset.moduleKeys);

const words = {
  vi: { next: "Dòng sau", last: "Dòng trước", open: "Mở dòng đang chọn" },
  en: { next: "Next line", last: "Line before", open: "Open the marked line" },
}[document.documentElement.lang] ?? {};

const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];

function go(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const wanted = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  wanted?.focus();
  wanted?.scrollIntoView({ block: "nearest" });
}

offer("j", words.next, () => go(1));
offer("k", words.last, () => go(-1));
offer("Enter", words.open);
