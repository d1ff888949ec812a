// Follows a study: asks for its state and its curves again and again. Text goes into the page as text, never as markup.
"use strict";
const every = 2000;
const $ = id => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");
// Okabe and Ito's colours; seeds of an encoding share one, dashes tell encodings of one colour apart.
const palette = () => dark.matches
  ? ["#56b4e9", "#ff9150", "#2fcf9f", "#e79bc8", "#e7eaec", "#f0b840", "#9fb4ff", "#c79a6b"]
  : ["#0072b2", "#d55e00", "#00855f", "#b5588f", "#1d2125", "#b57b00", "#3d5fc4", "#7f5539"];
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const kinds = [];
const hidden = new Set();
const name = folder => folder.replace("encoding.type=", "").replaceAll(",", ", ");
function style(folder) {
  const kind = folder.replace(/,?seed=\d+/, "");
  if (!kinds.includes(kind)) kinds.push(kind);
  const i = kinds.indexOf(kind);
  return { colour: palette()[i % 8], dash: dashes[Math.floor(i / 8) % 4] };
}
function clock(seconds) {
  const s = Math.round(seconds), two = x => String(x).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
function element(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const part of [].concat(content ?? [])) made.append(part);
  return made;
}

const soft = () => getComputedStyle(document.body).getPropertyValue("--soft");
const line = () => getComputedStyle(document.body).getPropertyValue("--line");
const chart = new Chart($("curves"), {
  type: "line",
  data: { datasets: [] },
  options: {
    animation: false, responsive: true, maintainAspectRatio: false, parsing: false, normalized: true,
    interaction: { mode: "nearest", intersect: false },
    plugins: { legend: { display: false } },
    scales: {
      x: { type: "linear", min: 0, title: { display: true, text: "step", color: soft() }, ticks: { color: soft() }, grid: { color: line() } },
      y: { type: "linear", title: { display: true, text: "bits per byte", color: soft() }, ticks: { color: soft() }, grid: { color: line() } },
    },
  },
});

function drawCurves(curves) {
  const sets = [];
  for (const c of curves) {
    const s = style(c.folder), common = { borderColor: s.colour, backgroundColor: s.colour, hidden: hidden.has(c.folder) };
    sets.push({ ...common, label: name(c.folder), data: c.training.map(([x, y]) => ({ x, y })), borderDash: s.dash, borderWidth: 1.5, pointRadius: 0 });
    sets.push({ ...common, label: `${name(c.folder)}, validation`, data: c.validation.map(([x, y]) => ({ x, y })), showLine: false, pointRadius: 3 });
  }
  chart.data.datasets = sets;
  // The first steps fall from eight bits: the axis follows what comes after them.
  const seen = sets.filter(s => !s.hidden).flatMap(s => s.data.slice(Math.floor(s.data.length / 20))).map(p => p.y);
  if (seen.length) { chart.options.scales.y.min = Math.min(...seen) * 0.98; chart.options.scales.y.max = Math.max(...seen) * 1.02; }
  chart.update();
  document.body.dataset.points = sets.reduce((sum, s) => sum + s.data.length, 0);
}

let last = [];
function drawCells(standing) {
  document.title = `${Math.floor(100 * standing.share)} % ${standing.name} - Lengthwise`;
  $("name").textContent = standing.name;
  const counts = {};
  for (const c of standing.cells) counts[c.status] = (counts[c.status] ?? 0) + 1;
  const left = standing.seconds_left === undefined ? "" : `; about ${clock(standing.seconds_left)} left`;
  $("summary").textContent = `${standing.cells.length} cells: ${Object.entries(counts).map(([k, v]) => `${v} ${k}`).join(", ")}${left}`;
  $("summary").classList.remove("lost");
  $("share").value = standing.share;
  const focused = document.activeElement?.dataset.folder;
  $("cells").replaceChildren(...standing.cells.map(c => {
    const mark = element("i");
    mark.style.color = style(c.folder).colour;
    const button = element("button", [mark, name(c.folder)], { type: "button", "aria-pressed": !hidden.has(c.folder), "data-folder": c.folder });
    button.addEventListener("click", () => { if (!hidden.delete(c.folder)) hidden.add(c.folder); drawCurves(last); drawCells(standing); });
    const wrong = ["failed", "damaged"].includes(c.status) ? `${c.status}: ${c.detail}` : c.status;
    const step = c.step === undefined ? "" : c.records ? `evaluated ${c.records} of ${c.records_asked}` : `${c.step.toLocaleString("en-US")} of ${c.steps.toLocaleString("en-US")}`;
    const running = c.status === "running";
    return element("tr", [element("th", button, { scope: "row" }), element("td", wrong), element("td", step),
                          element("td", c.loss === undefined ? "" : (c.loss / Math.LN2).toFixed(3)),
                          element("td", running && c.tokens_per_second ? c.tokens_per_second.toLocaleString("en-US") : ""),
                          element("td", c.seconds_left === undefined ? "" : clock(c.seconds_left))], { class: c.status });
  }));
  if (focused) [...$("cells").querySelectorAll("button")].find(b => b.dataset.folder === focused)?.focus();
}

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
async function follow() {
  try {
    const [standing, curves] = [await ask("/standing.json"), await ask("/curves.json")];
    last = curves;
    drawCells(standing);
    drawCurves(curves);
  } catch (problem) {
    $("summary").textContent = `not to be reached: ${problem.message}; trying again`;
    $("summary").classList.add("lost");
  }
  document.body.dataset.looks = Number(document.body.dataset.looks ?? 0) + 1;
  setTimeout(follow, every);
}
follow();
