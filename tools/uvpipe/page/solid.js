/*
 * The mesh in three dimensions, by WebGL 2. Triangles have corners of their own: each is flat, and
 * shows its chart and its stretch. Three looks at one mesh are one number in the shader.
 */

const MODES = { checker: 0, charts: 1, stretch: 2 };
const CHECKER_FIELDS = 24; /* along the side of a page */
const FIELD_OF_VIEW = 32 * Math.PI / 180;
const FRONT = { yaw: 0.6, pitch: 0.42, distance: 0.84, shift: [0, 0] };

const VERTEX_SHADER = `#version 300 es
in vec3 place;
in vec3 normal;
in vec2 uv;
in vec3 chart;
in vec3 heat;
uniform mat4 view;
uniform mat3 turn;
uniform int mode;
out vec3 facing;
out vec2 at;
out vec3 color;
void main() {
  gl_Position = view * vec4(place, 1.0);
  facing = turn * normal;
  at = uv;
  color = mode == 2 ? heat : chart;
}`;

/* Where squares are smaller than a pixel they become an even grey. A light at the reader's
 * shoulder; what is turned away is seen, but duller. */
const FRAGMENT_SHADER = `#version 300 es
precision highp float;
precision highp int;
in vec3 facing;
in vec2 at;
in vec3 color;
uniform int mode;
uniform float fields;
out vec4 shown;
float checker(vec2 p) {
  float wave = sin(p.x * 3.14159265) * sin(p.y * 3.14159265);
  float width = max(fwidth(wave), 1e-5);
  float sharp = smoothstep(-width, width, wave);
  vec2 step_of_pixel = fwidth(p);
  return mix(sharp, 0.5, smoothstep(0.5, 1.0, max(step_of_pixel.x, step_of_pixel.y)));
}
void main() {
  vec3 n = normalize(gl_FrontFacing ? facing : -facing);
  float light = 0.42 + 0.5 * max(dot(n, normalize(vec3(0.35, 0.55, 0.75))), 0.0)
      + 0.12 * max(n.y, 0.0);
  vec3 base = color;
  if (mode == 0) {
    vec3 pale = mix(vec3(0.97), color, 0.18);
    vec3 dark = mix(vec3(0.22), color, 0.32);
    base = mix(dark, pale, checker(at * fields));
  }
  shown = vec4(base * light * (gl_FrontFacing ? 1.0 : 0.62), 1.0);
}`;

/* ---- matrices, column by column ---- */

function turnOf(yaw, pitch) {
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  return [cy, sy * sp, -sy * cp, 0, cp, sp, sy, -cy * sp, cy * cp];
}

/* Turned about the middle of the mesh, moved away, and seen in perspective. */
function viewOf(camera, middle, radius, aspect) {
  const m = turnOf(camera.yaw, camera.pitch);
  const away = camera.distance * radius / Math.sin(FIELD_OF_VIEW / 2);
  const near = Math.max(away - 2.5 * radius, away * 0.01);
  const far = away + 2.5 * radius;
  const f = 1 / Math.tan(FIELD_OF_VIEW / 2);
  const fx = aspect < 1 ? f : f / aspect;
  const fy = aspect < 1 ? f * aspect : f;
  const move = [0, 1, 2].map((row) =>
    -(m[row] * middle[0] + m[3 + row] * middle[1] + m[6 + row] * middle[2]));
  const z = -(far + near) / (far - near);
  const w = -2 * far * near / (far - near);
  const rows = [0, 1, 2].map((axis) => [m[3 * axis] * fx, m[3 * axis + 1] * fy,
    m[3 * axis + 2] * z, -m[3 * axis + 2]]).flat();
  const back = move[2] - away;
  return [...rows, (move[0] + camera.shift[0] * radius) * fx,
    (move[1] + camera.shift[1] * radius) * fy, back * z + w, -back];
}

/* ---- what the card gets ---- */

function normalOf(place, a, b, c) {
  const e = [0, 1, 2].map((k) => place[3 * b + k] - place[3 * a + k]);
  const f = [0, 1, 2].map((k) => place[3 * c + k] - place[3 * a + k]);
  const n = [e[1] * f[2] - e[2] * f[1], e[2] * f[0] - e[0] * f[2], e[0] * f[1] - e[1] * f[0]];
  const length = Math.hypot(n[0], n[1], n[2]) || 1;
  return n.map((part) => part / length);
}

function cornersOf(mesh) {
  const count = 3 * mesh.triangles;
  const made = { place: new Float32Array(3 * count), normal: new Float32Array(3 * count),
    uv: new Float32Array(2 * count), chart: new Uint8Array(3 * count),
    heat: new Uint8Array(3 * count) };
  const chartColors = Array.from({ length: mesh.charts }, (_, chart) => chartColor(chart));
  const heatColors = Array.from({ length: 256 }, (_, heat) => heatColor(heat));
  for (let t = 0; t < mesh.triangles; t++) {
    const [a, b, c] = mesh.corners.subarray(3 * t, 3 * t + 3);
    const normal = normalOf(mesh.place, a, b, c);
    [a, b, c].forEach((point, k) => {
      const i = 3 * t + k;
      made.place.set(mesh.place.subarray(3 * point, 3 * point + 3), 3 * i);
      made.uv.set(mesh.uv.subarray(2 * point, 2 * point + 2), 2 * i);
      made.normal.set(normal, 3 * i);
      made.chart.set(chartColors[mesh.chart[point]], 3 * i);
      made.heat.set(heatColors[mesh.heat[t]], 3 * i);
    });
  }
  return made;
}

