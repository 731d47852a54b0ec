/* The page: data is read, each part is shown, and parts that belong together hear of each other. */

/* Names are looked at in lower case: made once, when somebody first looks for one. */
function addLowerNames(data) {
  let made = null;
  Object.defineProperty(data, "lowerNames", {
    get() {
      made = made || data.members.names.map((name) => name.toLowerCase());
      return made;
    },
  });
}

/* Takes what a filter says of a column out, and puts something else in. */
function replaceTerms(text, key, terms) {
  const others = splitTerms(text).filter((one) => !new RegExp("^" + key + "[<>=!]").test(one));
  return [...others, terms.trim()].filter((one) => one !== "").join(" ");
}

function listenToFilter(table) {
  const input = byId("filter");
  let waiting = 0;
  const apply = () => table.setFilter(input.value);
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      clearTimeout(waiting);
      apply();
    }
  });
  byId("filter-clear").addEventListener("click", () => {
    input.value = "";
    apply();
  });
  return (key, terms) => {
    input.value = replaceTerms(input.value, key, terms);
    apply();
    byId("members").scrollIntoView({ block: "start" });
  };
}

function showKeys(data) {
  const keys = data.members.columns.map((column) => column.key);
  byId("filter-keys").textContent = keys.join(", ") + ".";
}

function showPage() {
  const data = readData();
  addLowerNames(data);
  showSummary(data.run);
  showTimeline(data.timeline);
  showKeys(data);
  let histograms = [];
  const look = new Look(data, (row) => table.select(row));
  const table = new Table(data, (row) => {
    look.showRow(row);
    byId("look").scrollIntoView({ block: "start" });
  }, (passes) => histograms.forEach((histogram) => histogram.show(passes)));
  const pick = listenToFilter(table);
  histograms = showHistograms(data.members, pick);
  if (data.exhibits.length > 0) {
    look.showRow(data.exhibits[0].row);
  }
  document.documentElement.dataset.ready = "yes";
}

try {
  showPage();
} catch (error) {
  byId("broken").textContent = "This page is not complete, or this browser is too old for it: " +
    error.message;
  byId("broken").hidden = false;
  throw error;
}
