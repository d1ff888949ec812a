// Draws a study's page from the data that it carries. Text goes into the page as text, never as markup.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");

// Okabe and Ito's colours, which colour-blind readers can tell apart, lighter ones where the paper is dark; dashes and marks
// tell apart what shares a colour.
const palette = () => dark.matches
  ? ["#56b4e9", "#ff9150", "#2fcf9f", "#e79bc8", "#e7eaec", "#f0b840", "#9fb4ff", "#c79a6b"]
  : ["#0072b2", "#d55e00", "#00855f", "#b5588f", "#1d2125", "#b57b00", "#3d5fc4", "#7f5539"];
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const marks = ["circle", "rect", "triangle", "rectRot", "star", "crossRot"];
const style = i => ({ colour: palette()[i % 8], dash: dashes[Math.floor(i / 8) % 4], mark: marks[i % marks.length] });

// Of many curves first those that are read as they are; a press shows the others.
const crowded = data.curves.length > 14 && data.curves.some(c => c.view === "raw");
const shown = data.curves.map(c => !crowded || c.view === "raw");
let protocol = data.protocols[0].name, quantity = "perplexity";

const grouped = x => x.toLocaleString("en-US");
const range = all => { const [low, high] = [Math.min(...all), Math.max(...all)]; return !all.length ? "no" : low === high ? grouped(low) : `${grouped(low)} to ${grouped(high)}`; };
function number(x, what = quantity) {
  if (what !== "perplexity") return x.toFixed(3);
  return x >= 1e5 ? x.toExponential(2) : x.toFixed(x >= 1000 ? 0 : x >= 100 ? 1 : 2);
}
function element(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const part of [].concat(content ?? [])) made.append(part);
  return made;
}
function fill(table, head, rows) {
  table.replaceChildren();
  if (head) table.append(element("thead", element("tr", head)));
  table.append(element("tbody", rows));
}
const statusText = { out_of_domain: "out of domain", non_finite: "not finite", ok: "beyond 1e308" };
const point = (curve, length) => curve.points[protocol]?.find(p => p.length === length);
// A perplexity may be more than a number can hold, while its bits per byte are not.
const shows = p => p?.status === "ok" && p[quantity] !== null;

// ---- Head ----------------------------------------------------------------------------------------------------------
$("name").textContent = data.name;
$("question").textContent = data.question;
for (const [key, value] of data.facts) $("facts").append(element("div", [element("dt", key), element("dd", value)]));

// ---- Legend: one for all curves ------------------------------------------------------------------------------------
function swatch(i) {
  const s = style(i), ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), line = document.createElementNS(ns, "line");
  for (const [k, v] of Object.entries({ width: 26, height: 8, "aria-hidden": "true" })) svg.setAttribute(k, v);
  for (const [k, v] of Object.entries({ x1: 0, x2: 26, y1: 4, y2: 4, stroke: s.colour, "stroke-width": 2.5, "stroke-dasharray": s.dash.join(" ") })) line.setAttribute(k, v);
  svg.append(line);
  return svg;
}
function drawLegend() {
  const focused = [...$("legend").children].indexOf(document.activeElement);
  $("legend").replaceChildren(...data.curves.map((curve, i) => {
    const button = element("button", [swatch(i), curve.label], { type: "button", "aria-pressed": shown[i] });
    button.addEventListener("click", () => { shown[i] = !shown[i]; update(); });
    return button;
  }), ...[["show all", true], ["hide all", false]].map(([name, on]) => {
    const button = element("button", name, { type: "button", class: "plain" });
    button.addEventListener("click", () => { shown.fill(on); update(); });
    return button;
  }));
  if (focused >= 0) $("legend").children[focused].focus();
}

// ---- Charts --------------------------------------------------------------------------------------------------------
const trainLengths = [...new Set(data.curves.map(c => c.train_length))];
const trainedMark = {
  id: "trained",
  beforeDatasetsDraw(chart) {
    const { ctx, chartArea: area, scales: { x } } = chart;
    if (!chart.options.trained) return;
    for (const length of trainLengths) {
      const at = x.getPixelForValue(length);
      if (length < x.min || length > x.max) continue;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = getComputedStyle(document.body).getPropertyValue("--soft");
      ctx.setLineDash([4, 4]);
      ctx.beginPath(); ctx.moveTo(at, area.top); ctx.lineTo(at, area.bottom); ctx.stroke();
      ctx.font = "12px system-ui, sans-serif";
      const words = `trained at ${grouped(length)}`;
      const fits = at + 6 + ctx.measureText(words).width < area.right;
      ctx.textAlign = fits ? "left" : "right";
      ctx.fillText(words, at + (fits ? 6 : -6), area.top + 12);
      ctx.restore();
    }
  },
};
Chart.register(trainedMark);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.font.size = 13;

