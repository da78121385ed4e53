// Judges pages in a real browser: axe-core, overflow, headings and titles; light and dark, wide and narrow.
//
//   node judge.js [--screenshots DIR] PAGE...
//   node judge.js [--screenshots DIR] --crawl ADDRESS --link ONE-TIME-SIGN-IN-LINK
//
// A PAGE is an address, an HTML file, or a folder of HTML files. With --crawl the judge signs in and follows every link
// of the program, one of each kind: addresses that differ only in numbers, digests, names of metrics or values of a query are of one kind.
// Exit code 0: nothing found. 1: something found, each on a line. 2: the judge could not do its work.
// Before it judges, it plants faults in a page of its own and stops unless it finds every one of them.

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const AXE_SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SIZES = [{ width: 1280, height: 900 }, { width: 320, height: 640 }];
const SCHEMES = ["light", "dark"];
const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const TABS_MAX = 600;
const PAGES_MAX = 150;
// An address that leads nowhere, to see the page that says so.
const NOWHERE = "/no-such-page";

function options(words) {
  const chosen = { pages: [], screenshots: null, crawl: null, link: null };
  for (let place = 0; place < words.length; place += 1) {
    const named = /^--(screenshots|crawl|link)$/.exec(words[place]);
    if (named) chosen[named[1]] = words[place += 1];
    else chosen.pages.push(words[place]);
  }
  return chosen;
}

function addresses(page) {
  if (/^https?:/.test(page)) return [page];
  const path = resolve(page);
  if (statSync(path).isDirectory()) {
    return readdirSync(path).filter((name) => name.endsWith(".html")).sort()
      .map((name) => pathToFileURL(join(path, name)).href);
  }
  return [pathToFileURL(path).href];
}

// What can be seen without axe. Runs inside the page.
function look() {
  const clipped = (element) => {
    const style = getComputedStyle(element);
    return style.position === "absolute" && style.width === "1px";
  };
  const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
  const beyond = wide
    ? [...document.body.querySelectorAll("*")]
        .filter((element) => !element.closest(".region") && !clipped(element))
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
        .slice(-3).map((element) => element.outerHTML.slice(0, 120))
    : [];
  return {
    wide, beyond,
    headings: document.querySelectorAll("h1").length,
    title: document.title,
    uncaptioned: [...document.querySelectorAll("table")].filter((table) => !table.caption).length,
    unscoped: [...document.querySelectorAll("th")].filter((head) => !head.scope).length,
    bare: [...document.querySelectorAll("[style], script:not([src])")].filter((element) => !element.closest("svg")).length,
  };
}

// Goes through the page with the Tab key: everything that can be used is reached, seen when it is, and never covered.
async function keyboardFaults(page) {
  const expected = await page.evaluate(() => {
    const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const radios = new Set();
    const elements = [...document.querySelectorAll(usable)].filter((element) => {
      if (!element.checkVisibility() || element.disabled) return false;
      if (element.type !== "radio") return true;
      // The Tab key stops once at a group of radio buttons; the arrow keys go on from there.
      if (radios.has(element.name)) return false;
      return radios.add(element.name);
    });
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
    return elements.length;
  });
  const reached = new Map();
  const found = [];
  // A field for a day takes several steps of the Tab key, and the browser itself takes one at the end of the page.
  for (let tab = 0; tab < Math.min(2 * expected + 20, TABS_MAX) && reached.size < expected; tab += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const box = element.getClientRects()[0] ?? element.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const style = getComputedStyle(element);
      return {
        key: element.type === "radio" ? `radio ${element.name}` : [...document.querySelectorAll("*")].indexOf(element),
        covered: top !== null && top !== element && !element.contains(top) && !top.contains(element),
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        html: element.outerHTML.slice(0, 120),
      };
    });
    if (seen === null) continue;
    const before = reached.get(seen.key);
    reached.set(seen.key, { ...seen, marked: seen.marked || before?.marked, covered: seen.covered || before?.covered });
  }
  for (const { marked, covered, html } of reached.values()) {
    if (covered) found.push(`keyboard: something lies over the focus\n      ${html}`);
    if (!marked) found.push(`keyboard: the focus cannot be seen\n      ${html}`);
  }
  if (reached.size < Math.min(expected, TABS_MAX)) found.push(`keyboard: the Tab key reaches ${reached.size} of ${expected}`);
  return found;
}

