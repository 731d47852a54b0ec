/*
 * What each thread did. A thread is a band; in every moment the states it was in are stacked by
 * how much of the moment they took: work from below in strong colours, waits above in pale ones.
 */

/* What the program calls a state, in words, and its colour on light and dark ground. */
const STATES = {
  "load": ["load", "#8fb8e0", "#6b97c2"],
  "decode": ["decode", "#3f74b5", "#4f8bd6"],
  "topology": ["topology", "#7d6fc4", "#9486e0"],
  "segment": ["segment", "#e08a2e", "#e89a46"],
  "flatten": ["flatten", "#cf4a4f", "#e2666a"],
  "merge": ["merge", "#e58e9b", "#d98593"],
  "pack": ["pack", "#4a9a52", "#63b56b"],
  "verify": ["verify", "#2f8f8b", "#46aeaa"],
  "make": ["make", "#cf4a4f", "#e2666a"],
  "encode": ["encode", "#a05f9c", "#bd7fb9"],
  "render": ["into the archive", "#c9a0c4", "#9c7698"],
  "show": ["make exhibits", "#8a6a55", "#a98871"],
  "helping with": ["help with another's mesh", "#c9a20f", "#d9b83a"],
  "works for the writer": ["compress", "#6f8f3a", "#93b558"],
  "reads": ["read and unpack", "#3f74b5", "#4f8bd6"],
  "reading": ["read and unpack", "#3f74b5", "#4f8bd6"],
  "waiting for input": ["read input, or wait for it", "#5d9ccf", "#4787b8"],
  "reads ahead": ["read and unpack ahead", "#8fb8e0", "#6b97c2"],
  "opens": ["open inputs", "#7d6fc4", "#9486e0"],
  "closes": ["close inputs", "#7d6fc4", "#9486e0"],
  "writes": ["write", "#4a9a52", "#63b56b"],
  "writing": ["write", "#4a9a52", "#63b56b"],
  "waiting for members": ["between two members", "#c4cbd5", "#4a5361"],
  "what is read ahead": ["wait for what is read ahead", "#cfe0ef", "#33475a"],
  "room to read ahead": ["wait: enough is read ahead", "#cfe0ef", "#33475a"],
  "finishes": ["end the output", "#2f8f8b", "#46aeaa"],
  "starts": ["start", "#9aa3af", "#77808d"],
  "ends": ["end", "#9aa3af", "#77808d"],
  "waiting for work": ["between two things", "#c4cbd5", "#4a5361"],
  "between inputs": ["between inputs", "#c4cbd5", "#4a5361"],
  "work": ["wait for work", "#e3e7ed", "#2b323d"],
  "its helpers": ["wait for helpers", "#ecd9a0", "#5d5230"],
  "room in the budget or window": ["wait for room: --memory or --queue", "#f1c9a5", "#6b4a2e"],
  "the inputs before": ["wait for the inputs before", "#d9cdec", "#4a4163"],
  "something to read": ["wait for something to read", "#e3e7ed", "#2b323d"],
  "the next item": ["wait for the next member", "#e3e7ed", "#2b323d"],
  "the oldest job": ["wait for compression", "#d5e3b8", "#46542b"],
  "the end of reading ahead": ["wait for the reading ahead", "#cfe0ef", "#33475a"],
  "a worker": ["wait for a worker", "#f1c9a5", "#6b4a2e"],
};

const OTHER_COLORS = ["#97a1b0", "#7b8595"];
const AXIS_HEIGHT = 24;
const KEPT = 4; /* bins at least that can be zoomed to */
const WORTH_A_LINE = 0.004; /* of all time: states below share a line of the legend */