const tick = what => value => {
  const mantissa = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].some(m => Math.abs(mantissa - m) < 1e-6) ? (what === "bytes" ? grouped(value) : `${+value.toPrecision(3)}`) : "";
};
function axis(title, log, values) {
  const css = getComputedStyle(document.body), soft = css.getPropertyValue("--soft"), line = css.getPropertyValue("--line");
  const scale = { type: log ? "logarithmic" : "linear", title: { display: true, text: title, color: soft }, grid: { color: line, drawTicks: false },
                  ticks: { color: soft, maxRotation: 0, autoSkipPadding: 12, padding: 6 } };
  // Lengths are what was evaluated, not round numbers.
  if (values) {
    scale.min = values[0];
    scale.max = values[values.length - 1];
    scale.afterBuildTicks = own => { own.ticks = values.map(value => ({ value })); };
    scale.ticks.callback = value => grouped(value);
    scale.ticks.autoSkip = true;
  } else if (log) scale.ticks.callback = tick(title.includes("bytes)") ? "bytes" : "");
  return scale;
}
// The axis holds what is shown, with a little room. A log axis that spans less than a decade has few powers of ten: it gets
// its own ticks.
function close(scale, sets) {
  const shown = sets.filter(s => !s.hidden).flatMap(s => s.data.map(p => p.y)), log = scale.type === "logarithmic";
  if (shown.length) {
    const low = Math.min(...shown), high = Math.max(...shown), room = log ? Math.max((high / low) ** 0.04, 1.005) : Math.max((high - low) * 0.04, 1e-3);
    scale.min = log ? low / room : low - room;
    scale.max = log ? high * room : high + room;
  }
  if (!log) scale.ticks.callback = value => grouped(+value.toPrecision(4));
  return log ? closeTicks(scale) : scale;
}
function closeTicks(scale) {
  scale.afterBuildTicks = own => {
    if (own.max / own.min > 20) return;
    const step = 10 ** Math.floor(Math.log10(own.max - own.min)), size = (own.max - own.min) / step < 3 ? step / 5 : step / 2;
    own.ticks = [];
    for (let v = Math.ceil(own.min / size) * size; v <= own.max; v += size) own.ticks.push({ value: +v.toPrecision(6) });
  };
  scale.ticks.callback = (value, index, all) => all.length > 12 && all[all.length - 1].value / all[0].value > 20 ? tick("")(value) : `${+value.toPrecision(4)}`;
  return scale;
}
function options(x, y, label, trained) {
  return { animation: false, responsive: true, maintainAspectRatio: false, trained, normalized: true,
           interaction: { mode: "nearest", axis: "xy", intersect: false }, scales: { x, y },
           plugins: { legend: { display: false }, tooltip: { filter: item => !item.dataset.band, callbacks: label } } };
}
const line = (i, points, extra = {}) => {
  const s = style(i);
  return { label: data.curves[i].label, data: points, hidden: !shown[i], borderColor: s.colour, backgroundColor: s.colour, borderDash: s.dash, borderWidth: 2,
           pointStyle: s.mark, pointRadius: 3, pointHoverRadius: 6, clip: 8, ...extra };
};
// A deviation to each side of a curve: two edges without lines, and what is between them.
function band(i, points, deviation) {
  const edge = sign => points.map(q => ({ x: q.x, y: Math.max(q.y + sign * deviation(q), q.y / 100) }));
  const common = { band: true, hidden: !shown[i], pointRadius: 0, pointHoverRadius: 0, pointHitRadius: 0, borderWidth: 0 };
  return [{ ...common, data: edge(-1) }, { ...common, data: edge(1), fill: "-1", backgroundColor: style(i).colour + "30" }];
}
let charts = {};
function draw(id, datasets, made) {
  charts[id]?.destroy();
  charts[id] = new Chart($(id), { type: "line", data: { datasets }, options: made });
}

