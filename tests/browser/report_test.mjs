// Opens reports in a real browser and checks what a reader would see.
// usage: report_test.mjs ENGLISH.html CHINESE.html SHOTS_FOLDER ANSWER.json...   (answers in the order of the report)
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [english, chinese, shots, ...answerFiles] = process.argv.slice(2);
const answers = answerFiles.map((file) => JSON.parse(fs.readFileSync(file, "utf8")));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox"] });

function shown(days, locale = "en") {
  const digits = days < 100 ? 1 : 0;
  return days.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage(), faults = [];
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) faults.push(request.url()); });
  const url = pathToFileURL(path.resolve(file)).href;
  await page.goto(url);  // once to warm the browser
  const begin = Date.now();
  await page.goto(url);
  await page.waitForSelector("html[data-ready=yes]");
  return { page, faults, milliseconds: Date.now() - begin };
}

async function test(name, work) {
  await work();
  console.log("ok: " + name);
}

const { page, faults, milliseconds } = await open(english);

await test("the file is small, opens fast, asks for nothing and reports no error", async () => {
  assert.ok(fs.statSync(english).size < 1e6, `${fs.statSync(english).size} bytes`);
  assert.ok(milliseconds < 1000, `${milliseconds} ms`);
  assert.deepEqual(faults, []);
});

await test("the figures are those of the JSON answers", async () => {
  const cards = await page.$$(".card");
  assert.equal(cards.length, answers.length);
  for (const [index, card] of cards.entries()) {
    const { run, mfu } = answers[index], text = async (name) => (await card.$(`[data-value="${name}"]`)).innerText();
    assert.equal(await text("days.p50"), shown(run.days.p50));
    assert.equal(await text("p10p90"), `${shown(run.days.p10)} – ${shown(run.days.p90)}`);
    assert.equal(await text("ideal"), shown(run.ideal_days));
    assert.equal(await text("mfu"), (100 * mfu).toFixed(1) + " %");
    assert.equal(await text("goodput"), (100 * run.goodput).toFixed(1) + " %");
  }
  const shares = await page.$$eval("#barrel [data-scenario]", (parts) => parts.map((part) =>
    [...part.querySelectorAll("tbody td:nth-child(2)")].reduce((sum, cell) => sum + parseFloat(cell.textContent), 0)));
  for (const sum of shares) assert.ok(Math.abs(sum - 100) < 1, String(sum));
});

await test("the shortest stave is the first of the JSON's barrel", async () => {
  const names = await page.$$eval("#barrel tbody tr:first-child td:first-child", (cells) => cells.map((c) => c.innerText));
  const words = JSON.parse(await page.$eval("#words", (element) => element.textContent));
  answers.forEach((answer, index) => {
    const longest = answer.barrel.reduce((a, b) => (b.share > a.share ? b : a));
    assert.equal(names[index].trim(), words["stave." + longest.stave]);
  });
});

await test("the table of export rules says what each rule says of each chip", async () => {
  const data = JSON.parse(await page.$eval("#data", (element) => element.textContent));
  const words = JSON.parse(await page.$eval("#words", (element) => element.textContent));
  const rows = await page.$$eval("#rules tbody tr", (lines) => lines.map((line) => [...line.cells].map((c) => c.innerText)));
  assert.equal(rows.length, data.export.chips.length);
  assert.ok(data.export.rules.length >= 4);
  data.export.chips.forEach((chip, i) => {
    assert.equal(rows[i][0], chip.id);
    data.export.rules.forEach((rule, j) => {
      const status = words["status." + chip.verdicts[rule.id].status];
      assert.ok(rows[i][j + 3].startsWith(status), `${rows[i][j + 3]}: ${status}`);
    });
  });
});

await test("the timeline zooms and moves by button, key and drag", async () => {
  const canvas = page.locator("#pipeline canvas").first(), zoom = () => canvas.getAttribute("data-zoom").then(Number);
  const pixels = () => canvas.evaluate((element) => element.toDataURL().length);
  const whole = await pixels();
  assert.equal(await zoom(), 1);
  await page.locator("#pipeline [data-action=closer]").first().click();
  assert.ok(Math.abs(await zoom() - 2) < 1e-9);
  assert.notEqual(await pixels(), whole);
  await canvas.focus();
  await page.keyboard.press("+");
  assert.ok(Math.abs(await zoom() - 4) < 1e-9);
  const caption = page.locator("#pipeline figcaption").first(), before = await caption.innerText();
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await caption.innerText(), before);
  await page.keyboard.press("0");
  assert.equal(await zoom(), 1);
});

