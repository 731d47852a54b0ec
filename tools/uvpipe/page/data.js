/* The data of the run, as columns. Each script element is let go of once it has been read. */

const RATIO_STEPS = 10000;

function takeJson(node) {
  const json = JSON.parse(node.textContent);
  node.remove();
  return json;
}

function takeJsonById(id) {
  const node = byId(id);
  return node === null ? null : takeJson(node);
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

/* Copies what a chunk says of a column: one value for all, or an array. */
function takeColumn(to, at, count, from, none, scale) {
  if (!Array.isArray(from)) {
    to.fill(from < 0 ? none : from / scale, at, at + count);
    return;
  }
  for (let i = 0; i < count; i++) {
    to[at + i] = from[i] < 0 ? none : from[i] / scale;
  }
}

function scaleOf(kind) {
  return kind === "ratio" || kind === "part" ? RATIO_STEPS : 1;
}

function takeSeqs(to, at, count, from) {
  for (let i = 0; i < count; i++) {
    to[at + i] = Array.isArray(from) ? from[i] : from + i;
  }
}

function takeTexts(members, at, chunk) {
  const before = members.texts.length - 1;
  takeColumn(members.text, at, chunk.n, chunk.text, 0, 1);
  for (let i = at; before > 0 && i < at + chunk.n; i++) {
    members.text[i] += members.text[i] === 0 ? 0 : before;
  }
  for (const text of chunk.texts) {
    members.texts.push(text);
  }
}

function takeChunk(members, at, chunk) {
  takeSeqs(members.seq, at, chunk.n, chunk.seq);
  for (let i = 0; i < chunk.n; i++) {
    members.names[at + i] = chunk.name[i];
  }
  takeTexts(members, at, chunk);
  takeColumn(members.input, at, chunk.n, chunk.input, 0, 1);
  takeColumn(members.status, at, chunk.n, chunk.status, 0, 1);
  takeColumn(members.format, at, chunk.n, chunk.format, -1, 1);
  members.columns.forEach((column, i) => {
    takeColumn(column.values, at, chunk.n, chunk.cells[i], NaN, scaleOf(column.kind));
  });
}

function readMembers(run) {
  const count = run.rows;
  const members = {
    count,
    seq: new Float64Array(count),
    names: new Array(count),
    input: new Uint32Array(count),
    status: new Uint8Array(count),
    format: new Int16Array(count),
    text: new Uint32Array(count),
    texts: [""],
    columns: run.columns.map((column) => ({ ...column, values: new Float64Array(count) })),
    byKey: new Map(),
  };
  let at = 0;
  for (const node of document.querySelectorAll("script.rows")) {
    const chunk = takeJson(node);
    takeChunk(members, at, chunk);
    at += chunk.n;
  }
  for (const column of members.columns) {
    members.byKey.set(column.key, column);
  }
  return members;
}

/* The row of a member's number; rows are few that are asked for so. */
function rowOfSeq(members, seq) {
  return members.seq.indexOf(seq);
}

function readExhibits(members) {
  const exhibits = [];
  for (const node of document.querySelectorAll("script.exhibit")) {
    const json = takeJson(node);
    exhibits.push({ rank: exhibits.length, row: rowOfSeq(members, json.seq), data: json.data });
  }
  return exhibits;
}

function readData() {
  const run = takeJsonById("run-data");
  const members = readMembers(run);
  return { run, members, exhibits: readExhibits(members), timeline: takeJsonById("timeline-data") };
}