function drawByLength() {
  const values = data.lengths, log = $("log-y").checked, name = quantity === "perplexity" ? "perplexity" : "bits per byte";
  const datasets = [];
  data.curves.forEach((curve, i) => {
    const points = values.map(length => point(curve, length)).filter(shows).map(p => ({ x: p.length, y: p[quantity].mean, p: p[quantity], targets: p.targets }));
    datasets.push(line(i, points, { pointRadius: points.length === 1 ? 5 : 3 }));
    if (!$("bands").checked || !points.some(p => p.p.deviation > 0)) return;
    datasets.push(...band(i, points, q => q.p.deviation));
  });
  const y = close(axis(name, log), datasets);
  draw("by-length", datasets, options(axis("evaluation length (bytes)", $("log-x").checked, values), y, {
    title: items => items.length ? `${items[0].dataset.label} at ${grouped(items[0].parsed.x)} bytes` : "",
    label: item => {
      const { p, targets } = item.raw, text = [`${name} ${number(p.mean)}`];
      if (p.seeds > 1) text.push(`± ${number(p.deviation)} over ${p.seeds} seeds`);
      if (p.over) text.push(`95 % interval over ${p.over} ${number(p.low)} to ${number(p.high)}`);
      return [...text, `${grouped(targets)} targets`];
    },
  }, true));
  $("by-length").setAttribute("aria-label", `${name} against evaluation length, ${protocol}; the table below has the numbers`);
  const beyond = data.curves.flatMap(c => c.points[protocol] ?? []).filter(p => p.status === "ok" && p[quantity] === null).length;
  $("by-length-caption").textContent = (data.seeds > 1 ? "Bands are ± one sample deviation over seeds." : "One seed: there is no spread to show.") +
    (beyond ? ` ${beyond} ${beyond === 1 ? "perplexity" : "perplexities"} beyond 1e308 not shown; bits per byte are.` : "");
}
function drawByPosition() {
  const some = data.curves.some(c => c.positions.length);
  $("positions").hidden = !some;
  if (!some) return;
  const sets = data.curves.flatMap((c, i) => {
    const points = c.positions.map(([x, y, deviation]) => ({ x, y, deviation }));
    const spread = $("bands").checked && points.some(q => q.deviation > 0);
    return [line(i, points, { pointRadius: 0 }), ...(spread ? band(i, points, q => q.deviation) : [])];
  });
  const y = close(axis("bits per byte", $("log-y").checked), sets);
  draw("by-position", sets,
       options({ ...axis("position in the window (bytes)", $("log-x").checked), min: 1 }, y, {
         title: items => items.length ? `${items[0].dataset.label}, position ${grouped(Math.round(items[0].parsed.x))}` : "",
         label: item => `${item.parsed.y.toFixed(3)} bits per byte`,
       }, true));
}
function drawByStep() {
  const some = data.curves.some(c => c.training.length);
  $("training").hidden = !some;
  if (!some) return;
  const sets = data.curves.flatMap((c, i) => [
    line(i, c.training.map(([x, y]) => ({ x, y })), { pointRadius: 0, borderWidth: 1.3 }),
    line(i, c.validation.map(([x, y]) => ({ x, y })), { showLine: false, pointRadius: 5, validation: true }),
  ]);
  draw("by-step", sets, options(axis("step", false), close(axis("bits per byte", $("log-y").checked), sets), {
    title: items => items.length ? `${items[0].dataset.label}, step ${grouped(items[0].parsed.x)}` : "",
    label: item => `${item.dataset.validation ? "validation" : "training"} ${item.parsed.y.toFixed(3)} bits per byte`,
  }, false));
}

// ---- Tables --------------------------------------------------------------------------------------------------------
const oneLength = trainLengths.length === 1;
const head = first => [element("th", first, { scope: "col" }), ...data.lengths.map(l =>
  element("th", grouped(l) + (oneLength && l === trainLengths[0] ? " (trained)" : ""), { scope: "col" }))];
const rowHead = curve => element("th", oneLength ? curve.label : `${curve.label} (trained at ${grouped(curve.train_length)})`, { scope: "row" });