await test("a slider shows the days of the sweep, and only one is moved at a time", async () => {
  const data = JSON.parse(await page.$eval("#data", (element) => element.textContent));
  const [first] = data.scenarios, inputs = page.locator(`#sensitivity [data-scenario="${first.name}"] input`);
  const set = (index, value) => inputs.nth(index).evaluate((input, v) => {
    input.value = v;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, String(value));
  await set(0, 1);
  const twice = first.sweeps[0].points.find((point) => point[0] === 2)[1];
  const said = await page.locator(`#sensitivity [data-scenario="${first.name}"] [data-value=slider-days]`).innerText();
  assert.ok(said.includes(`${shown(first.answer.run.days.p50 * twice)} days`), said);
  const gain = first.barrel.barrel.find((stave) => stave.stave === first.sweeps[0].stave).gain_if_doubled;
  assert.ok(Math.abs(1 - twice - gain) < 1e-4);
  await set(1, -1);
  assert.equal(await inputs.nth(0).inputValue(), "0");
});

await test("every picture has words, every control a name, headings go down by one", async () => {
  const bare = await page.$$eval("svg, canvas", (pictures) => pictures.filter((p) => !p.getAttribute("aria-label")).length);
  assert.equal(bare, 0);
  const unnamed = await page.$$eval("button, input", (controls) =>
    controls.filter((c) => !(c.textContent || (c.labels && c.labels.length))).length);
  assert.equal(unnamed, 0);
  const levels = await page.$$eval("h1,h2,h3", (heads) => heads.map((head) => Number(head.tagName[1])));
  levels.forEach((level, i) => assert.ok(i === 0 ? level === 1 : level <= levels[i - 1] + 1));
});

// WCAG 2.1, success criterion 1.4.3: 4.5 to 1.
await test("text stands out from the page in both themes", async () => {
  const contrasts = () => page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const light = (name) => {
      const hex = style.getPropertyValue(name).trim(), part = (i) => parseInt(hex.slice(i, i + 2), 16) / 255;
      const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      return 0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5));
    };
    const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
    return [["--ink", "--page"], ["--soft", "--page"], ["--ink", "--panel"], ["--soft", "--panel"], ["--accent", "--page"]]
      .map(([a, b]) => [a, b, ratio(a, b)]);
  });
  for (let round = 0; round < 2; ++round) {
    for (const [a, b, ratio] of await contrasts()) assert.ok(ratio >= 4.5, `${a} on ${b}: ${ratio}`);
    await page.click("#theme");
  }
});

await test("the page fits a phone, a tablet and a desk, light and dark", async () => {
  fs.mkdirSync(shots, { recursive: true });
  for (const [width, scheme] of [[375, "light"], [800, "dark"], [1400, "light"]]) {
    const { page: sized, faults: errors } = await open(english, { viewport: { width, height: 900 }, colorScheme: scheme });
    const wide = await sized.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} of ${width} px`);
    await sized.screenshot({ path: path.join(shots, `report-${width}-${scheme}.png`), fullPage: true });
    assert.deepEqual(errors, []);
  }
});

await test("the Chinese page for policy readers is complete and has no English headings", async () => {
  const { page: translated, faults: errors } = await open(chinese, { viewport: { width: 900, height: 900 } });
  assert.deepEqual(errors, []);
  assert.equal(await translated.getAttribute("html", "lang"), "zh-CN");
  const heads = await translated.$$eval("h2, th, legend, button", (parts) => parts.map((part) => part.innerText));
  // Rows of the cases are headed by a chip's name, which is the same in every language.
  const { catalogue } = JSON.parse(await translated.$eval("#data", (element) => element.textContent));
  const chips = new Set(catalogue.map(({ id }) => id));
  for (const text of heads.filter((head) => !chips.has(head))) assert.ok(/[\u4e00-\u9fff]/.test(text) || /^[+×P\d\s.%]*$/.test(text) || /MFU/.test(text), text);
  assert.equal(await translated.$("#pipeline"), null);
  await translated.screenshot({ path: path.join(shots, "report-900-zh.png"), fullPage: true });
});

await test("the scenarios in the page are written out for a second run", async () => {
  const data = JSON.parse(await page.$eval("#data", (element) => element.textContent));
  data.scenarios.forEach((scenario, i) => fs.writeFileSync(path.join(shots, `again-${i}.yaml`), scenario.config));
});

await browser.close();
