// Opens pages for policy readers and checks the chapter that retells the cases.
// usage: cases_test.mjs ENGLISH.html CHINESE.html SHOTS_FOLDER   (H100 and H20; the Chinese one also the race)
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [english, chinese, shots] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });

async function open(file, width) {
  const page = await (await browser.newContext({ viewport: { width, height: 900 } })).newPage(), faults = [];
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(pathToFileURL(path.resolve(file)).href);
  await page.waitForSelector("html[data-ready=yes]");
  assert.deepEqual(faults, []);
  const data = JSON.parse(await page.$eval("#data", (element) => element.textContent));
  const words = JSON.parse(await page.$eval("#words", (element) => element.textContent));
  const texts = Object.fromEntries(await page.$$eval("[data-case]", (parts) => parts.map((p) => [p.dataset.case, p.innerText])));
  return { page, data, words, texts };
}

const plain = (value, locale, digits) => value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const shown = (value, locale) => plain(value, locale, value < 100 ? 1 : 0);

function check({ data, words, texts }, lanes) {
  const names = ["A800-SXM4-80GB", "H800-SXM5-80GB", "H20-SXM-96GB", "outside", "density", ...(lanes ? ["stockpile"] : [])];
  assert.deepEqual(Object.keys(texts), names);
  for (const [name, text] of Object.entries(texts)) {
    assert.ok(!/[{}]|undefined|NaN/.test(text), `${name}: ${text}`);
    assert.ok(text.length > 60, text);
  }
  const locale = words.locale, chip = (id) => data.catalogue.find((one) => one.id === id);
  const daysOf = (name) => data.scenarios.find((scenario) => scenario.name === name).answer.run.days.p50;
  const h20 = texts["H20-SXM-96GB"];
  for (const name of ["gpt4_h100", "gpt4_h20"]) assert.ok(h20.includes(shown(daysOf(name), locale)), h20);
  assert.ok(h20.includes(plain(daysOf("gpt4_h20") / daysOf("gpt4_h100"), locale, 2)), h20);
  assert.ok(h20.includes(plain(chip("H20-SXM-96GB").tpp, locale, 0)), h20);
  const later = data.export.rules.find(({ id }) => id === "bis-2025-04").from;
  assert.ok(h20.includes(later), h20);
  // No fleet of A800 is on the page: the links that it gave up are told, days are not.
  const a800 = texts["A800-SXM4-80GB"];
  assert.ok(a800.includes(plain(chip("A800-SXM4-80GB").io_bandwidth / 1e9, locale, 0)), a800);
  assert.ok(a800.includes(words["status.not_controlled"]) && a800.includes(words["status.controlled"]), a800);
  assert.ok(a800.includes(words["cases.no_days"].replace("{chip}", "A800-SXM4-80GB")), a800);
  // Of the TPU's die only a bound is known: the page says which area would decide.
  const edge = chip("TPUv3").verdicts["bis-2023"].decides.stretches.at(-1);
  assert.equal(edge.status, "not_controlled");
  assert.ok(texts.outside.includes(plain(edge.from, locale, 0)), texts.outside);
  assert.ok(texts.density.includes(plain(chip("BR100").performance_density, locale, 2)), texts.density);
  if (!lanes) return;
  const gap = daysOf("race_910b_later") - daysOf("race_h20_now");
  assert.ok(texts.stockpile.includes(shown(gap, locale)), texts.stockpile);
}

fs.mkdirSync(shots, { recursive: true });
for (const [file, lanes, width, name] of [[english, false, 1280, "en"], [chinese, true, 900, "zh"]]) {
  const opened = await open(file, width);
  check(opened, lanes);
  await opened.page.locator("#cases").screenshot({ path: path.join(shots, `cases-${name}.png`) });
  console.log(`ok: the cases are told with the figures of the page (${name})`);
  if (name === "zh") {
    const left = Object.values(opened.texts).join("\n").match(/[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}/g);
    assert.equal(left, null, `English in the Chinese chapter: ${left}`);
  }
}
await browser.close();