function drawNumbers() {
  fill($("numbers"), head("evaluated at"), data.curves.map((curve, i) => element("tr", [rowHead(curve), ...data.lengths.map(length => {
    const p = point(curve, length);
    if (!shows(p)) return element("td", p ? statusText[p.status] : "–", { class: "absent" });
    const q = p[quantity], best = p.best && data.curves.length > 1;
    const cell = element("td", [number(q.mean) + (best ? " ★" : "")], { "data-mean": q.mean, ...(best ? { class: "best", title: "best of its column" } : {}) });
    if (q.seeds > 1) cell.append(element("small", `± ${number(q.deviation)}`), ...(q.over ? [element("small", `[${number(q.low)}, ${number(q.high)}]`)] : []));
    return cell;
  })], shown[i] ? {} : { class: "off" })));
  const points = data.curves.flatMap(c => c.points[protocol] ?? []).filter(p => p.status === "ok"), targets = points.map(p => p.targets);
  const over = points.map(p => p.bits_per_byte?.over).find(o => o) ?? "seeds";
  $("numbers-note").textContent = `${range(targets)} targets a length. ` + (data.seeds > 1 ? `Mean over seeds, ± sample deviation, [95 % interval of the mean over ${over} by Student's t]. ` : "") + "★ best of its column, where the same targets were scored.";
}
function drawPaired() {
  const table = data.paired[protocol];
  $("differences").hidden = !table;
  if (!table) return;
  fill($("paired"), head("bits per byte above the best"), data.curves.map((curve, i) => element("tr", [rowHead(curve), ...data.lengths.map(length => {
    const d = table.find(t => t.length === length && t.curve === i);
    if (!d) return element("td", data.curves[i].points[protocol]?.find(p => p.length === length)?.best ? "best" : "–", { class: "absent" });
    return element("td", [`${d.mean >= 0 ? "+" : "−"}${Math.abs(d.mean).toFixed(3)}`, element("small", `± ${d.interval.toFixed(3)}`)], { title: `${grouped(d.targets)} targets, ${d.seeds} seeds` });
  })], shown[i] ? {} : { class: "off" })));
  const targets = table.map(t => t.targets);
  $("paired-note").textContent = `Means of differences between models of the same seed on the same bytes, ${range(targets)} targets a length; ± half the 95 % interval over ${table.some(t => t.seeds > 1) ? "seeds and text" : "the text, for one seed"}.`;
}

function drawContext() {
  $("context").hidden = !data.curves.some(c => c.context.length);
  const gap = ([value, error]) => `${value < 0 ? "\u2212" : "+"}${Math.abs(value).toFixed(3)} \u00b1 ${error.toFixed(3)}`;
  fill($("used"), ["encoding", "settles at", "resolved to", "gap after it", "beyond, up to", "rises from", "gap beyond"].map(t => element("th", t, { scope: "col" })),
       data.curves.flatMap((curve, i) => {
    const [trained, longest] = curve.context;
    if (!trained) return [];
    const beyond = longest ? [grouped(longest.length), longest.rises_from === null ? "not seen" : grouped(longest.rises_from), gap(longest.beyond)] : ["-", "", ""];
    return [element("tr", [element("th", curve.label, { scope: "row" }),
                           ...[...(trained.settles_at === null ? [`not by ${grouped(trained.known_to)}`, "-", "-"] : [grouped(trained.settles_at), trained.resolved_to.toFixed(3), gap(trained.after)]), ...beyond].map(t => element("td", t))],
                    shown[i] ? {} : { class: "off" })];
  }));
}