function isDark() {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function colorOfState(name) {
  const state = STATES[name];
  return state ? state[isDark() ? 2 : 1] : OTHER_COLORS[isDark() ? 1 : 0];
}

function labelOfState(name, wait) {
  return STATES[name] ? STATES[name][0] : (wait ? "wait for " : "") + name;
}

function readThreads(json) {
  return (json.threads || []).map((thread) => ({
    ...thread,
    states: thread.states
      .map((state) => ({ ...state, parts: bytesOf(state.parts) }))
      .filter((state) => state.us > 0 || state.parts.some((part) => part > 0))
      .sort((a, b) => a.wait - b.wait),
  }));
}

/* All threads' time by what states are called, the most first. */
function totalsOf(threads) {
  const totals = new Map();
  for (const thread of threads) {
    for (const state of thread.states) {
      const label = labelOfState(state.name, state.wait);
      const total = totals.get(label) || { name: state.name, label, wait: state.wait, us: 0 };
      total.us += state.us;
      totals.set(label, total);
    }
  }
  return [...totals.values()].sort((a, b) => a.wait - b.wait || b.us - a.us);
}

class Timeline {
  constructor(json) {
    this.canvas = byId("timeline-canvas");
    this.binUs = json.bin_ns / 1000;
    this.threads = readThreads(json);
    this.endUs = Math.max(1, ...this.threads.map((thread) => thread.ended_us));
    this.from = 0;
    this.to = this.endUs;
    this.chosen = null; /* the state that is brought out */
    this.drag = null;
    this.rowHeight = this.threads.length <= 12 ? 26 : this.threads.length <= 40 ? 16 : 9;
    this.canvas.style.height = this.threads.length * this.rowHeight + AXIS_HEIGHT + "px";
    this.redraw = keepDrawn(this.canvas, () => this.draw());
    this.listen();
    this.showLegend();
  }

  /* ---- places ---- */

  get left() {
    return this.canvas.clientWidth < 560 ? 62 : 84;
  }

  get width() {
    return Math.max(1, this.canvas.clientWidth - this.left - 8);
  }

  xOf(us) {
    return this.left + (us - this.from) / (this.to - this.from) * this.width;
  }

  usAt(x) {
    const part = Math.min(1, Math.max(0, (x - this.left) / this.width));
    return this.from + part * (this.to - this.from);
  }

  zoomTo(from, to) {
    const least = Math.min(this.endUs, KEPT * this.binUs);
    const length = Math.min(this.endUs, Math.max(least, to - from));
    const start = Math.min(Math.max(0, (from + to - length) / 2), this.endUs - length);
    this.from = start;
    this.to = start + length;
    this.redraw();
  }

  zoomBy(factor, us) {
    const at = us === undefined ? (this.from + this.to) / 2 : us;
    this.zoomTo(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  panBy(part) {
    const step = (this.to - this.from) * part;
    const from = Math.min(Math.max(0, this.from + step), this.endUs - (this.to - this.from));
    this.zoomTo(from, from + this.to - this.from);
  }

  /* ---- drawing ---- */

  draw() {
    const density = fitCanvas(this.canvas);
    const g = this.canvas.getContext("2d");
    const ink = { text: colorOf("--soft"), line: colorOf("--line"), ground: colorOf("--panel") };
    g.setTransform(density, 0, 0, density, 0, 0);
    g.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    g.font = "12px system-ui, sans-serif";
    this.threads.forEach((thread, i) => this.drawThread(g, thread, i * this.rowHeight, ink));
    this.drawAxis(g, ink);
    this.drawDrag(g);
  }

  drawThread(g, thread, top, ink) {
    const height = this.rowHeight - (this.rowHeight > 12 ? 3 : 1);
    const first = Math.max(0, Math.floor(this.from / this.binUs));
    const last = Math.min(thread.bins, Math.ceil(this.to / this.binUs));
    const base = new Float32Array(Math.max(0, last - first));
    g.save();
    g.beginPath();
    g.rect(this.left, top, this.width, this.rowHeight);
    g.clip();
    for (const state of thread.states) {
      g.fillStyle = colorOfState(state.name);
      g.globalAlpha = this.chosen === null ||
        this.chosen === labelOfState(state.name, state.wait) ? 1 : 0.13;
      this.drawState(g, state, first, last, base, top, height);
    }
    g.restore();
    if (this.rowHeight > 12) {
      g.fillStyle = ink.text;
      g.textAlign = "left";
      g.textBaseline = "middle";
      g.fillText(thread.name, 4, top + height / 2 + 1, this.left - 8);
    }
  }

  /* Neighbours of the same height are one rectangle. */
  drawState(g, state, first, last, base, top, height) {
    for (let bin = first; bin < last;) {
      const part = state.parts[bin];
      const low = base[bin - first];
      let end = bin + 1;
      while (end < last && state.parts[end] === part && base[end - first] === low) {
        end++;
      }
      if (part > 0) {
        const x = this.xOf(bin * this.binUs);
        const high = part / 255 * height;
        g.fillRect(x, top + height - low - high, this.xOf(end * this.binUs) - x + 0.3, high);
        for (let i = bin; i < end; i++) {
          base[i - first] += high;
        }
      }
      bin = end;
    }
  }

  drawAxis(g, ink) {
    const top = this.threads.length * this.rowHeight;
    const wanted = (this.to - this.from) / Math.max(2, this.width / 110);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= wanted);
    g.fillStyle = ink.text;
    g.strokeStyle = ink.line;
    g.textBaseline = "top";
    g.textAlign = "center";
    for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) {
      const x = this.xOf(at);
      g.beginPath();
      g.moveTo(x, 0);
      g.lineTo(x, top + 4);
      g.stroke();
      if (x < this.left + this.width - 20) {
        g.fillText(at === 0 ? "0" : showTime(at), x, top + 7);
      }
    }
  }

  drawDrag(g) {
    if (this.drag !== null) {
      g.fillStyle = colorOf("--mark");
      g.globalAlpha = 0.2;
      g.fillRect(Math.min(this.drag.x, this.drag.now), 0, Math.abs(this.drag.now - this.drag.x),
        this.threads.length * this.rowHeight);
      g.globalAlpha = 1;
    }
  }

  /* ---- what is under the pointer ---- */

  describe(x, y) {
    const thread = this.threads[Math.floor(y / this.rowHeight)];
    if (thread === undefined || x < this.left) {
      return thread === undefined ? null : this.describeThread(thread);
    }
    const bin = Math.floor(this.usAt(x) / this.binUs);
    const lines = thread.states
      .filter((state) => bin < thread.bins && state.parts[bin] > 2)
      .sort((a, b) => b.parts[bin] - a.parts[bin])
      .map((state) => Math.round(state.parts[bin] / 2.55) + " % " +
        labelOfState(state.name, state.wait));
    const from = bin * this.binUs;
    return thread.name + ", " + showTime(from) + " to " + showTime(from + this.binUs) + "\n" +
      (lines.join("\n") || "not there");
  }

  describeThread(thread) {
    const all = thread.ended_us - thread.began_us;
    const lines = [...thread.states].sort((a, b) => b.us - a.us).slice(0, 8)
      .map((state) => showTime(state.us) + " (" + (100 * state.us / Math.max(1, all)).toFixed(0) +
        " %) " + labelOfState(state.name, state.wait));
    return thread.name + ", " + showTime(all) + " in all\n" + lines.join("\n");
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /* ---- the reader's hand ---- */

  endDrag() {
    if (this.drag !== null && Math.abs(this.drag.now - this.drag.x) > 5) {
      const ends = [this.usAt(this.drag.x), this.usAt(this.drag.now)].sort((a, b) => a - b);
      this.zoomTo(ends[0], ends[1]);
    }
    this.drag = null;
    this.redraw();
  }

  onMove(event) {
    const [x, y] = this.place(event);
    const text = this.describe(x, y);
    if (this.drag !== null) {
      this.drag.now = x;
      this.redraw();
    }
    if (text === null) {
      hideTip();
    } else {
      showTip(event, text);
    }
  }

  onKey(event) {
    const moves = {
      "ArrowLeft": () => this.panBy(-0.2), "ArrowRight": () => this.panBy(0.2),
      "+": () => this.zoomBy(0.6), "=": () => this.zoomBy(0.6), "-": () => this.zoomBy(1.6),
      "0": () => this.zoomTo(0, this.endUs), "Home": () => this.zoomTo(0, this.endUs),
    };
    if (moves[event.key] && !event.ctrlKey && !event.metaKey) {
      moves[event.key]();
      event.preventDefault();
    }
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch" && this.place(event)[0] >= this.left) {
        this.drag = { x: this.place(event)[0], now: this.place(event)[0] };
        canvas.setPointerCapture(event.pointerId);
      }
    });
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    canvas.addEventListener("pointerup", () => this.endDrag());
    canvas.addEventListener("pointercancel", () => this.endDrag());
    canvas.addEventListener("pointerleave", hideTip);
    canvas.addEventListener("dblclick", () => this.zoomTo(0, this.endUs));
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    canvas.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.shiftKey) {
        event.preventDefault();
        this.zoomBy((event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8, this.usAt(this.place(event)[0]));
      }
    }, { passive: false });
    byId("timeline-in").addEventListener("click", () => this.zoomBy(0.5));
    byId("timeline-out").addEventListener("click", () => this.zoomBy(2));
    byId("timeline-all").addEventListener("click", () => this.zoomTo(0, this.endUs));
  }

  /* ---- the legend ---- */

  choose(label, list) {
    this.chosen = this.chosen === label ? null : label;
    for (const button of list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.state === this.chosen));
    }
    this.redraw();
  }

  legendButton(total, all, list) {
    const swatch = el("canvas", { width: "1", height: "1" });
    const button = el("button", { type: "button", "aria-pressed": "false" }, swatch, total.label,
      el("small", {}, showTime(total.us) + ", " + (100 * total.us / all).toFixed(1) + " %"));
    button.dataset.state = total.label;
    button.addEventListener("click", () => this.choose(total.label, list));
    keepDrawn(swatch, () => {
      swatch.style.background = colorOfState(total.name);
    });
    return button;
  }

  showLegend() {
    const list = byId("legend");
    const totals = totalsOf(this.threads);
    const all = Math.max(1, totals.reduce((sum, total) => sum + total.us, 0));
    const told = totals.filter((one) => one.us >= WORTH_A_LINE * all);
    const rest = totals.filter((one) => one.us < WORTH_A_LINE * all);
    list.append(...told.map((total) => el("li", {}, this.legendButton(total, all, list))));
    if (rest.length > 0) {
      const line = el("li", {}, group(rest.length) + " more, together " +
        showTime(rest.reduce((sum, one) => sum + one.us, 0)));
      line.title = rest.map((one) => one.label + ": " + showTime(one.us)).join("\n");
      list.append(line);
    }
    this.canvas.setAttribute("aria-label", "Timeline of " + this.threads.length +
      " threads over " + showTime(this.endUs));
  }
}

function showTimeline(json) {
  if (json === null || !json.threads) {
    byId("timeline").hidden = true;
    return;
  }
  new Timeline(json);
}

