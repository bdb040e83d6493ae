// Pictures that stand still: the barrel, the way to real days, days as a distribution, memory, links.

// A stave is as high as the run would be fast if it alone held it back: twice the height is twice the logarithm.
function barrelPicture(scenario) {
  const staves = scenario.barrel.barrel.filter((stave) => stave.share >= 0.001);
  const width = 460, height = 240, floor = 190, top = 14, most = 8;
  const wide = Math.min(56, (width - 20) / staves.length - 4);
  const tall = (share) => Math.min(most, Math.max(0.35, Math.log2(1 / share) + 0.35)) * (floor - top) / most;
  const left = (width - staves.length * (wide + 4)) / 2, level = tall(staves[0].share);
  const right = left + staves.length * (wide + 4);
  const parts = [draw("rect", { x: left - 2, y: floor - level, width: right - left, height: level,
    fill: color("water"), opacity: 0.35 })];
  staves.forEach((stave, index) => {
    const x = left + index * (wide + 4), h = tall(stave.share);
    parts.push(draw("rect", { x, y: floor - h, width: wide, height: h, rx: 3, fill: "none", "stroke-width": 3,
      stroke: color(stave.stave) }));
    parts.push(label(x + wide / 2, floor + 16, percent(stave.share, 0), "middle"));
    const name = say("short." + stave.stave);
    parts.push(label(x + wide / 2, floor + 32 + (index % 2) * 14, name, "middle", "soft"));
  });
  parts.push(draw("line", { x1: left - 6, x2: right + 2, y1: floor, y2: floor, stroke: color("ink"), "stroke-width": 4 }));
  return picture(width, height, say("barrel.alt", { stave: say("stave." + staves[0].stave),
    share: percent(staves[0].share, 0) }), parts);
}

// From ideal FLOP to real days, each row starting where the last one ended.
function waterfallPicture(scenario) {
  const falls = scenario.barrel.waterfall.filter((fall) => Math.abs(fall.days) > 0);
  const all = scenario.barrel.waterfall.reduce((sum, fall) => sum + fall.days, 0);
  const width = 680, row = 22, left = 250, scale = (width - left - 70) / Math.max(all, 1e-9);
  let at = 0;
  const parts = falls.map((fall, index) => {
    const x = left + Math.min(at, at + fall.days) * scale, w = Math.max(1, Math.abs(fall.days) * scale);
    at += fall.days;
    return [label(left - 8, index * row + 15, say("fall." + fall.name), "end"),
      draw("rect", { x, y: index * row + 3, width: w, height: row - 6, fill: fallColor(fall.name) }),
      label(x + w + 4, index * row + 15, days(fall.days), "start", "soft")];
  });
  parts.push([label(left - 8, falls.length * row + 17, say("fall.sum"), "end"),
    draw("rect", { x: left, y: falls.length * row + 5, width: all * scale, height: row - 6, fill: color("accent") }),
    label(left + all * scale + 4, falls.length * row + 17, days(all), "start")]);
  return picture(width, (falls.length + 1) * row + 8, say("waterfall.alt", { days: days(all) }), parts.flat());
}

// Days of the played runs, as bars of equal width, with P10, P50 and P90.
function distributionPicture(scenario, least, most) {
  const width = 680, height = 130, base = 96, bins = 48, values = scenario.days;
  const counts = new Array(bins).fill(0);
  const bin = (value) => Math.min(bins - 1, Math.floor((value - least) / (most - least) * bins));
  for (const value of values) ++counts[bin(value)];
  const top = Math.max(...counts), x = (value) => 20 + (value - least) / (most - least) * (width - 40);
  const parts = counts.map((count, index) => draw("rect", { x: 20 + index * (width - 40) / bins + 0.5,
    y: base - count / top * 74, width: (width - 40) / bins - 1, height: count / top * 74, fill: color("hbm_bandwidth") }));
  parts.push(draw("line", { x1: 20, x2: width - 20, y1: base, y2: base, stroke: color("soft") }));
  const marks = scenario.answer.run.days;
  [["P10", marks.p10], ["P50", marks.p50], ["P90", marks.p90]].forEach(([name, value], index) => {
    parts.push(draw("line", { x1: x(value), x2: x(value), y1: 16, y2: base, stroke: color("run"), "stroke-width": 2,
      "stroke-dasharray": index === 1 ? "none" : "4 3" }));
    const anchor = ["end", "middle", "start"][index], room = index === 0 ? 70 : 30;  // not beyond the left edge
    parts.push(label(Math.max(room, x(value)), index === 1 ? 12 : base + 14, `${name} ${days(value)}`, anchor));
  });
  parts.push(label(20, height - 4, days(least), "start", "soft"), label(width - 20, height - 4,
    days(most) + " " + say("unit.days"), "end", "soft"));
  return picture(width, height, say("distribution.alt", { p10: days(marks.p10), p50: days(marks.p50),
    p90: days(marks.p90), runs: values.length }), parts);
}