// The band of a distance, as "32 to 64": its middle is where it is drawn.
const middle = b => Math.sqrt(Math.max(b.from, b.to / 2) * b.to);
function drawAnswers() {
  const all = data.curves.flatMap((curve, i) => curve.use.map(u => ({ i, curve, u })));
  $("answers").hidden = !all.length;
  if (!all.length) return;
  $("results").before($("answers"));  // they say more than perplexity
  $("answers").querySelector("figure").before($("legend"));
  const edges = [...new Map(all.flatMap(({ u }) => u.bands).map(b => [b.from, b])).values()].sort((a, b) => a.from - b.from);
  const { chance, chance_right } = all[0].u;
  const sets = data.curves.flatMap((curve, i) => curve.use.length ? [line(i, curve.use.at(-1).bands.map(b => ({ x: middle(b), y: b.bits, b })))] : []);
  sets.push({ label: "a guess", data: edges.map(b => ({ x: middle(b), y: chance })), borderDash: [4, 4], borderWidth: 1.5, pointRadius: 0, borderColor: getComputedStyle(document.body).getPropertyValue("--soft") });
  draw("by-distance", sets, options(axis("distance to the definition (symbols)", true), axis("bits of an answer", false), {
    title: items => items.length ? items[0].dataset.label : "",
    label: item => item.raw.b ? [`${grouped(item.raw.b.from)} to ${grouped(item.raw.b.to)}: ${item.raw.y.toFixed(3)} bits, ${(100 * item.raw.b.right).toFixed(1)} % right`, `${grouped(item.raw.b.answers)} answers`] : `${item.raw.y.toFixed(2)} bits`,
  }, true));
  const share = s => s ? [`${(100 * s[0]).toFixed(1)} %`, element("small", `± ${(100 * s[1]).toFixed(1)}`)] : ["–"];
  fill($("bands-table"), [...["read with", ...edges.map(b => b.from ? `${grouped(b.from)} to ${grouped(b.to)}` : `below ${grouped(b.to)}`), "use within", "use beyond"]].map(t => element("th", t, { scope: "col" })),
       all.map(({ i, curve, u }) => element("tr", [element("th", `${curve.label}, ${grouped(u.length)}`, { scope: "row" }), ...edges.map(edge => {
    const b = u.bands.find(own => own.from === edge.from);
    return b ? element("td", [b.bits.toFixed(2), element("small", `${(100 * b.right).toFixed(0)} %`)], { title: `${grouped(b.answers)} answers; best possible ${b.optimum.toFixed(2)} bits` }) : element("td", "–", { class: "absent" });
  }), element("td", share(u.within)), element("td", share(u.beyond))], shown[i] ? {} : { class: "off" })));
  $("answers-note").textContent = `Bits of an answer and share of right ones, by how many symbols before it its definition begins; curves are of the longest windows. The best possible is 0 bits wherever the definition is read; a guess has ${chance.toFixed(2)} bits and is right in ${(100 * chance_right).toFixed(0)} %. Use: share of a guess's bits gained, ± half the 95 % interval, where the definition is nearer than the trained length and where it is not.`;
}

function drawScores() {
  const all = data.curves.flatMap((curve, i) => curve.scores.map(s => ({ i, curve, s })));
  $("scores").hidden = !all.length;
  const percent = x => `${(100 * x).toFixed(1)} %`, within = ([low, high]) => element("small", `[${percent(low)}, ${percent(high)}]`);
  fill($("exact"), ["asked at", "exact match", "worst seed", "median", "best", "guess", "answers", "guess"].map(t => element("th", t, { scope: "col" })), all.map(({ i, curve, s }) =>
    element("tr", [element("th", `${curve.label}, ${grouped(s.length)}${s.length === curve.train_length ? " (trained)" : ""}`, { scope: "row" }), element("td", [percent(s.exact), within(s.exact_interval)]),
                   ...[s.worst, s.median, s.best, s.guess[0]].map(x => element("td", percent(x))), element("td", [percent(s.right), within(s.right_interval)]), element("td", percent(s.guess[1]))], shown[i] ? {} : { class: "off" })));
}

function drawCauses() {
  $("causes").hidden = !data.causes.length;
  const parts = ["harm", "number", "distance", "position", "dilution", "use"], bits = x => `${x < 0 ? "\u2212" : "+"}${Math.abs(x).toFixed(3)}`;
  fill($("why"), ["encoding", "length", "harm", "number", "distance", "position", "dilution", "far text", "verdict"].map(t => element("th", t, { scope: "col" })),
       data.causes.map(e => element("tr", [element("th", e.label, { scope: "row" }), element("td", grouped(e.length)), ...parts.map(p => {
    const value = e[`${p}_bits`], interval = e[`${p}_bits_interval`];
    return value === null ? element("td", "–", { class: "absent" }) : element("td", [bits(value), element("small", `± ${((interval[1] - interval[0]) / 2).toFixed(3)}`)]);
  }), element("td", e.verdict, { title: e.sentence })])));
}

const headFacts = [["entropy", "entropy, bits"], ["keys", "keys in effect"], ["first", "weight on the first key"], ["beyond", "weight beyond the trained length"],
               ["distance", "mean distance"], ["logit", "largest logit"]];
