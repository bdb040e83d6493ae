// One function a section: what it shows of all fleets. Sections without anything to show return null.

function title({ job, answer: { fleet } }) {
  const chips = fleet.entries.map(({ chip, count }) => say("title.fleet", { chip, count: number(count) })).join(" + ");
  const spare = fleet.spare > 0 ? " (" + say("title.spare", { used: number(fleet.used), spare: number(fleet.spare) }) + ")" : "";
  const size = job.active < job.parameters ? "title.active" : "title.size";
  return say("title.text", { model: job.model, tokens: amount(job.tokens), fleet: chips + spare,
    size: say(size, { all: amount(job.parameters), active: amount(job.active) }) });
}

function cards() {
  return make("div", { class: "cards" }, data.scenarios.map((scenario) => {
    const answer = scenario.answer, run = answer.run;
    const rows = [["p10p90", `${days(run.days.p10)} – ${days(run.days.p90)}`], ["ideal", days(run.ideal_days)],
      ["mfu", percent(answer.mfu)], ["goodput", percent(run.goodput)],
      ["stops", number(run.failures.per_day, 1)],
      ["energy", run.energy_mwh ? `${short(run.energy_mwh.p50 / 1000)} GWh` : say("unknown")],
      ["cost", run.cost_usd ? say("money", { amount: amount(run.cost_usd.p50) }) : say("unknown")],
      ["memory", `${bytes(answer.memory.peak_bytes)} / ${bytes(answer.memory.capacity_bytes)}`],
      ["shortest", say("stave." + shortest(scenario))]];
    const dates = run.dates ? make("p", { class: "soft" }, `${run.dates.start} → ${run.dates.end.p50}`) : null;
    return make("section", { class: "card", "data-scenario": scenario.name }, make("h3", {}, `${scenario.name}: ${title(scenario)}`),
      make("div", { class: "days" }, make("span", { "data-value": "days.p50" }, days(run.days.p50)), " ", say("unit.days")),
      dates, make("dl", {}, rows.map(([key, value]) => [make("dt", {}, say("answer." + key)),
        make("dd", { "data-value": key }, value)]).flat()));
  }));
}

function compareSection() {
  if (data.scenarios.length < 2) return null;
  const first = data.scenarios[0].answer.run.days.p50;
  const rows = [[say("compare.fleet"), say("unit.days"), say("compare.ratio"), say("answer.ideal"), say("answer.mfu"),
    say("answer.energy"), say("answer.cost"), say("compare.published")]];
  for (const { name, answer: { run, mfu }, published } of data.scenarios) {
    rows.push([name, `${days(run.days.p50)} (${days(run.days.p10)} – ${days(run.days.p90)})`,
      number(run.days.p50 / first, 2) + " ×", days(run.ideal_days), percent(mfu),
      run.energy_mwh ? short(run.energy_mwh.p50 / 1000) + " GWh" : say("unknown"),
      run.cost_usd ? say("money", { amount: amount(run.cost_usd.p50) }) : say("unknown"),
      published ? `${days(published.days)}: ${published.source}` : "–"]);
  }
  const names = [...new Set(data.scenarios.flatMap((scenario) => scenario.barrel.barrel.map((stave) => stave.stave)))];
  return [make("figure", {}, make("div", { class: "scroll" }, comparePicture()),
    legend([...names.map((name) => [name, say("stave." + name)]), ["run", say("fall.stops")]])),
    table(rows, say("compare.title")), ...whySlower()];
}

// Which staves make each fleet slower or faster than the first, in ideal days.
function whySlower() {
  const staveDays = (scenario, name) => {
    const found = scenario.barrel.barrel.find((stave) => stave.stave === name);
    return (found ? found.share : 0) * scenario.answer.run.ideal_days;
  };
  const first = data.scenarios[0];
  return data.scenarios.slice(1).map((scenario) => {
    const gaps = scenario.barrel.barrel.map(({ stave }) => [stave, staveDays(scenario, stave) - staveDays(first, stave)]);
    gaps.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    const list = gaps.slice(0, 3).map(([name, gap]) => `${say("stave." + name)} ${gap >= 0 ? "+" : "−"}${days(Math.abs(gap))}`);
    return make("p", {}, say("compare.why", { fleet: scenario.name, first: first.name,
      days: days(scenario.answer.run.ideal_days - first.answer.run.ideal_days), list: list.join(say("comma")) }));
  });
}

function each(build) {
  return data.scenarios.map((scenario) => {
    const made = build(scenario);
    return made === null ? null : make("div", { "data-scenario": scenario.name }, make("h3", {}, scenario.name), made);
  });
}

