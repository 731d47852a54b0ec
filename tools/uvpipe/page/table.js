/*
 * The table. Rows in the document are those that can be seen, however many there are: two empty
 * rows stand for the ones above and below. A column is sorted once, over all rows; filtering then
 * only walks along that order.
 */

const ROW_HEIGHT = 30;
const SPARE_ROWS = 12;
const MOST_PIXELS = 12e6; /* browsers know no taller elements: beyond, a pixel is several rows */

/* Rows in the order of a column, the least first, those without a value last. */
function orderBy(count, values) {
  const order = new Uint32Array(count);
  let end = 0;
  let missing = count;
  for (let row = 0; row < count; row++) {
    if (!Number.isNaN(values[row])) {
      order[end++] = row;
    }
  }
  for (let row = count - 1; row >= 0; row--) {
    if (Number.isNaN(values[row])) {
      order[--missing] = row;
    }
  }
  order.subarray(0, end).sort((a, b) => values[a] - values[b] || a - b);
  return { order, end };
}

function orderByText(count, textOf) {
  const rows = Array.from({ length: count }, (_, row) => row);
  const texts = rows.map(textOf);
  rows.sort((a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : a - b));
  return { order: Uint32Array.from(rows), end: count };
}

class Table {
  constructor(data, onPick, onFilter) {
    this.data = data;
    this.members = data.members;
    this.onPick = onPick;
    this.onFilter = onFilter;
    this.frame = byId("table");
    this.body = this.frame.querySelector("tbody");
    this.exhibitRows = new Set(data.exhibits.map((exhibit) => exhibit.row));
    this.orders = new Map();
    this.passes = null;
    this.selected = -1;
    this.columns = this.listColumns();
    this.sortKey = "seq";
    this.descending = false;
    this.makeHead();
    this.makeRows();
    this.listen();
    this.arrange();
  }

  /* ---- columns ---- */

  listColumns() {
    const { members } = this;
    const { run } = this.data;
    const numbers = members.columns.filter((column) => !column.detail).map((column) => ({
      key: column.key, title: column.title, values: column.values,
      text: (row) => show(column.kind, column.values[row]),
    }));
    const input = run.inputs.length < 2 ? [] : [{ key: "input", title: "input", kind: "text",
      values: members.input, text: (row) => run.inputs[members.input[row]] }];
    return [
      { key: "seq", title: "#", values: members.seq, text: (row) => String(members.seq[row]) },
      { key: "name", title: "name", kind: "name", textOf: (row) => members.names[row] },
      { key: "status", title: "status", kind: "status", values: members.status },
      ...input,
      { key: "format", title: "format", kind: "text", values: members.format,
        text: (row) => run.formats[members.format[row]] || NO_VALUE },
      ...numbers,
      { key: "text", title: "why", kind: "why",
        textOf: (row) => members.texts[members.text[row]] || "\uffff" },
    ];
  }

  orderOf(key) {
    if (!this.orders.has(key)) {
      const column = this.columns.find((one) => one.key === key);
      this.orders.set(key, column.textOf ? orderByText(this.members.count, column.textOf)
        : orderBy(this.members.count, column.values));
    }
    return this.orders.get(key);
  }

  /* ---- order and filter ---- */

  arrange() {
    const { order, end } = this.orderOf(this.sortKey);
    const view = new Uint32Array(this.members.count);
    let count = 0;
    const take = (row) => {
      if (this.passes === null || this.passes[row] === 1) {
        view[count++] = row;
      }
    };
    for (let i = 0; i < end; i++) {
      take(order[this.descending ? end - 1 - i : i]);
    }
    for (let i = end; i < order.length; i++) {
      take(order[i]);
    }
    this.view = view.subarray(0, count);
    this.frame.querySelector("table").setAttribute("aria-rowcount", String(count + 1));
    byId("count").textContent = count === this.members.count ? group(count) + " members"
      : group(count) + " of " + group(this.members.count) + " members";
    this.frame.scrollTop = 0;
    this.draw(true);
  }

  sortBy(key) {
    const first = key === "name" || key === "seq" || key === "status";
    this.descending = this.sortKey === key ? !this.descending : !first;
    this.sortKey = key;
    this.markHead();
    this.arrange();
  }

