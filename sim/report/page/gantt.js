// One iteration stage by stage, drawn on a canvas: wheel or +/- zooms, dragging or the arrow keys move.

const ganttKinds = ["forward", "backward", "wait", "exchange", "step"];
const ganttColors = { forward: "hbm_bandwidth", backward: "tensor_compute", wait: "panel", exchange: "scale_out",
  step: "scale_up" };

function ganttFigure(scenario) {
  const gantt = scenario.gantt, row = 22, height = gantt.stages.length * row + 20;
  const canvas = make("canvas", { tabindex: "0", role: "img", "data-zoom": "1",
    "aria-label": say("gantt.alt", { stages: gantt.stages.length, seconds: number(gantt.seconds, 3) }) });
  canvas.style.height = height + "px";
  const view = { from: 0, to: gantt.seconds };
  const note = make("figcaption", { "aria-live": "polite" });
  const render = () => renderGantt(canvas, gantt, view, row, note);
  const zoom = (factor, at = (view.from + view.to) / 2) => {
    const span = Math.min(gantt.seconds, Math.max(gantt.seconds / 2000, (view.to - view.from) * factor));
    const share = (at - view.from) / (view.to - view.from);
    moveTo(at - share * span, span);
  };
  const moveTo = (from, span) => {
    view.from = Math.min(Math.max(0, from), gantt.seconds - span);
    view.to = view.from + span;
    canvas.dataset.zoom = String(gantt.seconds / span);
    render();
  };
  const move = (share) => moveTo(view.from + share * (view.to - view.from), view.to - view.from);
  const whole = () => moveTo(0, gantt.seconds);
  listen(canvas, gantt, view, zoom, moveTo, move, whole);
  const button = (key, action) => {
    const made = make("button", { type: "button", "data-action": key }, say("gantt." + key));
    made.addEventListener("click", action);
    return made;
  };
  const tools = make("div", { class: "tools" }, button("closer", () => zoom(0.5)), button("farther", () => zoom(2)),
    button("left", () => move(-0.25)), button("right", () => move(0.25)), button("all", whole));
  new ResizeObserver(render).observe(canvas);
  document.addEventListener("themechange", render);
  return make("figure", {}, tools, canvas,
    legend(ganttKinds.map((kind) => [ganttColors[kind], say("gantt." + kind)])), note);
}

function listen(canvas, gantt, view, zoom, moveTo, move, whole) {
  const time = (event) => {
    const box = canvas.getBoundingClientRect();
    return view.from + Math.max(0, event.clientX - box.left - 40) / (box.width - 40) * (view.to - view.from);
  };
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;  // a page that scrolls stays one
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, time(event));
  }, { passive: false });
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, from: view.from };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held === null) return;
    const span = view.to - view.from, width = canvas.getBoundingClientRect().width - 40;
    moveTo(held.from - (event.clientX - held.x) / width * span, span);
  });
  canvas.addEventListener("pointerup", () => { held = null; });
  canvas.addEventListener("keydown", (event) => {
    const actions = { "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), ArrowLeft: () => move(-0.25),
      ArrowRight: () => move(0.25), "0": whole };
    if (actions[event.key] === undefined) return;
    event.preventDefault();
    actions[event.key]();
  });
}

function renderGantt(canvas, gantt, view, row, note) {
  const style = getComputedStyle(document.documentElement), ink = (name) => style.getPropertyValue("--" + name).trim();
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (width === 0) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const paint = canvas.getContext("2d");
  paint.scale(ratio, ratio);
  paint.fillStyle = ink("page");
  paint.fillRect(0, 0, width, height);
  const x = (seconds) => 40 + (seconds - view.from) / (view.to - view.from) * (width - 40);
  paint.font = "12px system-ui, sans-serif";
  gantt.stages.forEach((stage, index) => {
    let at = 0;  // a span is five numbers: its kind, the gap before it, its length, chunk and micro-batch
    for (let i = 0; i < stage.spans.length; i += 5) {
      const [kind, gap, length, chunk, micro] = stage.spans.slice(i, i + 5);
      const begin = (at + gap) * gantt.unit, end = begin + length * gantt.unit;
      at += gap + length;
      if (end < view.from || begin > view.to) continue;
      const left = Math.max(40, x(begin)), wide = Math.max(0.4, x(end) - left);
      paint.fillStyle = ink(ganttColors[ganttKinds[kind]]);
      paint.fillRect(left, index * row + 2, Math.max(0.4, wide - (wide > 3 ? 0.6 : 0)), row - 4);
      if (micro >= 0 && wide > 26) {
        paint.fillStyle = ink("page");
        paint.fillText(chunk > 0 ? `${micro}.${chunk}` : String(micro), left + 3, index * row + 15);
      }
    }
    paint.fillStyle = ink("soft");
    paint.fillText(String(stage.stage), 8, index * row + 15);
  });
  paint.fillStyle = ink("soft");
  const y = gantt.stages.length * row + 14;
  paint.fillText(number(view.from, 3) + " s", 40, y);
  const last = number(view.to, 3) + " s";
  paint.fillText(last, width - paint.measureText(last).width - 4, y);
  note.textContent = say("gantt.shown", { from: number(view.from, 3), to: number(view.to, 3) });
}
