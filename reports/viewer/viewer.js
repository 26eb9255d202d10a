"use strict";
// Everything recorded becomes text (textContent), never HTML.
const record = JSON.parse(document.getElementById("record").textContent);
const KINDS = ["step", "http", "span", "lineage", "orchestrator", "readiness", "fault", "log"];
const SHOWN = 1000; // rows at a time
const byId = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// What happened, of every kind, in one shape.
function happenings() {
  const found = [];
  const add = (kind, at, of, title, seconds, bad, details) =>
    found.push({ kind, at, of, title, seconds, bad, details, text: "" });
  for (const s of record.steps)
    add("step", s.begun, s.status, `${s.keyword} ${s.name}`, s.ended ? s.ended - s.begun : 0, s.status === "failed",
      () => [["line", `${record.file}:${s.line}`]]);
  for (const e of record.exchanges)
    add("http", e.begun, e.status ? String(e.status) : "no answer", `${e.method} ${e.url}`, e.milliseconds / 1000,
      !e.status || e.status >= 400, () => [
        ["took", `${e.milliseconds} ms`], ["error", e.error], ["request", e.request], ["answer", e.answer],
        ["request headers", pairs(e.request_headers)], ["answer headers", pairs(e.answer_headers)],
        ["curl", e.curl]]);
  for (const s of record.spans)
    add("span", s.begun, s.service, s.name, s.seconds, s.failed,
      () => [["trace", s.trace_id], ["span", s.span_id], ["parent", s.parent_id || ""],
        ["took", seconds(s.seconds)], ["tags", pairs(s.tags)]]);
  for (const [kind, events] of [["lineage", record.lineage], ["orchestrator", record.orchestrator],
    ["readiness", record.readiness], ["fault", record.faults]])
    for (const e of events) add(kind, e.at, e.of, e.title, 0, e.bad, () => [["", e.details]]);
  for (const log of record.logs)
    for (const line of log.lines)
      add("log", line.at, log.workload, line.text, 0, /\b(ERROR|FATAL|CRITICAL|Traceback|panic)\b/.test(line.text),
        () => [["", line.text]]);
  for (const h of found) h.text = `${h.kind} ${h.of} ${h.title} ${h.kind === "log" ? "" : h.details().join(" ")}`.toLowerCase();
  // What has no time of its own keeps its place behind what came before it.
  let last = record.begun;
  for (const h of found) { h.known = h.at !== null; if (h.known) last = h.at; else h.at = last; }
  return found.map((h, i) => [h, i]).sort(([a, i], [b, j]) => a.at - b.at || i - j).map(([h]) => h);
}

const pairs = (mapping) => Object.entries(mapping).map(([k, v]) => `${k}: ${v}`).join("\n");
const seconds = (s) => (s >= 1 ? `${s.toFixed(2)} s` : `${(s * 1000).toFixed(1)} ms`);

function head() {
  document.title = `${record.status}: ${record.scenario}`;
  byId("status").textContent = record.status;
  byId("status").classList.add(record.status);
  byId("scenario").textContent = record.scenario;
  const when = new Date(record.begun * 1000).toISOString().replace("T", " ").slice(0, 19);
  byId("where").append(`${record.feature} · ${record.file}:${record.line} · ${when} UTC · `
    + `${seconds(record.ended - record.begun)}${record.environment ? ` · ${record.environment}` : ""}`
    + (record.standins.length ? ` · stand-ins: ${record.standins.join(", ")}` : ""));
  for (const tag of record.tags) byId("tags").append(element("span", { className: "tag", textContent: `@${tag}` }));
  if (record.repeat) byId("tags").after(element("pre", { id: "repeat", textContent: record.repeat }));
  byId("told").textContent = record.told;
}

function roots() {
  const place = byId("roots");
  if (!record.roots.length)
    place.append(element("p", { className: "faint", textContent: record.status === "passed"
      ? "none: the scenario passed" : "no broken contract was found; see what it told, below" }));
  else if (!record.judged)
    place.append(element("p", { className: "faint", textContent: "as the scenario alone found it" }));
  for (const root of record.roots) {
    const list = element("dl");
    for (const [name, key] of [["subject", "subject"], ["expected", "expected"], ["actual", "actual"],
      ["at", "location"], ["mend", "mend"], ["found by", "found_by"]])
      if (root[key]) list.append(element("dt", { textContent: name }), element("dd", { textContent: root[key] }));
    if (root.broke_with.length)
      list.append(element("dt", { textContent: "broke with it" }),
        element("dd", { textContent: root.broke_with.join(", ") }));
    place.append(element("div", { className: "root" },
      element("strong", { textContent: root.contract }), ` broken at stage ${root.stage || "?"}`, list));
  }
  if (record.notes.length) byId("notes").hidden = false;
  for (const note of record.notes) byId("notes").lastElementChild.append(element("li", { textContent: note }));
  for (const log of record.logs.filter((each) => each.left_out)) {
    byId("notes").hidden = false;
    byId("notes").lastElementChild.append(element("li", {
      textContent: `log of ${log.workload}: ${log.left_out} bytes of this time are left out, before what is shown` }));
  }
}

