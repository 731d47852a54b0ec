/* A mesh as the program packed it: stages/unwrapper/exhibit.h says how. */

const STEPS = 65535;
const HEAT_OCTAVE = 51;
const KINDS = ["whole", "clustered", "sampled"];

class ByteReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return value;
      }
      scale *= 128;
    }
  }

  difference() {
    const folded = this.number();
    return folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2;
  }

  float() {
    this.at += 4;
    return this.view.getFloat32(this.at - 4, true);
  }
}

function readHead(reader) {
  if (reader.byte() !== 1) {
    throw new Error("a mesh of another version");
  }
  const head = { kind: KINDS[reader.byte()] };
  for (const key of ["mesh", "meshes", "all", "triangles", "points", "charts"]) {
    head[key] = reader.number();
  }
  head.low = [reader.float(), reader.float(), reader.float()];
  head.side = reader.float();
  head.uvLow = [reader.float(), reader.float()];
  head.uvSide = reader.float();
  return head;
}

/* Places within the unit cube, UVs as they are, and a chart for each point. */
function readPoints(reader, mesh) {
  const now = [0, 0, 0, 0, 0, 0];
  mesh.place = new Float32Array(3 * mesh.points);
  mesh.uv = new Float32Array(2 * mesh.points);
  mesh.chart = new Uint32Array(mesh.points);
  for (let i = 0; i < mesh.points; i++) {
    for (let k = 0; k < 6; k++) {
      now[k] += reader.difference();
    }
    mesh.place.set([now[0] / STEPS, now[1] / STEPS, now[2] / STEPS], 3 * i);
    mesh.uv[2 * i] = mesh.uvLow[0] + now[3] / STEPS * mesh.uvSide;
    mesh.uv[2 * i + 1] = mesh.uvLow[1] + now[4] / STEPS * mesh.uvSide;
    mesh.chart[i] = now[5];
  }
}

function readTriangles(reader, mesh) {
  let seen = 0;
  mesh.corners = new Uint32Array(3 * mesh.triangles);
  for (let i = 0; i < mesh.corners.length; i++) {
    const back = reader.number();
    mesh.corners[i] = seen - back;
    seen += back === 0 ? 1 : 0;
  }
  mesh.heat = reader.bytes.slice(reader.at, reader.at + mesh.triangles);
}

function readExhibit(base64) {
  const reader = new ByteReader(bytesOf(base64));
  const mesh = readHead(reader);
  readPoints(reader, mesh);
  readTriangles(reader, mesh);
  return mesh;
}

/* Edges that only one triangle has: the borders of charts, as pairs of points. */
function bordersOf(mesh) {
  const { corners } = mesh;
  const keys = new Float64Array(corners.length);
  for (let i = 0; i < corners.length; i++) {
    const next = i % 3 === 2 ? i - 2 : i + 1;
    const a = Math.min(corners[i], corners[next]);
    const b = Math.max(corners[i], corners[next]);
    keys[i] = a * mesh.points + b;
  }
  keys.sort();
  const borders = [];
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== keys[i - 1] && keys[i] !== keys[i + 1]) {
      borders.push(Math.floor(keys[i] / mesh.points), keys[i] % mesh.points);
    }
  }
  return borders;
}

/* ---- colours, as three bytes ---- */

/* Neighbours in number are far apart in hue. */
function chartColor(chart) {
  const hue = (212 + chart * 137.508) % 360;
  const light = 0.62 + 0.14 * (chart * 7 % 5 - 2) / 2;
  const part = (shift) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (light - 0.5 * Math.min(light, 1 - light) *
      Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

const HEAT_STOPS = [
  [0, [59, 111, 181]], [51, [217, 227, 234]], [102, [242, 209, 107]],
  [153, [224, 121, 58]], [255, [168, 28, 44]],
];

function heatColor(heat) {
  const above = HEAT_STOPS.findIndex(([at]) => heat <= at);
  if (above <= 0) {
    return HEAT_STOPS[0][1];
  }
  const [from, low] = HEAT_STOPS[above - 1];
  const [to, high] = HEAT_STOPS[above];
  return low.map((c, i) => Math.round(c + (high[i] - c) * (heat - from) / (to - from)));
}

function stretchOf(heat) {
  return 2 ** (heat / HEAT_OCTAVE - 1);
}

