/*
 * Histograms of a few columns. Times, sizes and counts have bins of a constant ratio, the others of
 * a constant width; what lies beyond 99.5 % of the members is in the last bin, so that one member
 * does not press all others into the first.
 */

const CHARTED = ["time", "stretch", "charts", "packing", "coverage", "triangles", "size"];
const MOST_BINS = 24;
const BOX = { width: 300, height: 132, top: 8, bottom: 20 };

function sortedValues(values) {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

function ratioEdges(low, high) {
  const count = Math.min(MOST_BINS, Math.max(4, Math.ceil(Math.log2(high / low) * 2)));
  return Array.from({ length: count + 1 }, (_, i) => low * (high / low) ** (i / count));
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((k) => k * power).find((step) => step >= rough * 0.999);
}

function evenEdges(low, high) {
  const step = niceStep((high - low) / MOST_BINS);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/* Counts: 1, 2, 3, 4 ... while they are few, else powers; edges are whole numbers. */
function wholeEdges(low, high) {
  if (high - low < MOST_BINS) {
    return Array.from({ length: high - low + 2 }, (_, i) => low + i);
  }
  const edges = ratioEdges(Math.max(1, low), high + 1).map((edge) => Math.round(edge));
  return [...new Set(low < 1 ? [0, ...edges] : edges)];
}

function edgesOf(column, sorted) {
  const low = sorted[0];
  const high = Math.max(sorted[Math.floor((sorted.length - 1) * 0.995)], low);
  if (column.kind === "part") {
    return Array.from({ length: 21 }, (_, i) => i / 20);
  }
  if (column.kind === "count" || column.kind === "bytes") {
    return wholeEdges(low, high);
  }
  if (column.kind === "time") {
    return ratioEdges(Math.max(1, low), Math.max(high, 2 * Math.max(1, low)));
  }
  return evenEdges(low, high > low ? high : low + 0.1);
}

function binOf(edges, value) {
  let from = 0;
  let to = edges.length - 2;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (edges[middle] <= value) {
      from = middle;
    } else {
      to = middle - 1;
    }
  }
  return from;
}

/* An edge as it is written into a filter: short, and read back the same. */
function roundEdge(column, edge) {
  return column.kind === "time" ? Number((edge / 1000).toPrecision(3)) * 1000
    : Number(edge.toPrecision(6));
}

function edgeText(column, edge) {
  return column.kind === "time" ? Number((edge / 1000).toPrecision(3)) + "ms" : String(edge);
}

class Histogram {
  constructor(column, members, onPick) {
    this.column = column;
    this.values = column.values;
    this.edges = [...new Set(edgesOf(column, sortedValues(column.values))
      .map((edge) => roundEdge(column, edge)))];
    this.all = this.count(null, members.count);
    this.total = members.count;
    this.onPick = onPick;
    this.figure = el("figure", {}, this.caption(), this.picture());
  }

  count(passes, rows) {
    const bins = new Uint32Array(this.edges.length - 1);
    for (let row = 0; row < rows; row++) {
      if (!Number.isNaN(this.values[row]) && (passes === null || passes[row] === 1)) {
        bins[binOf(this.edges, this.values[row])]++;
      }
    }
    return bins;
  }

  caption() {
    const sorted = sortedValues(this.values);
    const median = sorted[Math.floor((sorted.length - 1) / 2)];
    const most = sorted[sorted.length - 1];
    return el("figcaption", {}, this.column.title + " ", el("small", {}, "median " +
      show(this.column.kind, median) + ", most " + show(this.column.kind, most)));
  }

  xOf(bin) {
    return bin / this.all.length * BOX.width;
  }

  heightOf(count) {
    const room = BOX.height - BOX.top - BOX.bottom;
    return count === 0 ? 0 : Math.max(1.5, count / Math.max(1, ...this.all) * room);
  }

  bar(kind, bin, count) {
    const height = this.heightOf(count);
    return svg("rect", { class: kind, x: this.xOf(bin) + 0.75, y: BOX.height - BOX.bottom - height,
      width: Math.max(0.5, BOX.width / this.all.length - 1.5), height });
  }

  range(bin) {
    const last = bin === this.all.length - 1;
    const kind = this.column.kind;
    return show(kind, this.edges[bin]) + (last ? " and more" : " to " + show(kind, this.edges[bin + 1]));
  }

  hit(bin) {
    const area = svg("rect", { class: "hit", x: this.xOf(bin), y: 0,
      width: BOX.width / this.all.length, height: BOX.height - BOX.bottom });
    area.addEventListener("pointermove", (event) => showTip(event, this.column.title + " " +
      this.range(bin) + "\n" + group(this.shown[bin]) + " of " + group(this.all[bin]) + " members"));
    area.addEventListener("pointerleave", hideTip);
    area.addEventListener("click", () => this.pick(bin));
    return area;
  }

  pick(bin) {
    const key = this.column.key;
    const least = key + ">=" + edgeText(this.column, this.edges[bin]);
    const below = key + "<" + edgeText(this.column, this.edges[bin + 1]);
    this.onPick(key, (bin === 0 ? "" : least + " ") + (bin === this.all.length - 1 ? "" : below));
  }

  labels() {
    const marks = [0, Math.floor(this.all.length / 2), this.all.length];
    const anchors = ["start", "middle", "end"];
    return marks.map((at, i) => svg("text", { x: this.xOf(at), y: BOX.height - 5,
      "text-anchor": anchors[i] }, show(this.column.kind, this.edges[at])));
  }

  picture() {
    const base = BOX.height - BOX.bottom;
    this.shown = this.all;
    this.bars = svg("g", {});
    const picture = svg("svg", { viewBox: "0 0 " + BOX.width + " " + BOX.height,
      role: "img", "aria-label": "Histogram: " + this.column.title });
    this.all.forEach((count, bin) => picture.append(this.bar("all", bin, count)));
    picture.append(this.bars, svg("line", { x1: 0, x2: BOX.width, y1: base, y2: base }));
    this.all.forEach((_, bin) => picture.append(this.hit(bin)));
    picture.append(...this.labels());
    this.draw();
    return picture;
  }

  draw() {
    this.bars.replaceChildren(...Array.from(this.shown, (count, bin) => this.bar("some", bin, count)));
  }

  show(passes) {
    this.shown = passes === null ? this.all : this.count(passes, this.total);
    this.draw();
  }
}

function showHistograms(members, onPick) {
  const made = CHARTED.map((key) => members.byKey.get(key))
    .filter((column) => column !== undefined && column.values.some((value) => !Number.isNaN(value)))
    .map((column) => new Histogram(column, members, onPick));
  byId("histograms").append(...made.map((histogram) => histogram.figure));
  byId("histograms").closest("section").hidden = made.length === 0;
  return made;
}