function timeline(all) {
  const from = record.begun, length = Math.max(record.ended - record.begun, 0.001);
  const percent = (at) => Math.min(Math.max((100 * (at - from)) / length, 0), 99.7);
  const axis = element("div", { className: "track axis" });
  for (let part = 0; part < 10; part++)
    axis.append(element("span", { style: `left:${10 * part}%`, textContent: `+${seconds((length * part) / 10)}` }));
  const place = byId("timeline");
  place.append(element("div", { className: "lane" }, element("span", { className: "name" }), axis));
  const lanes = new Map();
  for (const h of all) {
    const name = h.kind === "log" ? `log ${h.of}` : h.kind === "http" ? "HTTP" : h.kind;
    if (!lanes.has(name)) lanes.set(name, []);
    lanes.get(name).push(h);
  }
  const order = [...lanes.keys()].sort((a, b) => rank(lanes.get(a)[0]) - rank(lanes.get(b)[0]) || (a < b ? -1 : 1));
  for (const name of order) {
    const track = element("div", { className: "track" });
    for (const h of lanes.get(name)) {
      const outside = h.at + h.seconds < from - 1 ? " (before the scenario)" : "";
      const mark = element("div", { className: `mark ${h.kind}${h.bad ? " bad" : ""}`,
        title: `${h.title}${outside}\n+${seconds(Math.max(h.at - from, 0))}, ${seconds(h.seconds)}`,
        onclick: () => show(h) });
      mark.style.left = `${percent(h.at)}%`;
      mark.style.width = `${Math.max(percent(h.at + h.seconds) - percent(h.at), 0)}%`;
      if (h.kind === "step") mark.textContent = h.title;
      track.append(mark);
    }
    place.append(element("div", { className: "lane" },
      element("span", { className: "name", textContent: name, title: name }), track));
  }
}

const rank = (h) => KINDS.indexOf(h.kind);
const all = happenings();
const state = { words: "", kinds: new Set(KINDS), bad: false, limit: SHOWN, chosen: null, open: new Set() };

function wanted(h) {
  return state.kinds.has(h.kind) && (!state.bad || h.bad) && state.words.split(/\s+/).every((w) => h.text.includes(w));
}

function list() {
  const found = all.filter(wanted), rows = found.slice(0, state.limit);
  byId("events").replaceChildren(...rows.map(row));
  byId("more").hidden = found.length <= state.limit;
  byId("count").textContent = `${found.length} of ${all.length}`;
}

function row(h) {
  const line = element("div", { className: "row mono", onclick: () => { state.chosen = h; toggle(h); } },
    element("span", { className: "at", textContent: h.known ? offset(h.at) : "" }),
    element("span", { textContent: h.kind }), element("span", { textContent: h.of, title: h.of }),
    element("span", { className: "title", textContent: h.title }));
  const item = element("li", { className: h.bad ? "bad" : "" }, line);
  item.setAttribute("aria-selected", String(h === state.chosen));
  item.happening = h;
  if (state.open.has(h)) item.append(details(h));
  return item;
}

const offset = (at) => `${at < record.begun ? "−" : "+"}${seconds(Math.abs(at - record.begun))}`;

function details(h) {
  const place = element("div", { className: "details" });
  for (const [name, text] of h.details())
    if (text) place.append(...(name ? [element("div", { className: "faint", textContent: name })] : []),
      element("pre", { className: name === "curl" ? "curl" : "", textContent: text }));
  return place;
}

const itemOf = (h) => [...byId("events").children].find((item) => item.happening === h);

function toggle(h) {
  if (state.open.has(h)) state.open.delete(h); else state.open.add(h);
  choose(h);
  const item = itemOf(h);
  if (item) item.replaceWith(row(h));
}

function choose(h) {
  state.chosen = h;
  for (const item of byId("events").children) item.setAttribute("aria-selected", String(item.happening === h));
  const item = itemOf(h);
  if (item) item.scrollIntoView({ block: "nearest" });
}

function show(h) {
  if (!wanted(h)) reset();
  while (!all.filter(wanted).slice(0, state.limit).includes(h)) state.limit += SHOWN;
  state.open.add(h);
  state.chosen = h;
  list();
  choose(h);
}

function move(by) {
  const items = [...byId("events").children];
  const now = items.findIndex((item) => item.happening === state.chosen);
  const next = items[Math.min(Math.max(now + by, 0), items.length - 1)];
  if (next) choose(next.happening);
}

function reset() {
  Object.assign(state, { words: "", kinds: new Set(KINDS), bad: false });
  byId("search").value = "";
  byId("bad").checked = false;
  for (const button of byId("kinds").children) button.setAttribute("aria-pressed", "true");
  list();
}