// Text twice as large, and text as widely spaced as WCAG 1.4.12 has it: nothing may stick out of the page.
async function textFaults(page) {
  const wide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
  const found = [];
  await page.setViewportSize({ width: 640, height: 900 });
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  if (await page.evaluate(wide)) found.push("[text 200 %, 640] overflow");
  await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
  await page.setViewportSize({ width: 320, height: 640 });
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }");
    document.adoptedStyleSheets = [sheet];
  });
  if (await page.evaluate(wide)) found.push("[text spacing, 320] overflow");
  return found;
}

function faultsOf(seen) {
  const found = [];
  if (seen.wide) found.push(`overflow: the page is wider than its window\n      ${seen.beyond.join("\n      ")}`);
  if (seen.headings !== 1) found.push(`headings: ${seen.headings} h1 instead of one`);
  if (!/^(Error: )?.+ · Indult$/.test(seen.title)) found.push(`title: “${seen.title}”`);
  if (seen.uncaptioned) found.push(`tables: ${seen.uncaptioned} without a caption`);
  if (seen.unscoped) found.push(`tables: ${seen.unscoped} th without a scope`);
  return found;
}

async function axeFaults(page) {
  const result = await page.evaluate(
    (tags) => globalThis.axe.run({ preload: false, runOnly: { type: "tag", values: tags } }), TAGS);
  return result.violations.map((violation) => {
    const places = violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join("\n      ");
    return `axe ${violation.id} (${violation.nodes.length}): ${violation.help}\n      ${places}`;
  });
}

function screenshotPath(folder, address, scheme, size) {
  const { pathname } = new URL(address);
  const name = decodeURIComponent(pathname).replace(/\.html$/, "").split("/").pop() || "index";
  return join(folder, `${name}-${scheme}-${size.width}.png`);
}

// Opens a page once and looks at it in every scheme and width. Returns its title and the faults.
async function judge(context, address, chosen) {
  const found = [];
  const page = await context.newPage();
  // That the page itself was refused is said below.
  const other = (message) => message.location().url !== address;
  page.on("console", (message) => { if (message.type() === "error" && other(message)) found.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => found.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => found.push(`not loaded: ${request.url()}`));
  try {
    await page.setViewportSize(SIZES[0]);
    const answer = await page.goto(address, { waitUntil: "load" });
    const links = await page.evaluate(() => [...document.querySelectorAll("a[href]")].map((link) => link.href));
    if (answer && answer.status() >= 400 && !address.endsWith(NOWHERE)) found.push(`the server answered ${answer.status()}`);
    // Before axe, which leaves style attributes behind.
    const { bare } = await page.evaluate(look);
    if (bare) found.push(`[as sent] policy: ${bare} style attributes or inline scripts`);
    found.push(...(await keyboardFaults(page)).map((fault) => `[light 1280] ${fault}`));
    // Evaluated, not added as a script, so that a strict content security policy stays as it is.
    await page.evaluate(AXE_SOURCE);
    for (const scheme of SCHEMES) {
      for (const size of SIZES) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize(size);
        const faults = [...faultsOf(await page.evaluate(look)), ...await axeFaults(page)];
        found.push(...faults.map((fault) => `[${scheme} ${size.width}] ${fault}`));
        if (chosen.screenshots) {
          await page.screenshot({ path: screenshotPath(chosen.screenshots, address, scheme, size), fullPage: true });
        }
      }
    }
    found.push(...await textFaults(page));
    return { found, title: await page.title(), links };
  } finally {
    await page.close();
  }
}

// Addresses of one kind have the same pattern. Files are none of our business here.
function pattern(address) {
  const { pathname, searchParams } = new URL(address);
  const path = pathname.replace(/[0-9a-f]{64}/g, "DIGEST").replace(/\d+/g, "N")
    .replace(/^(\/software\/metrics)\/\w+$/, "$1/NAME");
  // Of a list, each of its views is a kind of its own.
  const view = ["view", "status"].map((name) => searchParams.get(name) ?? "").join(" ");
  return `${path} ${[...searchParams.keys()].sort().join(" ")} ${view}`;
}

