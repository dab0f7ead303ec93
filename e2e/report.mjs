// Looks at a report in a real browser: `node report.mjs REPORT.html [SCREENSHOT-FOLDER]`.
//
// It asserts what a reader would notice: no error, no network, a timeline that zooms by wheel,
// buttons and keys and comes back, both languages and all text without script, light and dark,
// nothing wider than a phone, and paper. Exit code 0 if all of it holds, 1 if anything does not,
// 2 on wrong use. The browser is BAKAS_CHROMIUM or /usr/bin/chromium; nothing is downloaded.

import { createHash } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, folder] = process.argv.slice(2);
if (!file) {
  console.error("usage: node report.mjs REPORT.html [SCREENSHOT-FOLDER]");
  process.exit(2);
}
statSync(file);
const url = pathToFileURL(path.resolve(file)).href;
if (folder) mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.BAKAS_CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

let failures = 0;
const check = (name, holds, detail = "") => {
  console.log(`${holds ? "ok  " : "FAIL"} ${name}${holds || detail === "" ? "" : `: ${detail}`}`);
  if (!holds) failures += 1;
};

/** Opens the report and notes every complaint and every request that leaves the file. */
async function open(options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [], requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) requests.push(request.url());
  });
  await page.goto(url, { waitUntil: "load" });
  return { context, page, complaints, requests };
}

