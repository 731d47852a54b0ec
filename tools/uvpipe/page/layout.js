/* The UV layout: charts on their pages, with borders, in the colours of the mesh beside it. */

const HEAT_BANDS = 32; /* so many colours are enough for a flat picture, and paths are few */

class Layout {
  constructor(canvas) {
    this.canvas = canvas;
    this.mesh = null;
    this.mode = "checker";
    this.reset();
    this.redraw = keepDrawn(canvas, () => this.draw());
    this.listen();
  }

  setMesh(mesh) {
    this.mesh = mesh;
    this.borders = bordersOf(mesh);
    this.groups = { charts: this.groupBy((t) => mesh.chart[mesh.corners[3 * t]]),
      stretch: this.groupBy((t) => Math.floor(mesh.heat[t] * HEAT_BANDS / 256)) };
    this.reset();
    this.redraw();
  }

  groupBy(keyOf) {
    const groups = new Map();
    for (let t = 0; t < this.mesh.triangles; t++) {
      const key = keyOf(t);
      if (!groups.has(key)) {
        groups.set(key, []);
      }
      groups.get(key).push(t);
    }
    return groups;
  }

  setMode(mode) {
    this.mode = mode;
    this.redraw();
  }

  reset() {
    this.zoom = 1;
    this.shift = [0, 0];
    if (this.redraw) {
      this.redraw();
    }
  }

  /* ---- drawing ---- */

  /* From UV to pixels: all of the layout with a small margin, v upwards. */
  project() {
    const side = Math.min(this.canvas.width, this.canvas.height);
    const scale = side * 0.94 / this.mesh.uvSide * this.zoom;
    const x0 = this.canvas.width / 2 + this.shift[0] * side -
      (this.mesh.uvLow[0] + this.mesh.uvSide / 2) * scale;
    const y0 = this.canvas.height / 2 + this.shift[1] * side +
      (this.mesh.uvLow[1] + this.mesh.uvSide / 2) * scale;
    return { scale, x: (u) => x0 + u * scale, y: (v) => y0 - v * scale };
  }

  draw() {
    const density = fitCanvas(this.canvas);
    const g = this.canvas.getContext("2d");
    g.fillStyle = colorOf("--paper");
    g.fillRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.mesh === null) {
      return;
    }
    const at = this.project();
    this.drawPages(g, at, density);
    this.drawTriangles(g, at);
    this.drawBorders(g, at, density);
  }

  /* The page, and others that the layout reaches. */
  drawPages(g, at, density) {
    const [u, v] = this.mesh.uvLow;
    const lastU = Math.min(20, Math.ceil(u + this.mesh.uvSide - 1e-6));
    const lastV = Math.min(20, Math.ceil(v + this.mesh.uvSide - 1e-6));
    g.strokeStyle = colorOf("--line");
    g.lineWidth = density;
    for (let y = 0; y < Math.max(1, lastV); y++) {
      for (let x = 0; x < Math.max(1, lastU); x++) {
        g.strokeRect(at.x(x), at.y(y + 1), at.scale, at.scale);
      }
    }
  }

  drawTriangles(g, at) {
    const byHeat = this.mode === "stretch";
    g.lineWidth = 0.6;
    for (const [key, triangles] of byHeat ? this.groups.stretch : this.groups.charts) {
      const color = byHeat ? heatColor((key + 0.5) * 256 / HEAT_BANDS) : chartColor(key);
      const path = new Path2D();
      for (const t of triangles) {
        this.addTriangle(path, at, t);
      }
      g.fillStyle = g.strokeStyle = "rgb(" + color.join(" ") + ")";
      g.fill(path);
      g.stroke(path); /* closes the hair lines between neighbours */
    }
  }

  addTriangle(path, at, t) {
    const { corners, uv } = this.mesh;
    for (let k = 0; k < 3; k++) {
      const point = corners[3 * t + k];
      const x = at.x(uv[2 * point]);
      const y = at.y(uv[2 * point + 1]);
      if (k === 0) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
    path.closePath();
  }

  drawBorders(g, at, density) {
    const { uv } = this.mesh;
    g.strokeStyle = isDark() ? "rgb(10 14 20 / 80%)" : "rgb(20 28 40 / 75%)";
    g.lineWidth = Math.min(1, 0.35 + 0.25 * this.zoom) * density;
    g.beginPath();
    for (let i = 0; i < this.borders.length; i += 2) {
      const [a, b] = [this.borders[i], this.borders[i + 1]];
      g.moveTo(at.x(uv[2 * a]), at.y(uv[2 * a + 1]));
      g.lineTo(at.x(uv[2 * b]), at.y(uv[2 * b + 1]));
    }
    g.stroke();
  }

  /* ---- the reader's hand ---- */

  moveBy(x, y) {
    const side = Math.min(this.canvas.clientWidth, this.canvas.clientHeight);
    this.shift = [this.shift[0] + x / side, this.shift[1] + y / side];
    this.redraw();
  }

  /* `place`: what stays where it is, in pixels from the middle. */
  zoomBy(factor, place) {
    const side = Math.min(this.canvas.clientWidth, this.canvas.clientHeight);
    const zoom = Math.min(200, Math.max(0.5, this.zoom * factor));
    const real = zoom / this.zoom;
    this.shift = this.shift.map((shift, i) => place[i] / side + (shift - place[i] / side) * real);
    this.zoom = zoom;
    this.redraw();
  }

  listen() {
    handle(this.canvas, {
      drag: (x, y) => this.moveBy(x, y),
      zoom: (factor, place) => this.zoomBy(factor, place),
      reset: () => this.reset(),
    });
  }
}

/*
 * Pointers, wheel and keys of a picture that can be moved and zoomed: one finger drags, two pinch,
 * and `event` says whether shift is held.
 */
function handle(canvas, acts) {
  const pointers = new Map();
  const middle = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  };
  canvas.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const [x, y] = [event.clientX - before.x, event.clientY - before.y];
    const wide = pointers.size === 2 ? spread() : 0;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 2) {
      acts.zoom(spread() / wide, middle(event), event);
    } else {
      acts.drag(x, y, event);
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => pointers.delete(event.pointerId));
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    acts.zoom(Math.exp(-Math.sign(event.deltaY) * 0.16), middle(event), event);
  }, { passive: false });
  canvas.addEventListener("dblclick", () => acts.reset());
  canvas.addEventListener("keydown", (event) => handleKey(event, acts));
}

function handleKey(event, acts) {
  const moves = {
    "ArrowLeft": () => acts.drag(-24, 0, event), "ArrowRight": () => acts.drag(24, 0, event),
    "ArrowUp": () => acts.drag(0, -24, event), "ArrowDown": () => acts.drag(0, 24, event),
    "+": () => acts.zoom(1.25, [0, 0], event), "=": () => acts.zoom(1.25, [0, 0], event),
    "-": () => acts.zoom(0.8, [0, 0], event),
    "0": () => acts.reset(), "Home": () => acts.reset(),
  };
  if (moves[event.key] && !event.ctrlKey && !event.metaKey) {
    moves[event.key]();
    event.preventDefault();
  }
}

