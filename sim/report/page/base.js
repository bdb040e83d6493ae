"use strict";
// Small pieces that all sections share. Text comes from `words`, figures from `data`; nothing is fetched.
const data = JSON.parse(document.getElementById("data").textContent);
const words = JSON.parse(document.getElementById("words").textContent);

// words[key] with {name} replaced by values.
function say(key, values = {}) {
  const text = words[key];
  if (text === undefined) throw new Error("no words for " + key);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  return fill(element, attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

// A picture with what it shows in words, for those who cannot see it.
function picture(width, height, summary, ...children) {
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": summary }, ...children);
}

function label(x, y, text, anchor = "start", style = "") {
  return draw("text", { x, y, "text-anchor": anchor, class: style }, text);
}

const locale = words.locale;
function number(value, digits = 0) {
  return value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
// Three figures.
function short(value) {
  return value.toLocaleString(locale, { maximumSignificantDigits: 3 });
}
// Three figures of the unit that the language counts in.
function amount(value) {
  const [name, unit] = words.scales.find(([, size]) => value >= size) || ["", 1];
  return short(value / unit) + name;
}
function percent(share, digits = 1) {
  return number(100 * share, digits) + " %";
}
function days(value) {
  return value < 100 ? number(value, 1) : number(value);
}
function bytes(value) {
  return short(value / 1e9) + " GB";
}
function color(name) {
  return `var(--${name})`;
}

// Rows of cells; the first row heads the columns. A cell is text, or an element.
function table(rows, caption) {
  const cells = (row, tag) => row.map((cell) => make(tag, tag === "th" ? { scope: "col" } : {}, cell));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {},
      make("thead", {}, make("tr", {}, cells(rows[0], "th"))),
      make("tbody", {}, rows.slice(1).map((row) => make("tr", {}, cells(row, "td"))))));
}

function legend(entries) {
  return make("div", { class: "legend" }, entries.map(([name, text]) =>
    make("span", {}, make("span", { class: "key", style: `background:${color(name)}` }), text)));
}

function shortest(scenario) {
  return scenario.barrel.barrel[0].stave;
}

// What is not productive, as one colour; the staves have their own.
function fallColor(name) {
  const map = words.fall_colors;
  return color(map[name] || "run");
}
