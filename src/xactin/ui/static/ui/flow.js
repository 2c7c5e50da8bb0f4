// The picture of a procedure, drawn by bpmn-js, with "you are here". The words beside it say the same.

const watched = new WeakSet();
watchAll(document);
document.addEventListener("xt:drawn", (event) => watchAll(event.detail));

function watchAll(root) {
  for (const figure of root.querySelectorAll("[data-flow]")) if (!watched.has(figure)) watch(figure);
}

function watch(figure) {
  watched.add(figure);
  // The viewer weighs more than the page: it is fetched when somebody comes near.
  const near = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    near.disconnect();
    draw(figure).catch(() => figure.querySelector("[data-flow-picture]").remove());
  }, { rootMargin: "300px" });
  near.observe(figure);
}

let loading;
function viewer(data) {
  loading ??= new Promise((done, fail) => {
    for (const href of [data.style, data.styleMore]) {
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
    }
    document.head.append(Object.assign(document.createElement("script"), { src: data.viewer, onload: () => done(globalThis.BpmnJS), onerror: fail }));
  });
  return loading;
}

async function draw(figure) {
  const [Viewer, answer] = await Promise.all([viewer(figure.dataset), fetch(figure.dataset.flow)]);
  if (!answer.ok) throw new Error(answer.status);
  const picture = figure.querySelector("[data-flow-picture]");
  picture.hidden = false;
  const drawn = new Viewer({ container: picture });
  await drawn.importXML(await answer.text());
  const canvas = drawn.get("canvas");
  const known = drawn.get("elementRegistry");
  const named = (text) => (text ?? "").split(" ").filter((id) => id && known.get(id));
  named(figure.dataset.done).forEach((id) => canvas.addMarker(id, "xt-node-done"));
  const here = named(figure.dataset.here);
  for (const id of here) {
    canvas.addMarker(id, "xt-node-here");
    const flag = Object.assign(document.createElement("div"), { className: "xt-here-flag", textContent: figure.dataset.words });
    drawn.get("overlays").add(id, { position: { top: -6, left: known.get(id).width / 2 }, html: flag });
  }
  show(canvas, known, here, picture);
  const tools = figure.querySelector("[data-flow-tools]");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const step = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (step === "fit") canvas.zoom("fit-viewport", "auto");
    else if (step) canvas.zoom(canvas.zoom() * 1.25 ** Number(step));
  });
  // The picture speaks Vietnamese, as the procedure was drawn; the words speak the page's language.
  figure.querySelector("details").open = innerWidth < 700 || document.documentElement.lang !== "vi";
}

/** The whole picture where it stays readable; on a phone the part where the dossier is. */
function show(canvas, known, here, picture) {
  canvas.zoom("fit-viewport", "auto");
  if (canvas.zoom() > 0.45 || !here.length) return;
  const shape = known.get(here[0]);
  canvas.viewbox({
    x: shape.x + shape.width / 2 - picture.clientWidth,
    y: shape.y + shape.height / 2 - picture.clientHeight,
    width: picture.clientWidth * 2,
    height: picture.clientHeight * 2,
  });
}
