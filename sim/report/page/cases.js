// The cases of the article that began this, retold with the figures of the page. A case appears where its chips are in
// the catalogue; days appear where a fleet of the chip is on the page.

const cases = [
  { kind: "pair", rule: "bis-2022", from: "A100-SXM4-80GB", to: "A800-SXM4-80GB" },
  { kind: "pair", rule: "bis-2022", from: "H100-SXM5-80GB", to: "H800-SXM5-80GB" },
  { kind: "pair", rule: "bis-2023", from: "H100-SXM5-80GB", to: "H20-SXM-96GB" },
  { kind: "outside", rule: "bis-2023", chips: ["V100-SXM2-32GB", "TPUv3"], from: "H100-SXM5-80GB" },
  { kind: "density", rules: ["bis-2022", "bis-2023"], chips: ["BR100", "BR104"], escape: "MI308X", from: "H100-SXM5-80GB" },
  { kind: "stockpile", home: "Ascend-910B" },
];
const kinds = { pair: pairCase, outside: outsideCase, density: densityCase, stockpile: stockpileCase };

function casesSection() {
  return cases.flatMap((one) => {
    const made = kinds[one.kind](one);
    return made === null ? [] : [make("section", { "data-case": one.to || one.kind }, made)];
  });
}

const partOf = (id) => data.catalogue.find((chip) => chip.id === id);
const ruleOf = (id) => data.export.rules.find((rule) => rule.id === id);
const nameOf = (rule) => (words["rule." + rule.id] ? say("rule." + rule.id) : rule.title);
const para = (texts) => make("p", {}, texts.filter((text) => text !== "").join(locale.startsWith("zh") ? "" : " "));

// A value as people write it: TPP and density are plain numbers.
function measure(quantity, value) {
  if (quantity === "tpp") return number(value);
  if (quantity === "performance_density") return number(value, 2);
  if (quantity === "die_area") return number(value) + " mm²";
  return number(value / 1e9) + (quantity === "memory_capacity" ? " GB" : " GB/s");
}
const signed = (share) => (share >= 0 ? "+" : "−") + percent(Math.abs(share));

// Paragraphs of a verdict in the page's language; numbers of the law stay as they are.
function paragraphs(paragraph) {
  const names = paragraph.split(" and ").map((id) => (words["paragraph." + id] ? say("paragraph." + id) : id));
  return say("cases.paragraph", { paragraph: names.join(say("cases.and")) });
}

// What a rule says of a chip, and how far it is from the line that decides.
function judged(rule, chip) {
  const { status, paragraph, margin_of: margin, decides } = chip.verdicts[rule.id];
  if (status === "unknown") {
    return decides === null ? say("cases.unknown", { rule: nameOf(rule), chip: chip.id }) : undecided(rule, chip);
  }
  const named = status === "not_controlled" || paragraph === "" ? "" : paragraphs(paragraph);
  const said = say("cases.verdict", { rule: nameOf(rule), chip: chip.id, status: say("status." + status) + named });
  if (margin === null) return said + say("cases.stop");
  const share = margin.value / margin.line - 1, side = share >= 0 ? "cases.above" : "cases.below";
  return said + say(side, { quantity: say("quantity." + margin.quantity), value: measure(margin.quantity, margin.value),
    line: measure(margin.quantity, margin.line), share: percent(Math.abs(share)) });
}

function undecided(rule, chip) {
  const { quantity, stretches } = chip.verdicts[rule.id].decides, bound = chip[quantity + "_at_most"];
  const list = stretches.filter(({ status }) => status !== "unknown").map(({ from, to, status, paragraph }) =>
    say(from === null ? "cases.up_to" : to === null ? "cases.from_on" : "cases.between", { status: say("status." + status),
      from: from === null ? "" : measure(quantity, from), to: to === null ? "" : measure(quantity, to) }) +
      (status === "not_controlled" || paragraph === "" ? "" : paragraphs(paragraph)));
  const known = bound ? say("cases.at_most", { bound: measure(quantity, bound) }) : say("unknown");
  return say("cases.undecided", { rule: nameOf(rule), chip: chip.id, quantity: say("quantity." + quantity), known,
    list: list.join(say("cases.then")) });
}

const isFleetOf = (scenario, id) => scenario.answer.fleet.entries.length === 1 && scenario.answer.fleet.entries[0].chip === id;
const waiting = ({ answer: { run } }) => run.shares.waiting_for_delivery * run.days.p50;

// Fleets of two chips that train the same with about as many chips (a twentieth apart), all there on the first day.
function fleetsOf(first, second) {
  const ready = (id) => data.scenarios.filter((scenario) => isFleetOf(scenario, id) && waiting(scenario) === 0);
  for (const a of ready(first)) {
    const b = ready(second).find((other) => other.job.model === a.job.model && other.job.tokens === a.job.tokens &&
      Math.abs(other.answer.fleet.chips / a.answer.fleet.chips - 1) < 0.05);
    if (b) return [a, b];
  }
  return null;
}

const staveDays = (scenario, name) => scenario.answer.run.ideal_days *
  (scenario.barrel.barrel.find((stave) => stave.stave === name) || { share: 0 }).share;

// What the second chip costs in days, and by which staves.
function cost(first, second) {
  const fleets = fleetsOf(first, second);
  if (fleets === null) return say("cases.no_days", { chip: second });
  const [a, b] = fleets, ratio = b.answer.run.days.p50 / a.answer.run.days.p50;
  const gaps = b.barrel.barrel.map(({ stave }) => [stave, staveDays(b, stave) - staveDays(a, stave)]);
  const all = gaps.reduce((sum, [, gap]) => sum + Math.max(0, gap), 0);
  const most = gaps.filter(([, gap]) => gap > 0.15 * all).sort((x, y) => y[1] - x[1]);
  const list = most.map(([name, gap]) => say("cases.stave", { stave: say("stave." + name), days: days(gap) }));
  return say("cases.days", { from: first, to: second, from_count: number(a.answer.fleet.chips),
    to_count: number(b.answer.fleet.chips), from_days: days(a.answer.run.days.p50), to_days: days(b.answer.run.days.p50),
    ratio: number(ratio, 2) }) + (list.length === 0 ? "" : say("cases.by", { list: list.join(say("comma")) }));
}