function middleOf(place) {
  const low = [1, 1, 1];
  const high = [0, 0, 0];
  for (let i = 0; i < place.length; i++) {
    low[i % 3] = Math.min(low[i % 3], place[i]);
    high[i % 3] = Math.max(high[i % 3], place[i]);
  }
  const middle = low.map((at, k) => (at + high[k]) / 2);
  const radius = Math.hypot(...low.map((at, k) => (high[k] - at) / 2)) || 1;
  return { middle, radius };
}

class Solid {
  constructor(canvas) {
    this.canvas = canvas;
    this.mesh = null;
    this.mode = "checker";
    this.camera = { ...FRONT, shift: [0, 0] };
    /* the picture is kept, so that it can be printed */
    this.gl = canvas.getContext("webgl2", { antialias: true, preserveDrawingBuffer: true });
    if (this.gl === null || !this.prepare()) {
      this.gl = null;
      canvas.hidden = true;
      byId("solid-none").hidden = false;
      return;
    }
    this.redraw = keepDrawn(canvas, () => this.draw());
    this.listen();
  }

  /* ---- the card ---- */

  shader(kind, text) {
    const shader = this.gl.createShader(kind);
    this.gl.shaderSource(shader, text);
    this.gl.compileShader(shader);
    return shader;
  }

  prepare() {
    const { gl } = this;
    const program = gl.createProgram();
    gl.attachShader(program, this.shader(gl.VERTEX_SHADER, VERTEX_SHADER));
    gl.attachShader(program, this.shader(gl.FRAGMENT_SHADER, FRAGMENT_SHADER));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      return false;
    }
    gl.useProgram(program);
    gl.enable(gl.DEPTH_TEST);
    this.program = program;
    this.buffers = {};
    return true;
  }

  send(name, data, size, type, normalized) {
    const { gl } = this;
    const place = gl.getAttribLocation(this.program, name);
    this.buffers[name] = this.buffers[name] || gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, type, normalized, 0, 0);
  }

  sendMesh() {
    const { gl } = this;
    const corners = cornersOf(this.mesh);
    this.send("place", corners.place, 3, gl.FLOAT, false);
    this.send("normal", corners.normal, 3, gl.FLOAT, false);
    this.send("uv", corners.uv, 2, gl.FLOAT, false);
    this.send("chart", corners.chart, 3, gl.UNSIGNED_BYTE, true);
    this.send("heat", corners.heat, 3, gl.UNSIGNED_BYTE, true);
  }

  setMesh(mesh) {
    this.mesh = mesh;
    Object.assign(this, middleOf(mesh.place));
    this.reset();
    if (this.gl !== null) {
      this.sendMesh();
      this.redraw();
    }
  }

  setMode(mode) {
    this.mode = mode;
    if (this.gl !== null) {
      this.redraw();
    }
  }

  reset() {
    this.camera = { ...FRONT, shift: [0, 0] };
    if (this.gl !== null) {
      this.redraw();
    }
  }

  draw() {
    const { gl, canvas } = this;
    if (this.mesh === null || gl.isContextLost()) {
      return;
    }
    fitCanvas(canvas);
    const ground = isDark() ? [0.07, 0.086, 0.11] : [1, 1, 1];
    const at = (name) => gl.getUniformLocation(this.program, name);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(...ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix4fv(at("view"), false,
      viewOf(this.camera, this.middle, this.radius, canvas.width / canvas.height));
    gl.uniformMatrix3fv(at("turn"), false, turnOf(this.camera.yaw, this.camera.pitch));
    gl.uniform1i(at("mode"), MODES[this.mode]);
    gl.uniform1f(at("fields"), CHECKER_FIELDS);
    gl.drawArrays(gl.TRIANGLES, 0, 3 * this.mesh.triangles);
  }

  /* ---- the reader's hand ---- */

  drag(x, y, event) {
    const side = Math.min(this.canvas.clientWidth, this.canvas.clientHeight);
    if (event.shiftKey) {
      const scale = 2.2 * this.camera.distance / side;
      this.camera.shift = [this.camera.shift[0] + x * scale, this.camera.shift[1] - y * scale];
    } else {
      this.camera.yaw += x / side * 4;
      this.camera.pitch = Math.min(1.55, Math.max(-1.55, this.camera.pitch + y / side * 4));
    }
    this.redraw();
  }

  zoom(factor) {
    this.camera.distance = Math.min(8, Math.max(0.06, this.camera.distance / factor));
    this.redraw();
  }

  listen() {
    handle(this.canvas, {
      drag: (x, y, event) => this.drag(x, y, event),
      zoom: (factor) => this.zoom(factor),
      reset: () => this.reset(),
    });
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => {
      if (this.prepare() && this.mesh !== null) {
        this.sendMesh();
        this.redraw();
      }
    });
  }
}