  setFilter(text) {
    const problem = byId("filter-error");
    problem.hidden = true;
    this.passes = null;
    try {
      const test = readFilter(this.data, text);
      if (test !== null) {
        this.passes = Uint8Array.from({ length: this.members.count }, (_, row) => (test(row) ? 1 : 0));
      }
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    this.arrange();
    this.onFilter(this.passes);
  }

  /* ---- the head ---- */

  makeHead() {
    const head = this.frame.querySelector("thead tr");
    for (const column of this.columns) {
      const button = el("button", { type: "button", "data-key": column.key }, column.title);
      button.addEventListener("click", () => this.sortBy(column.key));
      head.append(el("th", { scope: "col", ...(column.kind ? { class: "text" } : {}) }, button));
    }
    this.markHead();
  }

  markHead() {
    for (const button of this.frame.querySelectorAll("th button")) {
      const mine = button.dataset.key === this.sortKey;
      button.parentNode.setAttribute("aria-sort",
        !mine ? "none" : this.descending ? "descending" : "ascending");
    }
  }

  /* ---- rows ---- */

  makeRows() {
    this.above = el("tr", { class: "pad", "aria-hidden": "true" }, el("td", {}));
    this.below = el("tr", { class: "pad", "aria-hidden": "true" }, el("td", {}));
    this.body.append(this.above, this.below);
  }

  nameCell(row) {
    const cell = el("td", { class: "text name", dir: "auto" });
    if (this.exhibitRows.has(row)) {
      cell.append(el("b", { title: "its mesh can be looked at" }, "\u25c6"));
    }
    cell.append(this.members.names[row]);
    cell.title = this.members.names[row];
    return cell;
  }

  cell(column, row) {
    if (column.kind === "name") {
      return this.nameCell(row);
    }
    if (column.kind === "status") {
      const name = this.data.run.statuses[this.members.status[row]];
      return el("td", { class: "text" }, el("i", { class: classOfStatus(name) }, name));
    }
    if (column.kind === "why") {
      const text = this.members.texts[this.members.text[row]];
      const cell = el("td", { class: "text why" }, text);
      cell.title = text;
      return cell;
    }
    return el("td", column.kind ? { class: "text" } : {}, column.text(row));
  }

  row(place) {
    const row = this.view[place];
    const node = el("tr", { class: "row", "aria-rowindex": String(place + 2),
      "aria-selected": String(row === this.selected) });
    for (const column of this.columns) {
      node.append(this.cell(column, row));
    }
    node.dataset.row = String(row);
    return node;
  }

  /* Which rows can be seen: places in the view. */
  window() {
    const all = this.view.length * ROW_HEIGHT;
    const tall = Math.min(all, MOST_PIXELS);
    const top = Math.max(0, this.frame.scrollTop);
    const room = Math.max(1, tall - this.frame.clientHeight);
    const shift = all > tall ? top / room * (all - this.frame.clientHeight) : top;
    const first = Math.max(0, Math.floor(shift / ROW_HEIGHT) - SPARE_ROWS);
    const seen = Math.ceil(this.frame.clientHeight / ROW_HEIGHT) + 2 * SPARE_ROWS;
    const last = Math.min(this.view.length, first + seen);
    const above = Math.max(0, Math.min(top - (shift - first * ROW_HEIGHT),
      tall - (last - first) * ROW_HEIGHT));
    return { first, last, above, below: Math.max(0, tall - above - (last - first) * ROW_HEIGHT) };
  }

  draw(anew) {
    const { first, last, above, below } = this.window();
    if (!anew && first === this.first && last === this.last) {
      return;
    }
    this.first = first;
    this.last = last;
    this.above.firstChild.style.height = above + "px";
    this.below.firstChild.style.height = below + "px";
    const rows = [];
    for (let place = first; place < last; place++) {
      rows.push(this.row(place));
    }
    this.body.replaceChildren(this.above, ...rows, this.below);
  }

  /* ---- the reader's hand ---- */

  select(row) {
    this.selected = row;
    for (const node of this.body.querySelectorAll("tr.row")) {
      node.setAttribute("aria-selected", String(Number(node.dataset.row) === row));
    }
  }

  /* Goes to a neighbour of the selected row, and to where it can be seen. */
  step(by) {
    const now = this.view.indexOf(this.selected);
    const place = Math.min(this.view.length - 1, Math.max(0, now < 0 ? 0 : now + by));
    const top = place * ROW_HEIGHT;
    if (this.view.length === 0 || this.view.length * ROW_HEIGHT > MOST_PIXELS) {
      return;
    }
    if (top < this.frame.scrollTop || top > this.frame.scrollTop + this.frame.clientHeight - 70) {
      this.frame.scrollTop = top - this.frame.clientHeight / 2;
    }
    this.draw(true);
    this.select(this.view[place]);
  }

  onKey(event) {
    if (event.target !== this.frame) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.step(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Enter" && this.selected >= 0) {
      this.onPick(this.selected);
    }
  }

  listen() {
    const soon = drawSoon(() => this.draw(false));
    this.frame.addEventListener("scroll", soon, { passive: true });
    new ResizeObserver(soon).observe(this.frame);
    this.frame.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("click", (event) => {
      const node = event.target.closest("tr.row");
      if (node !== null) {
        this.select(Number(node.dataset.row));
        this.onPick(this.selected);
      }
    });
  }
}

