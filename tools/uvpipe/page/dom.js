/* Making elements and writing numbers. Data reaches the page as text nodes only. */

const SVG = "http://www.w3.org/2000/svg";

function byId(id) {
  return document.getElementById(id);
}

function fill(node, children) {
  for (const child of children) {
    if (child !== null && child !== undefined) {
      node.append(child);
    }
  }
  return node;
}

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    node.setAttribute(key, value);
  }
  return fill(node, children);
}

function svg(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes || {})) {
    node.setAttribute(key, value);
  }
  return fill(node, children);
}

/* ---- numbers ---- */

const NO_VALUE = "\u2013";
const INFINITE = 1e8; /* ratios at or above it were infinite, or may as well be */

function group(value) {
  return value.toLocaleString("en-US");
}

/* Three figures are enough to see which of two is larger. */
function short(value) {
  if (value >= 1000) {
    return group(Math.round(value));
  }
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function showCount(value) {
  return group(Math.round(value));
}

function showBytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (value >= 1024 && unit + 1 < units.length) {
    value /= 1024;
    unit++;
  }
  return (unit === 0 ? group(value) : short(value)) + " " + units[unit];
}

function showTime(us) {
  if (us < 1000) {
    return us.toFixed(0) + " \u00b5s";
  }
  if (us < 1e6) {
    return short(us / 1000) + " ms";
  }
  if (us < 120e6) {
    return short(us / 1e6) + " s";
  }
  const minutes = Math.floor(us / 60e6);
  const seconds = Math.floor(us / 1e6) % 60;
  if (minutes < 120) {
    return minutes + " min " + seconds + " s";
  }
  return Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}

function showRatio(value) {
  if (value >= INFINITE) {
    return "\u221e";
  }
  return value >= 100 ? short(value) : value.toFixed(3);
}

function showPart(value) {
  return (100 * value).toFixed(1) + " %";
}

const SHOW = {
  count: showCount, bytes: showBytes, time: showTime, ratio: showRatio, part: showPart,
};

function show(kind, value) {
  return Number.isNaN(value) ? NO_VALUE : SHOW[kind](value);
}

/* ---- a word beside the pointer ---- */

function showTip(event, text) {
  const tip = byId("tip");
  tip.textContent = text;
  tip.hidden = false;
  const right = event.clientX + 14 + tip.offsetWidth > innerWidth;
  const below = event.clientY + 18 + tip.offsetHeight > innerHeight;
  tip.style.left = Math.max(4, right ? event.clientX - tip.offsetWidth - 10 : event.clientX + 14) +
    "px";
  tip.style.top = Math.max(4, below ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18) +
    "px";
}

function hideTip() {
  byId("tip").hidden = true;
}

/* ---- canvases ---- */

function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Makes a canvas as sharp as the screen, and says how many pixels a CSS pixel is. */
function fitCanvas(canvas) {
  const density = Math.min(devicePixelRatio || 1, 2);
  const width = Math.max(1, Math.round(canvas.clientWidth * density));
  const height = Math.max(1, Math.round(canvas.clientHeight * density));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return density;
}

/* Draws at most once a frame, whatever happens in between. */
function drawSoon(draw) {
  let asked = false;
  return () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw();
      });
    }
  };
}

const redraws = [];

/* Drawings follow the size of their canvas and the colours of the system. */
function keepDrawn(canvas, draw) {
  const soon = drawSoon(draw);
  new ResizeObserver(soon).observe(canvas);
  redraws.push(soon);
  return soon;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const redraw of redraws) {
    redraw();
  }
});