const shot = async (page, name, options = {}) => {
  const image = await page.screenshot(folder ? { ...options, path: path.join(folder, `${name}.png`) } : options);
  return createHash("sha256").update(image).digest("hex");
};
const shown = (page) => page.getAttribute("#tl-svg", "data-shown");
const overflow = (page) => page.evaluate(() => {
  const wide = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth <= wide ? "" :
    [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > wide + 1 && !e.closest(".scroll, .plot"))
      .slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className}`).join(", ") || "page";
});

async function withScript() {
  const { context, page, complaints, requests } = await open({ colorScheme: "light" });
  check("there is one main heading", (await page.locator("h1").count()) === 1);
  check("every section has a heading", await page.evaluate(() =>
    [...document.querySelectorAll("section[aria-labelledby], article[aria-labelledby]")]
      .every((s) => document.getElementById(s.getAttribute("aria-labelledby"))?.textContent.trim())));
  check("every table has a caption and scoped heads", await page.evaluate(() =>
    [...document.querySelectorAll("table")].every((t) => t.caption && [...t.querySelectorAll("th")].every((h) => h.scope))));
  check("every link inside the page leads somewhere", await page.evaluate(() =>
    [...document.querySelectorAll("a[href^='#']")].every((a) => document.getElementById(decodeURIComponent(a.getAttribute("href").slice(1))))));
  check("no id stands twice", await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    return new Set(ids).size === ids.length;
  }));
  check("text stands out from its ground at 4.5 to 1 (light)", (await contrast(page)) === "", await contrast(page));
  const light = await shot(page, "light", { fullPage: true });
  if (await page.locator("#tl-svg").count()) await timeline(page);
  await language(page);
  check("nothing complains on the console", complaints.length === 0, complaints.join(" | "));
  check("nothing is asked of the network", requests.length === 0, requests.join(" "));
  await context.close();
  return light;
}

async function timeline(page) {
  const plot = page.locator("#tl .plot");
  await plot.scrollIntoViewIfNeeded();
  const whole = await shown(page);
  const bar = page.locator("#tl-svg rect.bar").first();
  const before = await bar.getAttribute("width");
  const box = await plot.boundingBox();
  await page.waitForTimeout(300);
  await page.mouse.move(box.x + box.width / 3, box.y + 60);
  await page.mouse.move(box.x + box.width / 2, box.y + 70);
  await page.mouse.wheel(0, -300);
  await page.waitForFunction((was) => document.getElementById("tl-svg").dataset.shown !== was, whole, { timeout: 3000 }).catch(() => {});
  check("the wheel zooms the timeline", (await shown(page)) !== whole && (await bar.getAttribute("width")) !== before);
  const zoomed = await shown(page);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 120, box.y + 70, { steps: 4 });
  await page.mouse.up();
  check("dragging moves it", (await shown(page)) !== zoomed);
  await shot(page, "zoomed");
  await page.click("#tl-controls [data-do=all]");
  check("a button brings all of it back", (await shown(page)) === whole);
  await page.click("#tl-controls [data-do=in]");
  check("a button zooms", (await shown(page)) !== whole);
  await plot.focus();
  await page.keyboard.press("0");
  check("a key brings all of it back", (await shown(page)) === whole);
  await page.keyboard.press("+");
  const near = await shown(page);
  check("a key zooms", near !== whole);
  await page.keyboard.press("ArrowRight");
  check("a key moves it", (await shown(page)) !== near);
  await page.keyboard.press("0");
  await page.locator("#tl-svg a").first().focus();
  check("an incident reached by key shows its tip", await page.locator("#tl .tip").isVisible());
}

async function language(page) {
  const visible = () => page.evaluate(() => ({
    fil: document.querySelector("h1 .fil")?.checkVisibility() ?? false,
    text: document.querySelector("h1").innerText,
    lang: document.documentElement.lang,
  }));
  const english = await visible();
  await page.locator("label[for=lang-fil]").click();
  const filipino = await visible();
  check("the whole report changes to Filipino", filipino.text !== english.text && filipino.lang === "fil");
  const left = await page.evaluate(() =>
    [...document.querySelectorAll(".en")].filter((e) => getComputedStyle(e).display !== "none")
      .slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" "));
  check("no English is left where there is Filipino", left === "", left);
  await shot(page, "filipino");
}

/** The first few texts that do not stand out from their ground, by WCAG 2 relative luminance. */
function contrast(page) {
  return page.evaluate(() => {
    const parse = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = (element) => {
      for (let e = element; e; e = e.parentElement) {
        const [r, g, b, a = 1] = parse(getComputedStyle(e).backgroundColor);
        if (a > 0.99) return [r, g, b];
      }
      return [255, 255, 255];
    };
    const bad = [];
    for (const element of document.querySelectorAll("body *")) {
      const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
      if (!own || !element.checkVisibility() || element.closest("title, script, style")) continue;
      const style = getComputedStyle(element);
      const colour = element.ownerSVGElement ? style.fill : style.color;
      const [x, y] = [luminance(parse(colour)), luminance(ground(element))].sort((p, q) => q - p);
      const ratio = (x + 0.05) / (y + 0.05);
      if (ratio < 4.5) bad.push(`${element.tagName}.${element.getAttribute("class")} ${ratio.toFixed(2)}`);
    }
    return [...new Set(bad)].slice(0, 5).join(", ");
  });
}

async function withoutScript() {
  const { context, page, complaints } = await open({ javaScriptEnabled: false });
  const text = await page.locator("main").innerText();
  check("without script the story is there", text.length > 400 && (await page.locator("h1").isVisible()));
  check("without script every incident is there", await page.locator("article.incident h3").evaluateAll((all) => all.length).catch(() => -1) >= 0
    && await everyVisible(page, "article.incident h3"));
  check("without script no dead button is shown", (await page.locator("#tl-controls:visible").count()) === 0);
  await page.locator("label[for=lang-fil]").click();
  check("without script the language changes", (await page.locator("h1").innerText()) !== text.split("\n")[1] && await page.locator("h1 .fil").isVisible());
  await shot(page, "no-script", { fullPage: true });
  const real = complaints.filter((line) => !/script/i.test(line));
  check("without script nothing else complains", real.length === 0, real.join(" | "));
  await context.close();
}

async function everyVisible(page, selector) {
  const all = page.locator(selector);
  for (let at = 0; at < (await all.count()); at += 1) if (!(await all.nth(at).isVisible())) return false;
  return true;
}

async function dark(light) {
  const { context, page } = await open({ colorScheme: "dark" });
  const image = await shot(page, "dark", { fullPage: true });
  check("dark differs from light", image !== light);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check("dark is dark", ground.match(/\d+/g).slice(0, 3).every((v) => Number(v) < 64), ground);
  const poor = await contrast(page);
  check("text stands out from its ground at 4.5 to 1 (dark)", poor === "", poor);
  await context.close();
}

async function phone() {
  for (const javaScriptEnabled of [true, false]) {
    const { context, page } = await open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, javaScriptEnabled });
    const how = javaScriptEnabled ? "" : " without script";
    const wide = javaScriptEnabled ? await overflow(page) : "";
    const width = await page.evaluate("document.documentElement.scrollWidth").catch(() => 390);
    check(`nothing is wider than a phone${how}`, wide === "" && width <= 390, `${wide} ${width}`);
    await shot(page, javaScriptEnabled ? "phone" : "phone-no-script", { fullPage: true });
    await context.close();
  }
}

async function paper() {
  const { context, page } = await open({});
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true, ...(folder ? { path: path.join(folder, "print.pdf") } : {}) });
  check("it prints", pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 10_000, `${pdf.length} bytes`);
  await context.close();
}

try {
  const light = await withScript();
  await withoutScript();
  await dark(light);
  await phone();
  await paper();
} finally {
  await browser.close();
}
console.log(failures === 0 ? "the report holds" : `${failures} of the checks failed`);
process.exit(failures === 0 ? 0 : 1);