const threeDigits = v => String(Number(v.toPrecision(3)));
let fact = "beyond", watched = data.curves.findIndex(c => c.attention.length);
function drawAttention() {
  $("attention").hidden = watched < 0;
  if (watched < 0) return;
  const rows = data.curves[watched].attention, of = headFacts.findIndex(([name]) => name === fact), values = rows.flatMap(r => r.heads.map(h => h.facts[of])).filter(v => v !== null);
  const least = Math.min(...values), most = Math.max(...values), strength = v => (most > least ? (v - least) / (most - least) : 0);
  fill($("heads"), ["layer, head", ...rows.map(r => grouped(r.length) + (r.length === data.curves[watched].train_length ? " (trained)" : ""))].map(t => element("th", t, { scope: "col" })), rows[0].heads.map((h, i) =>
    element("tr", [element("th", `${h.layer}, ${h.head}`, { scope: "row" }), ...rows.map(r => {
      const v = r.heads[i]?.facts[of] ?? null;
      if (v === null) return element("td", "–", { class: "absent" });
      const cell = element("td", threeDigits(v));
      cell.style.setProperty("--heat", strength(v).toFixed(3));
      return cell;
    })])));
  $("heads-note").textContent = `Over scored targets (${rows[0].windows.replaceAll("_", " ")}), means over seeds: ${headFacts[of][1]}, from ${threeDigits(least)} (pale) to ${threeDigits(most)}.`;
}

// ---- Claims, config, provenance ------------------------------------------------------------------------------------
function drawClaims() {
  $("claims").hidden = !data.verdicts.length;
  const kind = { agree: "agree", contradict: "contradict", contested: "contested" };
  const evidence = (list, prefix) => list.flatMap(f => f.predicates.map(p => element("li", `${prefix}${f.protocol}, ${p.finding}: ${p.predicate}${p.why ? ` — ${p.why}` : ""}`)));
  $("verdicts").replaceChildren(...data.verdicts.map(v => {
    const items = [...evidence(v.evidence, ""), ...(v.against ? evidence(v.against.evidence, `to the contrary (${v.against.source}): `) : [])];
    return element("article", [
      element("h3", [element("span", v.verdict, { class: `verdict ${kind[v.verdict] ?? "untestable"}` }), v.says]),
      element("p", v.why),
      element("p", `${v.id} · ${v.source} · margin: ${v.margin.deviations} deviations over ${v.margin.seeds} seed${v.margin.seeds === 1 ? "" : "s"}`, { class: "source" }),
      element("details", [element("summary", "Numbers"), element("ul", items)]),
    ], { class: "claim" });
  }));
}
const words = rows => rows.map(([key, value]) => element("tr", [element("th", key, { scope: "row" }), element("td", value)]));
for (const id of ["varied", "shared", "made"]) $(id).classList.add("words", "wrap");
fill($("varied"), null, words(data.varied));
fill($("shared"), null, words(data.shared));
fill($("made"), null, words(data.made));
$("cells").classList.add("words");
fill($("cells"), ["cell", "parameters", "seconds", "digest", "config"].map(t => element("th", t, { scope: "col" })), data.cells.map(c =>
  element("tr", [element("th", c.folder, { scope: "row" }), element("td", grouped(c.parameters)), element("td", c.seconds.toFixed(1)), element("td", element("code", c.digest)), element("td", element("code", c.config_hash))])));

// ---- Controls ------------------------------------------------------------------------------------------------------
function choices(fieldset, name, list, current, change) {
  for (const [value, text] of list) {
    const input = element("input", null, { type: "radio", name, value });
    input.checked = value === current;
    input.addEventListener("change", () => change(value));
    $(fieldset).append(element("label", [input, text]));
  }
}
choices("protocols", "protocol", data.protocols.map(p => [p.name, p.title]), protocol, value => { protocol = value; update(); });
choices("quantities", "quantity", [["perplexity", "perplexity"], ["bits_per_byte", "bits per byte"]], quantity, value => { quantity = value; update(); });
choices("facts-of-attention", "fact", headFacts, fact, value => { fact = value; drawAttention(); });
data.curves.forEach((curve, i) => curve.attention.length && $("watched").append(element("option", curve.label, { value: i })));
$("watched").addEventListener("change", event => { watched = Number(event.target.value); drawAttention(); });
for (const id of ["log-x", "log-y", "bands"]) $(id).addEventListener("change", update);
dark.addEventListener("change", update);

function update() {
  $("protocol-note").textContent = data.protocols.find(p => p.name === protocol).explanation + ".";
  $("results-title").textContent = `${quantity === "perplexity" ? "Perplexity" : "Bits per byte"} against evaluation length`;
  drawLegend();
  drawByLength();
  drawByPosition();
  drawByStep();
  drawNumbers();
  drawPaired();
  drawContext();
  drawAnswers();
  drawScores();
}
drawClaims();
drawCauses();
drawAttention();
update();
