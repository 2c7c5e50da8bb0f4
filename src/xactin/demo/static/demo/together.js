// Keeps the desks of /demo/together as they stand: asks again each second while the page is seen.
const desks = document.querySelector("[data-desks]");
let shown = "";

async function look() {
  if (document.hidden) return;
  const answer = await fetch(desks.dataset.desks, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer?.ok) return;
  const html = await answer.text();
  if (html === shown) return;
  const held = document.activeElement?.id;
  shown = html;
  desks.innerHTML = html;
  if (held) document.getElementById(held)?.focus();
}

if (desks) setInterval(look, 1000);
