/* One member, looked at closely: its figures and, when it has an exhibit, its mesh and its UVs. */

const WORST = {
  stretch: "the most stretch that 99 % of their area stays below",
  charts: "the most charts", packing: "the emptiest pages", time: "the longest time",
  triangles: "the most triangles",
};

class Look {
  constructor(data, onSelect) {
    this.data = data;
    this.onSelect = onSelect;
    this.views = null;
    this.mode = "checker";
    this.listWorst();
    for (const button of document.querySelectorAll("#member-modes [data-mode]")) {
      button.addEventListener("click", () => this.setMode(button.dataset.mode));
    }
    byId("member-reset").addEventListener("click", () => this.views.forEach((view) => view.reset()));
  }

  /* ---- the list ---- */

  rankValue(row) {
    const column = this.data.members.byKey.get(this.data.run.worst);
    return column === undefined ? "" : show(column.kind, column.values[row]);
  }

  hint() {
    const { run, exhibits } = this.data;
    if (exhibits.length > 0) {
      return "Those with " + WORST[run.worst] + (run.run.command === "check" ?
        ", those that are not valid first" : "") + ". Members marked \u25c6 below are these.";
    }
    return run.most === 0 ? "None was asked for." :
      "No mesh is shown: none has UVs that this command looks at. Pick a member below for its figures.";
  }

  listWorst() {
    const { members, exhibits } = this.data;
    byId("look-hint").textContent = this.hint();
    for (const exhibit of exhibits.filter((one) => one.row >= 0)) {
      const name = el("span", { dir: "auto" }, members.names[exhibit.row].split("/").pop());
      const button = el("button", { type: "button", "aria-current": "false" },
        name, el("small", {}, this.rankValue(exhibit.row)));
      button.title = members.names[exhibit.row];
      button.addEventListener("click", () => this.showRow(exhibit.row));
      exhibit.button = button;
      byId("worst").append(el("li", {}, button));
    }
  }

  /* ---- one member ---- */

  showRow(row) {
    const { members, exhibits } = this.data;
    const exhibit = exhibits.find((one) => one.row === row);
    byId("member").hidden = false;
    byId("member-name").textContent = members.names[row];
    this.showFacts(row);
    for (const one of exhibits) {
      if (one.button) {
        one.button.setAttribute("aria-current", String(one === exhibit));
      }
    }
    byId("views").hidden = exhibit === undefined;
    byId("member-modes").hidden = exhibit === undefined;
    byId("scale").hidden = true;
    byId("views").style.display = exhibit === undefined ? "none" : "";
    byId("member-modes").style.display = exhibit === undefined ? "none" : "";
    byId("member-note").textContent = "";
    if (exhibit !== undefined) {
      this.showMesh(exhibit);
    }
    this.onSelect(row);
  }

  factOf(column, row) {
    return [column.title, show(column.kind, column.values[row])];
  }

  showFacts(row) {
    const { members, run } = this.data;
    const known = members.columns.filter((column) => !Number.isNaN(column.values[row]));
    const text = members.texts[members.text[row]];
    const list = byId("member-facts");
    list.replaceChildren(
      term("status", run.statuses[members.status[row]]),
      ...(members.format[row] >= 0 ? [term("format", run.formats[members.format[row]])] : []),
      ...known.map((column) => term(...this.factOf(column, row))),
      term("input", run.inputs[members.input[row]], true),
      ...(text ? [term("why", text, true)] : []));
  }

  note(mesh) {
    const which = mesh.meshes > 1 ? "Mesh " + (mesh.mesh + 1) + " of " + mesh.meshes +
      " in the file. " : "";
    const missing = "Triangles without UVs, or with coordinates that are no numbers, are left out. ";
    switch (mesh.kind) {
      case "clustered":
        return which + "A likeness: " + group(mesh.triangles) + " triangles stand for " +
          group(mesh.all) + ", chart by chart. ";
      case "sampled":
        return which + "Only " + group(mesh.triangles) + " of its " + group(mesh.all) +
          " triangles are shown: they hang together too little to be melted. ";
      default:
        return which + (mesh.triangles < mesh.all ? missing : "");
    }
  }

  caption(mesh) {
    const hottest = mesh.heat.reduce((most, heat) => Math.max(most, heat), 0);
    return group(mesh.charts) + (mesh.charts === 1 ? " chart, " : " charts, ") +
      group(mesh.triangles) + " triangles; stretched up to " +
      (hottest === 255 ? "16 times or more" : stretchOf(hottest).toFixed(2));
  }

  showMesh(exhibit) {
    exhibit.mesh = exhibit.mesh || readExhibit(exhibit.data);
    this.views = this.views || [new Solid(byId("solid")), new Layout(byId("layout"))];
    byId("member-note").textContent = this.note(exhibit.mesh);
    byId("layout-caption").textContent = this.caption(exhibit.mesh);
    this.views.forEach((view) => view.setMesh(exhibit.mesh));
    this.setMode(this.mode);
  }

  setMode(mode) {
    this.mode = mode;
    for (const button of document.querySelectorAll("#member-modes [data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    }
    byId("scale").hidden = mode !== "stretch";
    this.views.forEach((view) => view.setMode(mode));
  }
}

