// Moves the timeline that the report has drawn, and opens what is folded before it is printed.
// The page says everything without it.
(() => {
  "use strict";
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });

  // A link to something folded opens it, and all that it lies in.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const own = target.querySelector(":scope > details.whole");
    if (own) own.open = true;
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash.length > 1) reveal();

  // The page's language follows the choice, for whoever has it read aloud.
  const languages = { "lang-en": "en", "lang-fil": "fil" };
  const speak = () => {
    for (const id in languages)
      if (document.getElementById(id).checked) document.documentElement.lang = languages[id];
    if (draw) draw();
  };
  let draw = null;
  for (const id in languages) document.getElementById(id).addEventListener("change", speak);

  const svg = document.getElementById("tl-svg");
  if (!svg) return;
  const plot = svg.parentElement;
  const live = document.getElementById("tl-live");
  const controls = document.getElementById("tl-controls");
  controls.hidden = false;
  plot.classList.add("moves");

  const FROM = +svg.dataset.from, TO = +svg.dataset.to;
  const LEAST = Math.min(600, TO - FROM), PAD = 8, NS = svg.namespaceURI;
  const HEIGHT = svg.viewBox.baseVal.height;
  let a = FROM, b = TO, width = 1000;
  const spans = svg.querySelectorAll("rect[data-a]");
  const columns = svg.querySelectorAll(".columns g");
  const labels = svg.querySelectorAll("text.label");
  const dots = svg.querySelectorAll("circle[data-t]");
  const full = svg.querySelectorAll("[data-full]");
  const grid = svg.querySelector(".grid");
  const baseline = +svg.dataset.bars;

  const x = (t) => PAD + ((t - a) / (b - a)) * (width - 2 * PAD);
  const clamp = (v, low, high) => Math.max(low, Math.min(high, v));
  const pad = (n) => String(n).padStart(2, "0");
  const stamp = (t, hours) => {
    const d = new Date(t * 1000);
    const date = `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
    return hours ? `${date} ${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}` : date;
  };
  const make = (name, attributes, text) => {
    const node = document.createElementNS(NS, name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text) node.textContent = text;
    return node;
  };

  const STEPS = [60, 300, 900, 3600, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000,
    7862400, 15724800, 31536000, 157680000, 315360000];
  const ticks = () => {
    grid.replaceChildren();
    const room = Math.max(2, Math.floor(width / 105));
    const step = STEPS.find((s) => (b - a) / s <= room) || STEPS[STEPS.length - 1];
    const origin = step > 86400 ? FROM : 0;
    for (let t = origin + Math.ceil((a - origin) / step) * step; t <= b; t += step) {
      const at = x(t);
      grid.append(make("line", { x1: at, x2: at, y1: Math.min(18, baseline), y2: HEIGHT }));
      if (at < width - 76)
        grid.append(make("text", { x: at + 3, y: baseline + 17 }, stamp(t, step < 86400).slice(step < 86400 ? 5 : 0)));
    }
  };

  draw = () => {
    width = Math.max(320, plot.clientWidth);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute("width", width);
    ticks();
    for (const line of full) line.setAttribute("x2", width);
    for (const column of columns) {
      const left = x(+column.dataset.a), right = x(+column.dataset.b);
      for (const bar of column.querySelectorAll("rect")) {
        bar.setAttribute("x", left + 0.4);
        bar.setAttribute("width", Math.max(0.8, right - left - 0.8));
      }
    }
    for (const bar of spans) {
      const left = clamp(x(+bar.dataset.a), -20, width + 20);
      const right = clamp(x(+bar.dataset.b), -20, width + 20);
      bar.setAttribute("x", left);
      bar.setAttribute("width", Math.max(4, right - left));
    }
    for (const label of labels) {
      const left = x(+label.dataset.a), right = x(+label.dataset.b);
      const hidden = right < 0 || left > width;
      label.style.display = hidden ? "none" : "";
      if (hidden) continue;
      // What is drawn, not what was guessed: the languages and widths differ.
      const wide = label.getComputedTextLength();
      label.setAttribute("text-anchor", "start");
      label.setAttribute("x", clamp(left, PAD, Math.max(PAD, width - PAD - wide)));
    }
    for (const dot of dots) {
      const at = x(+dot.dataset.t);
      dot.setAttribute("cx", at);
      dot.style.display = at < 0 || at > width ? "none" : "";
    }
    svg.dataset.shown = `${Math.round(a)} ${Math.round(b)}`;
  };

  let soon = 0;
  const show = (from, to) => {
    const long = clamp(to - from, LEAST, TO - FROM);
    a = clamp(from, FROM, TO - long);
    b = a + long;
    draw();
    clearTimeout(soon);
    soon = setTimeout(() => {
      live.textContent = a === FROM && b === TO ? "" : `${stamp(a, true)} – ${stamp(b, true)} UTC`;
    }, 150);
  };
  const zoom = (factor, at) => {
    const hinge = at === undefined ? (a + b) / 2 : at;
    show(hinge - (hinge - a) * factor, hinge + (b - hinge) * factor);
  };
  const move = (share) => show(a + (b - a) * share, b + (b - a) * share);
  const under = (event) => {
    const box = svg.getBoundingClientRect();
    return a + ((event.clientX - box.left) / box.width) * (b - a);
  };
  const acts = {
    in: () => zoom(0.5), out: () => zoom(2), left: () => move(-0.25), right: () => move(0.25),
    all: () => show(FROM, TO),
  };
  controls.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) acts[button.dataset.do]();
  });
  const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", 0: "all", Home: "all" };
  plot.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[act]();
  });

  // Whoever scrolls the page past the chart keeps scrolling; whoever moves to the chart zooms it.
  let scrolled = false;
  addEventListener("scroll", () => { scrolled = true; }, { passive: true });
  plot.addEventListener("pointermove", () => { scrolled = false; });
  plot.addEventListener("wheel", (event) => {
    if (scrolled && !event.ctrlKey) return;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      move(event.deltaX / width);
      return;
    }
    if (event.deltaY > 0 && a === FROM && b === TO) return;
    event.preventDefault();
    zoom(Math.exp(clamp(event.deltaY, -300, 300) * 0.0022), under(event));
  }, { passive: false });
  plot.addEventListener("dblclick", (event) => zoom(0.4, under(event)));

  // Dragging moves; two fingers zoom.
  const fingers = new Map();
  let dragged = false;
  plot.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event.clientX);
    dragged = false;
  });
  addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = [...fingers.values()];
    const was = fingers.get(event.pointerId);
    if (fingers.size === 1 && Math.abs(event.clientX - was) < 3 && !dragged) return;
    fingers.set(event.pointerId, event.clientX);
    const now = [...fingers.values()];
    dragged = true;
    if (fingers.size === 2) {
      const gap = Math.max(20, Math.abs(now[0] - now[1]));
      zoom(Math.max(20, Math.abs(before[0] - before[1])) / gap,
        under({ clientX: (now[0] + now[1]) / 2 }));
    } else {
      move((was - event.clientX) / width);
    }
  });
  const lift = (event) => fingers.delete(event.pointerId);
  addEventListener("pointerup", lift);
  addEventListener("pointercancel", lift);
  plot.addEventListener("click", (event) => {
    if (dragged) event.preventDefault();
  }, true);
  plot.addEventListener("dragstart", (event) => event.preventDefault());

  // Titles as tips that keys can reach and that do not make one wait.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  plot.append(tip);
  for (const title of [...svg.querySelectorAll("title")]) {
    title.parentNode.dataset.tip = title.textContent;
    title.parentNode.setAttribute("aria-label", title.textContent);
    title.remove();
  }
  const point = (target, left, top) => {
    const from = target.closest ? target.closest("[data-tip]") : null;
    tip.hidden = !from;
    if (!from) return;
    tip.textContent = from.dataset.tip;
    const box = plot.getBoundingClientRect();
    const room = box.width - tip.offsetWidth - 4;
    tip.style.left = `${clamp(left - box.left + 12, 4, Math.max(4, room))}px`;
    tip.style.top = `${top - box.top + 16}px`;
  };
  plot.addEventListener("pointermove", (event) => point(event.target, event.clientX, event.clientY));
  plot.addEventListener("pointerleave", () => { tip.hidden = true; });
  plot.addEventListener("focusin", (event) => {
    const box = event.target.getBoundingClientRect();
    if (event.target !== plot) point(event.target, box.left, box.bottom - 10);
  });
  plot.addEventListener("focusout", () => { tip.hidden = true; });

  new ResizeObserver(() => draw()).observe(plot);
  draw();
})();
