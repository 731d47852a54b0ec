/*
 * The filter: words for names, key:text for the columns of text, key and a comparison for numbers.
 * What cannot be read is said, and lets everything through.
 */

const COMPARISONS = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b,
  ">=": (a, b) => a >= b, "=": (a, b) => a === b, "!=": (a, b) => a !== b,
};
const UNITS = {
  count: { "": 1, k: 1e3, m: 1e6, g: 1e9 },
  bytes: { "": 1, b: 1, k: 1024, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40,
    kib: 1024, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
  time: { "": 1e6, us: 1, "\u00b5s": 1, ms: 1e3, s: 1e6, m: 60e6, min: 60e6, h: 3600e6 },
  ratio: { "": 1 },
  part: { "": 1, "%": 0.01 },
};
const TEXT_KEYS = ["name", "status", "format", "input", "text"];

/* Terms, parted by blanks that no quotes hold together. */
function splitTerms(text) {
  return text.match(/(?:[^\s"]+|"[^"]*"?)+/g) || [];
}

function unquote(text) {
  return text.replaceAll("\"", "");
}

function readNumber(text, column) {
  const parts = /^(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*([a-z\u00b5%]*)$/i.exec(text);
  const unit = parts === null ? undefined : UNITS[column.kind][parts[2].toLowerCase()];
  if (unit === undefined) {
    throw new Error("\u201c" + text + "\u201d is no number that " + column.key + " can have");
  }
  return Number(parts[1]) * unit;
}

/* A ratio is known to four digits: = and != mean what is shown. */
function comparison(members, key, sign, text) {
  const column = members.byKey.get(key);
  if (column === undefined) {
    throw new Error("there is no column \u201c" + key + "\u201d of numbers");
  }
  const values = column.values;
  const than = readNumber(text, column);
  const compare = COMPARISONS[sign];
  return (row) => !Number.isNaN(values[row]) && compare(values[row], than);
}

/* Which of a few texts have the piece in them: looked up once, not for each row. */
function among(texts, piece, of) {
  const hits = texts.map((text) => text.toLowerCase().includes(piece));
  return (row) => hits[of[row]] === true;
}

function textTerm(data, key, piece) {
  const { members, run } = data;
  switch (key) {
    case "name":
      return (row) => data.lowerNames[row].includes(piece);
    case "status": {
      const exact = run.statuses.indexOf(piece);
      return exact >= 0 ? (row) => members.status[row] === exact
        : among(run.statuses, piece, members.status);
    }
    case "format":
      return among(run.formats, piece, members.format);
    case "input":
      return among(run.inputs, piece, members.input);
    case "text":
      return among(members.texts, piece, members.text);
    default:
      throw new Error("there is no column \u201c" + key + "\u201d of text");
  }
}

function readTerm(data, term) {
  const number = /^([a-z_]\w*)(<=|>=|!=|<|>|=)(.+)$/i.exec(term);
  const text = /^([a-z_]+):(.*)$/i.exec(term);
  if (number !== null) {
    return comparison(data.members, number[1].toLowerCase(), number[2], unquote(number[3]));
  }
  if (text !== null && TEXT_KEYS.includes(text[1].toLowerCase())) {
    return textTerm(data, text[1].toLowerCase(), unquote(text[2]).toLowerCase());
  }
  return textTerm(data, "name", unquote(term).toLowerCase());
}

/* A function that says for a row whether it passes; null: all do. */
function readFilter(data, text) {
  const tests = splitTerms(text).map((term) => {
    const turned = term.startsWith("-") && term.length > 1;
    const test = readTerm(data, turned ? term.slice(1) : term);
    return turned ? (row) => !test(row) : test;
  });
  return tests.length === 0 ? null : (row) => tests.every((test) => test(row));
}