function switchKind(kind) {
  if (state.kinds.has(kind)) state.kinds.delete(kind); else state.kinds.add(kind);
  byId("kinds").children[KINDS.indexOf(kind)].setAttribute("aria-pressed", String(state.kinds.has(kind)));
  list();
}

function controls() {
  KINDS.forEach((kind, i) => {
    const count = all.filter((h) => h.kind === kind).length;
    const button = element("button", { type: "button", textContent: `${i + 1} ${kind} ${count}`,
      onclick: () => switchKind(kind) });
    button.setAttribute("aria-pressed", "true");
    byId("kinds").append(button, " ");
  });
  byId("kinds").normalize();
  for (const node of [...byId("kinds").childNodes]) if (node.nodeType === Node.TEXT_NODE) node.remove();
  byId("search").addEventListener("input", (event) => { state.words = event.target.value.trim().toLowerCase(); list(); });
  byId("bad").addEventListener("change", (event) => { state.bad = event.target.checked; list(); });
  byId("all").addEventListener("change", contracts);
  byId("more").addEventListener("click", () => { state.limit += SHOWN; list(); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { document.activeElement.blur(); reset(); return; }
    if (event.target.matches("input[type=search]")) { if (event.key === "Enter") event.target.blur(); return; }
    if (event.key === "Enter" && event.target.matches("button, summary, input")) return;
    const keys = {
      "/": () => byId("search").focus(), j: () => move(1), k: () => move(-1), ArrowDown: () => move(1),
      ArrowUp: () => move(-1), Enter: () => state.chosen && toggle(state.chosen),
      p: () => byId("bad").click(), a: () => byId("all").click(),
    };
    const digit = Number(event.key);
    const act = keys[event.key] || (digit >= 1 && digit <= KINDS.length ? () => switchKind(KINDS[digit - 1]) : null);
    if (act) { event.preventDefault(); act(); }
  });
}

// The contracts that the scenario checked or that are broken, with all that they require; on demand all.
function related() {
  const byName = new Map(record.contracts.map((c) => [c.id, c])), found = new Set();
  const open = record.contracts.filter((c) => c.checked || c.state === "broken").map((c) => c.id);
  while (open.length) {
    const id = open.pop();
    if (found.has(id) || !byName.has(id)) continue;
    found.add(id);
    open.push(...byName.get(id).requires);
  }
  return record.contracts.filter((c) => byId("all").checked || found.has(c.id));
}

function contracts() {
  byId("graph").hidden = !record.contracts.length;
  const svg = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const shown = related(), stages = [...new Set(shown.map((c) => c.stage))];
  const width = 300, height = 30, place = new Map(), rows = new Map();
  for (const c of shown) {
    const y = rows.get(c.stage) || 0;
    rows.set(c.stage, y + 1);
    place.set(c.id, [stages.indexOf(c.stage) * (width + 40), 24 + y * height]);
  }
  const drawing = svg("svg", { width: stages.length * (width + 40), height: 30 + Math.max(0, ...rows.values()) * height,
    role: "list" });
  stages.forEach((stage, i) => drawing.append(svg("text", { x: i * (width + 40), y: 12, class: "stage" }, stage)));
  for (const c of shown)
    for (const needed of c.requires.filter((id) => place.has(id))) {
      const [x1, y1] = place.get(needed), [x2, y2] = place.get(c.id);
      const broken = shown.find((each) => each.id === needed).state === "broken";
      const start = x1 === x2 ? x1 : x1 + width;
      const bend = x1 === x2 ? x1 - 14 : (start + x2) / 2;
      drawing.append(svg("path", { class: broken ? "broken" : "",
        d: `M${start} ${y1 + 11} C${bend} ${y1 + 11} ${bend} ${y2 + 11} ${x2} ${y2 + 11}` }));
    }
  const SIGN = { held: "✓", broken: "✕", "not judged": "·" };
  for (const c of shown) {
    const [x, y] = place.get(c.id), box = svg("g", { class: c.state, role: "listitem", "data-contract": c.id });
    box.append(svg("title", {}, `${c.id}: ${c.state}\n${c.promise}${c.why ? `\n${c.why}` : ""}`),
      svg("rect", { x, y, width, height: 22, rx: 3 }),
      svg("text", { x: x + 6, y: y + 15 }, `${SIGN[c.state]} ${c.id}${c.checked ? "  ◂ checked" : ""}`));
    drawing.append(box);
  }
  byId("contracts").replaceChildren(drawing);
  const sum = (state) => record.contracts.filter((c) => c.state === state).length;
  byId("sums").textContent = `✓ ${sum("held")} held · ✕ ${sum("broken")} broken · · ${sum("not judged")} not judged`;
}

head();
roots();
timeline(all);
controls();
list();
contracts();