function pairTable(from, to) {
  const rows = [["", from.id, to.id, say("cases.change")]];
  for (const quantity of ["tpp", "performance_density", "io_bandwidth", "memory_bandwidth", "memory_capacity"]) {
    if (from[quantity] === null || to[quantity] === null) continue;
    const share = to[quantity] / from[quantity] - 1;
    rows.push([say("quantity." + quantity), measure(quantity, from[quantity]), measure(quantity, to[quantity]),
      Math.abs(share) < 0.001 ? "–" : signed(share)]);
  }
  const fleets = fleetsOf(from.id, to.id);
  if (fleets !== null) {
    const [a, b] = fleets.map(({ answer: { run } }) => run.days.p50);
    rows.push([say("unit.days"), days(a), days(b), signed(b / a - 1)]);
    rows.push([say("answer.shortest"), ...fleets.map((fleet) => say("stave." + shortest(fleet))), ""]);
  }
  return table(rows, `${from.id} → ${to.id}`);
}

// The first later rule that no longer lets a chip through.
function caughtLater(chip, date) {
  const later = data.export.rules.filter(({ id, from }) => from > date && chip.verdicts[id].status === "controlled");
  return later.sort((a, b) => (a.from < b.from ? -1 : 1))[0] || null;
}

function pairCase({ rule: id, from: first, to: second }) {
  const from = partOf(first), to = partOf(second), rule = ruleOf(id);
  if (!from || !to || !rule) return null;
  const fleets = fleetsOf(first, second), next = caughtLater(to, rule.from);
  const speed = fleets === null ? 0 : fleets[0].answer.run.days.p50 / fleets[1].answer.run.days.p50;
  return [make("h3", {}, `${first} → ${second}`), para([judged(rule, from), judged(rule, to)]), pairTable(from, to),
    para([cost(first, second), fleets !== null && to.tpp < 0.99 * from.tpp
      ? say("cases.keeps", { speed: percent(speed, 0), tpp: percent(to.tpp / from.tpp, 0) }) : "",
    next === null ? "" : say("cases.later", { date: next.from }) + judged(next, to)])];
}

function outsideCase({ rule: id, chips, from }) {
  const rule = ruleOf(id), found = chips.map(partOf);
  if (!rule || found.includes(undefined)) return null;
  const centre = data.catalogue.filter((chip) => chip.data_centre);
  const free = centre.filter((chip) => chip.verdicts[id].status === "not_controlled");
  return [make("h3", {}, say("cases.outside", { chips: chips.join(say("cases.and")) })),
    ...found.map((chip) => para([judged(rule, chip), cost(from, chip.id)])),
    para([say("cases.all_outside", { rule: nameOf(rule), all: number(centre.length), free: number(free.length),
      list: free.map((chip) => chip.id).join(say("comma")) })])];
}

function densityCase({ rules, chips, escape, from }) {
  const found = chips.map(partOf), laws = rules.map(ruleOf), way = partOf(escape);
  if (found.includes(undefined) || laws.includes(undefined)) return null;
  const sizes = found.map((chip) => say(chip.dies === 1 ? "cases.size_one" : "cases.size", { chip: chip.id,
    dies: number(chip.dies), area: measure("die_area", chip.die_area), tpp: number(chip.tpp),
    density: number(chip.performance_density, 2) }));
  const out = !way ? "" : say("cases.escape", { chip: way.id, tpp: number(way.tpp), area: measure("die_area", way.die_area),
    density: number(way.performance_density, 2) }) + judged(laws[laws.length - 1], way);
  return [make("h3", {}, say("cases.density", { chips: chips.join(say("cases.and")) })), para([...sizes, say("cases.halves")]),
    ...laws.map((rule) => para(found.map((chip) => judged(rule, chip)))), para([out, cost(from, chips[0])])];
}

function stockpileCase({ home }) {
  const lanes = data.scenarios.filter((scenario) => scenario.answer.run.dates && waiting(scenario) > 0 &&
    scenario.answer.fleet.entries.length === 1);
  if (lanes.length < 2) return null;
  lanes.sort((a, b) => a.answer.run.days.p50 - b.answer.run.days.p50);
  const told = lanes.map((lane) => say("cases.lane", { fleet: lane.name, chip: lane.answer.fleet.entries[0].chip,
    count: number(lane.answer.fleet.chips), start: lane.answer.run.dates.start, end: lane.answer.run.dates.end.p50,
    days: days(lane.answer.run.days.p50), waiting: days(waiting(lane)) }));
  const [first, last] = [lanes[0], lanes[lanes.length - 1]];
  const gap = say("cases.gap", { first: first.name, last: last.name,
    days: days(last.answer.run.days.p50 - first.answer.run.days.p50) });
  const bought = partOf(first.answer.fleet.entries[0].chip), made = partOf(home);
  const next = bought ? caughtLater(bought, first.answer.run.dates.start) : null;
  const rule = ruleOf("bis-2023");
  return [make("h3", {}, say("cases.stockpile")), ...told.map((text) => para([text])), para([gap]),
    para([next === null ? "" : say("cases.ends", { date: next.from }) + judged(next, bought) + say("cases.stays")]),
    para([made && rule ? judged(rule, made) + say("cases.home") : ""])].filter((part) => part.textContent !== "");
}