const memoryItems = [["weights_bytes", "tensor_compute"], ["gradients_bytes", "scale_out"],
  ["optimizer_bytes", "hbm_bandwidth"], ["activations_bytes", "scale_up"], ["workspace_bytes", "imbalance"],
  ["overhead_bytes", "bubble"]];

function memoryPicture(scenario) {
  const memory = scenario.answer.memory, stages = memory.stages;
  const width = 680, row = Math.max(9, Math.min(20, 320 / stages.length)), left = 50;
  const most = Math.max(memory.capacity_bytes, memory.peak_bytes), scale = (width - left - 80) / most;
  const parts = stages.map((stage, index) => {
    let x = left;
    const bars = memoryItems.map(([key, name]) => {
      const w = stage[key] * scale, bar = draw("rect", { x, y: index * row + 1, width: w, height: row - 2,
        fill: color(name) });
      x += w;
      return bar;
    });
    const every = Math.ceil(stages.length / 24);
    const named = index % every === 0 ? [label(left - 6, index * row + row - 3, String(stage.stage), "end", "soft")] : [];
    return [...bars, ...named];
  }).flat();
  const line = left + memory.capacity_bytes * scale, bottom = stages.length * row;
  parts.push(draw("line", { x1: line, x2: line, y1: 0, y2: bottom + 4, stroke: color("run"), "stroke-width": 2 }),
    label(line, bottom + 18, bytes(memory.capacity_bytes), "middle"));
  return picture(width, bottom + 24, say("memory.alt", { peak: bytes(memory.peak_bytes),
    capacity: bytes(memory.capacity_bytes) }), parts);
}

// Busiest links of each tier over one iteration.
function linksPicture(scenario) {
  const links = scenario.links, width = 680, row = 46, left = 190;
  const parts = links.map((link, index) => {
    const base = index * row + 36, x = (share) => left + share * (width - left - 90);
    return [label(left - 8, base - 12, say("tier." + link.tier), "end"),
      label(left - 8, base + 2, link.name, "end", "soft"),
      draw("line", { x1: left, x2: x(1), y1: base, y2: base, stroke: color("line") }),
      draw("line", { x1: left, x2: x(1), y1: base - 28, y2: base - 28, stroke: color("line"), "stroke-dasharray": "2 3" }),
      draw("path", { d: stepPath(link.shares, x, base), fill: color("scale_out"), opacity: 0.75 }),
      label(x(1) + 6, base - 8, say("links.mean", { share: percent(link.mean, 0) }))];
  }).flat();
  const busiest = links.reduce((a, b) => (b.mean > a.mean ? b : a), links[0]);
  return picture(width, links.length * row + 10, say("links.alt", { tier: say("tier." + busiest.tier),
    share: percent(busiest.mean, 0) }), parts);
}

// Shares of equal parts of the iteration, as steps above the base line.
function stepPath(shares, x, base) {
  const steps = shares.map((share, i) => {
    const height = (base - Math.min(1, share) * 28).toFixed(1);
    return `L ${x(i / shares.length).toFixed(1)} ${height} L ${x((i + 1) / shares.length).toFixed(1)} ${height}`;
  });
  return `M ${x(0)} ${base} ${steps.join(" ")} L ${x(1)} ${base} Z`;
}

// Ideal days by stave, one bar a fleet, then what failures and stops add.
function comparePicture() {
  const width = 680, row = 40, left = 150;
  const longest = Math.max(...data.scenarios.map((scenario) => scenario.answer.run.days.p50));
  const scale = (width - left - 70) / longest;
  const parts = data.scenarios.map((scenario, index) => {
    const ideal = scenario.answer.run.ideal_days, real = scenario.answer.run.days.p50;
    let x = left;
    const pieces = scenario.barrel.barrel.map((stave) => [stave.stave, stave.share * ideal]);
    pieces.push(["run", Math.max(0, real - ideal)]);
    const bars = pieces.map(([name, length]) => {
      const bar = draw("rect", { x, y: index * row + 8, width: Math.max(0, length * scale), height: 22, fill: color(name) });
      x += length * scale;
      return bar;
    });
    return [label(left - 8, index * row + 24, scenario.name, "end"), ...bars, label(x + 4, index * row + 24, days(real))];
  }).flat();
  const summary = data.scenarios.map((scenario) => `${scenario.name} ${days(scenario.answer.run.days.p50)}`).join(", ");
  return picture(width, data.scenarios.length * row + 8, say("compare.alt", { list: summary }), parts);
}