// A link that leads nowhere is judged as a page, and fails.
async function isPage(context, address) {
  const answer = await context.request.get(address, { maxRedirects: 0 });
  if (answer.status() >= 400) return true;
  const { "content-type": type = "", "content-disposition": disposition = "" } = answer.headers();
  return type.startsWith("text/html") && !disposition.startsWith("attachment");
}

async function signIn(context, link) {
  const page = await context.newPage();
  await page.goto(link);
  // Opening the link must not use it up: programs that look at links in mail do the same.
  await page.goto(link);
  await page.locator("button[value=sign-in]").click();
  const title = await page.title();
  await page.close();
  if (/^(Error: )?Set your password/.test(title)) throw new Error(`The link did not sign in: “${title}”`);
}

// Every kind of page that can be reached by links.
async function* crawled(context, start) {
  const waiting = [new URL("/", start).href, new URL(NOWHERE, start).href];
  const kinds = new Set();
  const told = { links: [] };
  for (let seen = 0; waiting.length > 0 && seen < PAGES_MAX; ) {
    const address = waiting.shift();
    const kind = pattern(address);
    if (kinds.has(kind) || !await isPage(context, address)) continue;
    kinds.add(kind);
    seen += 1;
    yield { address, told };
    waiting.push(...told.links.filter((link) => new URL(link).origin === new URL(start).origin).map((link) => link.split("#")[0]));
  }
}

async function* named(pages) {
  for (const address of pages) yield { address, told: {} };
}

const PLANTED = `<!doctype html><html lang="en"><title>Planted</title><h1>One</h1><h1>Two</h1>
  <p style="color:#bbb;background:#fff">pale</p><input><table><tr><th>a</th></tr></table>
  <a href="#a" style="font-size:8px">a</a><br><a href="#b" style="font-size:8px">b</a>
  <p><a href="#c" style="outline:none">unmarked</a></p>
  <p style="position:relative;height:40px"><a href="#d">covered</a><span style="position:absolute;inset:0;background:#fff"></span></p>
  <div style="width:2000px;height:1px;background:red"></div>`;
const EXPECTED = ["axe color-contrast", "axe label", "axe target-size", "overflow", "headings", "title", "tables", "policy",
  "keyboard: the focus cannot be seen", "keyboard: something lies over the focus"];

async function findsWhatWasPlanted(context) {
  const address = `data:text/html;charset=utf-8,${encodeURIComponent(PLANTED)}`;
  const { found } = await judge(context, address, { screenshots: null });
  const missed = EXPECTED.filter((fault) => !found.some((line) => line.includes(`] ${fault}`)));
  if (missed.length > 0) console.error(`The judge missed planted faults: ${missed.join(", ")}`);
  return missed.length === 0;
}

async function main() {
  const chosen = options(process.argv.slice(2));
  const pages = chosen.pages.flatMap(addresses);
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  if ((pages.length === 0 && !chosen.crawl) || !executablePath) {
    console.error(executablePath ? "Name at least one page." : "No Chromium found; install it or set CHROMIUM.");
    return 2;
  }
  if (chosen.screenshots) mkdirSync(chosen.screenshots, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    if (!await findsWhatWasPlanted(context)) return 2;
    if (chosen.link) await signIn(context, chosen.link);
    return await judgeAll(context, chosen, chosen.crawl ? crawled(context, chosen.crawl) : named(pages));
  } finally {
    await browser.close();
  }
}

async function judgeAll(context, chosen, pages) {
  let passed = 0;
  let failed = 0;
  const titles = new Map();
  for await (const { address, told } of pages) {
    const { found, title, links } = await judge(context, address, chosen);
    told.links = links;
    // The same list in another order has the same title.
    const place = pattern(address).split(" ")[0];
    if (titles.has(title) && titles.get(title) !== place) found.push(`title: “${title}” is also that of ${titles.get(title)}`);
    titles.set(title, place);
    for (const line of found) console.log(`${address} ${line}`);
    if (found.length === 0) passed += 1; else failed += 1;
  }
  console.log(`${EXPECTED.length} planted faults were all found; each page was looked at in ${SCHEMES.join(" and ")}, `
    + `at ${SIZES.map((size) => size.width).join(" and ")} px.`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

process.exitCode = await main().catch((error) => { console.error(error); return 2; });