function barrelSection() {
  const rows = (scenario) => [[say("barrel.stave"), say("barrel.share"), say("barrel.elasticity"), "+10 %", "× 2",
    say("barrel.unlimited"), say("barrel.knee")],
  ...scenario.barrel.barrel.filter((stave) => stave.share >= 0.001).map((stave) => {
    const name = make("span", {}, make("span", { class: "key", style: `background:${color(stave.stave)}` }),
      say("stave." + stave.stave));
    if (stave.gain_without !== null) {
      return [name, percent(stave.share), "–", "–", "–", say("barrel.without", { gain: percent(stave.gain_without) }), "–"];
    }
    const gain = (value) => (value === null ? "–" : percent(value));
    return [name, percent(stave.share), stave.elasticity === null ? "–" : number(stave.elasticity, 3) +
      (stave.kink ? "*" : ""), gain(stave.gain_if_tenth_more), gain(stave.gain_if_doubled),
    gain(stave.gain_if_unlimited), stave.knee === null ? "–" : stave.knee > 0 ? percent(stave.knee) : "< 1/256"];
  })];
  const kinks = (scenario) => scenario.barrel.barrel.some((stave) => stave.kink)
    ? make("p", { class: "soft" }, say("barrel.kink")) : null;
  return each((scenario) => [make("p", {}, say("barrel.verdict", { stave: say("stave." + shortest(scenario)) }) +
    whyAnother(scenario)),
    make("figure", {}, make("div", { class: "narrow" }, barrelPicture(scenario))),
    table(rows(scenario), say("barrel.title")), kinks(scenario)]);
}

// Doubling another stave may bring more than doubling the shortest one.
function whyAnother(scenario) {
  const staves = scenario.barrel.barrel, first = staves[0];
  const best = staves.reduce((a, b) => ((b.gain_if_doubled || 0) > (a.gain_if_doubled || 0) ? b : a), first);
  if (best === first) return "";
  const reason = first.gain_if_doubled === null ? "barrel.no_rate" : "barrel.waited_for";
  return " " + say("barrel.another", { stave: say("stave." + best.stave), reason: say(reason) });
}

function waterfallSection() {
  return each((scenario) => make("figure", {}, make("div", { class: "scroll" }, waterfallPicture(scenario))));
}

function distributionSection() {
  const all = data.scenarios.flatMap((scenario) => scenario.days);
  const least = Math.min(...all), most = Math.max(...all) + 1e-9;
  return each((scenario) => [make("figure", {}, distributionPicture(scenario, least, most)), tornado(scenario)]);
}

function tornado(scenario) {
  const rows = [[say("tornado.input"), "P10", "P90", say("tornado.basis")]];
  for (const swing of scenario.campaign.tornado) {
    rows.push([say("input." + swing.input), days(swing.days_at_p10), days(swing.days_at_p90), swing.basis]);
  }
  return rows.length > 1 ? table(rows, say("tornado.input")) : null;
}

// The days when one rate changes, between the simulated factors linear in their logarithms.
function sweepAt(sweep, factor) {
  const points = sweep.points, x = Math.log(factor);
  for (let i = 1; i < points.length; ++i) {
    const [a, ta] = points[i - 1], [b, tb] = points[i], la = Math.log(a), lb = Math.log(b);
    if (x <= lb + 1e-12) return ta + (tb - ta) * (x - la) / (lb - la);
  }
  return points[points.length - 1][1];
}

function sensitivitySection() {
  return each((scenario) => {
    const run = scenario.answer.run;
    const result = make("p", { "aria-live": "polite", "data-value": "slider-days" });
    const reset = () => { result.textContent = say("sensitivity.start", { days: days(run.days.p50) }); };
    const sliders = scenario.sweeps.map((sweep) => sliderOf(scenario, sweep, result));
    const back = make("button", { type: "button" }, say("sensitivity.reset"));
    back.addEventListener("click", () => { sliders.forEach((slider) => slider.reset()); reset(); });
    sliders.forEach((slider) => slider.alone(() => sliders.filter((other) => other !== slider).forEach((o) => o.reset())));
    reset();
    return [result, ...sliders.map((slider) => slider.element), make("div", { class: "tools" }, back)];
  });
}

