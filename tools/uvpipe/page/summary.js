/* The head of the page and the cards: the run in a few numbers. */

const GOOD = new Set(["ok", "valid"]);
const BAD = new Set(["failed", "invalid"]);

function classOfStatus(name) {
  return GOOD.has(name) ? "good" : BAD.has(name) ? "bad" : "dull";
}

function sentenceOf(run) {
  const last = run.run;
  if (last.signal !== null) {
    return ["bad", "Stopped by signal " + last.signal + ": what was under way then is all that is here"];
  }
  if (last.error !== null) {
    return ["bad", "Failed: " + last.error.text];
  }
  if (last.exit_code === 0) {
    return ["good", "Complete"];
  }
  return last.exit_code === 2 ? ["warn", "Complete, with something to look at"]
    : ["bad", "Ended with exit code " + last.exit_code];
}

function showHead(run) {
  const inputs = run.inputs.map((input) => (input === "-" ? "standard input" : input));
  const more = inputs.length > 3 ? " and " + group(inputs.length - 3) + " more" : "";
  const [level, sentence] = sentenceOf(run);
  const origin = inputs.slice(0, 3).join(", ") + more;
  byId("command").textContent = run.run.command;
  byId("outcome").className = level;
  byId("outcome").textContent = sentence;
  byId("origin").textContent = origin + (run.ended === "" ? "" : " \u00b7 " +
    run.ended.replace("T", " ").replace("Z", " UTC"));
  byId("made").textContent = "Made by uvpipe " + run.program +
    ". This file is all there is of it: nothing is loaded from anywhere.";
  document.title = "uvpipe report: " + origin;
}

function card(value, label, more, kind) {
  return el("li", kind ? { class: kind } : {}, el("b", {}, value), el("span", {}, label),
    more ? el("small", {}, more) : null);
}

function statusCards(last) {
  const labels = [
    ["ok", "with new UVs", "good"], ["valid", "valid", "good"], ["mesh", "meshes", "good"],
    ["made", "made", "good"], ["rendered", "drawn", "good"], ["analyzed", "measured", "good"],
    ["invalid", "not valid", "bad"], ["no_uvs", "without UVs", ""], ["failed", "failed", "bad"],
    ["passed", "passed on as they were", ""],
  ];
  return labels.filter(([key]) => last[key] !== undefined)
    .map(([key, label, kind]) => card(group(last[key]), label, "", last[key] > 0 ? kind : ""));
}

function showCards(run) {
  const last = run.run;
  const seconds = last.wall_seconds;
  const cards = [
    card(group(last.members), "members read"),
    ...statusCards(last),
    card(showTime(1e6 * seconds), "elapsed", showTime(1e6 * last.cpu_seconds) + " of CPU"),
    card(group(last.triangles), "triangles", group(Math.round(last.triangles_per_second)) + " a second"),
    card(group(last.charts), "charts"),
    card(showBytes(last.bytes_in), "read", showBytes(last.bytes_per_second) + " a second"),
    last.bytes_out > 0 ? card(showBytes(last.bytes_out), "written") : null,
    card(showTime(1e6 * last.mean_mesh_seconds), "a mesh, on average",
      "95 % within " + showTime(1e6 * last.p95_mesh_seconds)),
    card(last.speed_up.toFixed(2) + "\u00d7", "work done at once", "time in meshes / elapsed"),
    card(showBytes(last.peak_bytes), "memory at most"),
    last.warnings > 0 ? card(group(last.warnings), "warnings", "", "bad") : null,
  ];
  fill(byId("cards"), cards);
}

function term(name, value, wide) {
  return el("div", wide ? { class: "wide" } : {}, el("dt", {}, name), el("dd", {}, value));
}

function wordOf(value) {
  if (value === null) {
    return "by itself";
  }
  return Array.isArray(value) ? value.join(", ") || "none"
    : value === true ? "yes" : value === false ? "no" : String(value);
}

function showOptions(run) {
  const list = byId("options").querySelector("dl");
  for (const [key, value] of Object.entries(run.run.options || {})) {
    list.append(term(key.replaceAll("_", "-"), key === "memory" ? showBytes(value) : wordOf(value)));
  }
}

function showSummary(run) {
  showHead(run);
  showCards(run);
  showOptions(run);
}