function sliderOf(scenario, sweep, result) {
  const run = scenario.answer.run, ends = sweep.points.map((point) => Math.log2(point[0]));
  const id = `s-${scenario.name}-${sweep.stave}`;
  const input = make("input", { type: "range", id, min: ends[0], max: ends[ends.length - 1], step: "0.05", value: "0" });
  const output = make("output", { for: id });
  let onMove = () => {};
  const show = () => {
    const factor = 2 ** Number(input.value), time = sweepAt(sweep, factor);
    output.textContent = `× ${number(factor, 2)}: ${days(run.days.p50 * time)} ${say("unit.days")}`;
    return [factor, time];
  };
  input.addEventListener("input", () => {
    onMove();
    const [factor, time] = show();
    result.textContent = say("sensitivity.shown", { knob: say("knob." + sweep.stave), factor: number(factor, 2),
      days: days(run.days.p50 * time), change: percent(time - 1) });
  });
  show();
  return { element: make("div", { class: "slider" }, make("label", { for: id }, say("knob." + sweep.stave)), input, output),
    reset: () => { input.value = "0"; show(); }, alone: (action) => { onMove = action; } };
}

function pipelineSection() {
  return each((scenario) => (scenario.gantt ? ganttFigure(scenario) : null));
}

function memorySection() {
  return [legend(memoryItems.map(([key, name]) => [name, say("memory." + key)])),
    ...each((scenario) => make("figure", {}, memoryPicture(scenario)))];
}

function linksSection() {
  return each((scenario) => (scenario.links.length > 0 ? make("figure", {}, linksPicture(scenario)) : null));
}

// What each export rule says of each chip: how far it is from the line that decides.
function verdictOf(chip, rule) {
  const { status, paragraph, margin } = chip.verdicts[rule.id];
  const distance = margin === null ? "" : ` (${margin >= 0 ? "+" : "−"}${percent(Math.abs(margin))})`;
  return say("status." + status) + (paragraph === "" ? "" : say("colon") + paragraph) + distance;
}

function rulesSection() {
  const { rules, chips } = data.export;
  const rows = [[say("rules.chip"), say("rules.tpp"), say("rules.density"),
    ...rules.map(({ id, title, from }) => `${words["rule." + id] ? say("rule." + id) : title} (${from})`)]];
  for (const chip of chips) {
    rows.push([chip.id, chip.tpp === null ? say("unknown") : number(chip.tpp),
      chip.density === null ? say("unknown") : number(chip.density, 2), ...rules.map((rule) => verdictOf(chip, rule))]);
  }
  return [table(rows, say("rules.title")), ...rulesCost()];
}

// What was given up against what it costs: peak and days of each fleet over the first one's.
function rulesCost() {
  const peak = ({ answer: { fleet } }) => fleet.entries.reduce((sum, { chip, count }) => {
    const found = data.export.chips.find(({ id }) => id === chip);
    return found && found.tpp !== null ? sum + found.tpp * count : NaN;
  }, 0);
  const first = data.scenarios[0];
  return data.scenarios.slice(1).filter((scenario) => peak(scenario) > 0 && peak(first) > 0).map((scenario) =>
    make("p", {}, say("rules.cost", { fleet: scenario.name, first: first.name,
      peak: percent(peak(scenario) / peak(first), 0), days: days(scenario.answer.run.days.p50),
      ratio: number(scenario.answer.run.days.p50 / first.answer.run.days.p50, 2),
      stave: say("stave." + shortest(scenario)) })));
}

// Sweeps: drawn by the program as SVG, in the colours of the page.
function studiesSection() {
  return data.studies.flatMap(({ name, text, pictures }) => [make("h3", {}, name),
    ...pictures.map((svg) => make("figure", { class: "scroll", tabindex: "0" },
      document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true))),
    make("pre", { tabindex: "0" }, text)]);
}

function limitsSection() {
  return each((scenario) => make("ul", {}, scenario.answer.assumed.map((text) => make("li", {}, text))));
}

function sourcesSection() {
  return each((scenario) => {
    const rows = [[say("sources.part"), say("sources.value"), say("sources.kind"), say("sources.source")]];
    for (const [owner, key, value, kind, source] of scenario.constants) {
      rows.push([`${owner}: ${key}`, value, say("kind." + kind), data.sources[source]]);
    }
    return make("details", {}, make("summary", {}, say("sources.count", { count: scenario.constants.length })),
      table(rows, say("sources.title")));
  });
}

function scenarioSection() {
  return each((scenario) => {
    const copy = make("button", { type: "button" }, say("scenario.save"));
    copy.addEventListener("click", () => {
      const link = make("a", { href: URL.createObjectURL(new Blob([scenario.config], { type: "text/yaml" })),
        download: scenario.name + ".yaml" });
      link.click();
    });
    return make("details", {}, make("summary", {}, say("scenario.show")), make("div", { class: "tools" }, copy),
      make("pre", { tabindex: "0" }, scenario.config), make("p", {}, make("code", {}, `simulate ${scenario.name}.yaml`)));
  });
}
