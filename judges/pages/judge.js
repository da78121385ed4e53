// Judges pages in a real browser: axe-core, overflow, headings and titles; light and dark, wide and narrow.
//
//   node judge.js [--screenshots DIR] [--cookie NAME=VALUE] [--any-title] PAGE...
//
// A PAGE is an address, an HTML file, or a folder of HTML files.
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

function options(words) {
  const chosen = { pages: [], screenshots: null, cookie: null, anyTitle: false };
  for (let place = 0; place < words.length; place += 1) {
    if (words[place] === "--screenshots") chosen.screenshots = words[place += 1];
    else if (words[place] === "--cookie") chosen.cookie = words[place += 1];
    else if (words[place] === "--any-title") chosen.anyTitle = true;
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

function faultsOf(seen, anyTitle) {
  const found = [];
  if (seen.wide) found.push(`overflow: the page is wider than its window\n      ${seen.beyond.join("\n      ")}`);
  if (seen.headings !== 1) found.push(`headings: ${seen.headings} h1 instead of one`);
  if (!anyTitle && !/^(Error: )?.+ · Indult$/.test(seen.title)) found.push(`title: “${seen.title}”`);
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
  page.on("console", (message) => { if (message.type() === "error") found.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => found.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => found.push(`not loaded: ${request.url()}`));
  try {
    const answer = await page.goto(address, { waitUntil: "load" });
    if (answer && answer.status() >= 500) found.push(`the server answered ${answer.status()}`);
    // Before axe, which leaves style attributes behind.
    const { bare } = await page.evaluate(look);
    if (bare) found.push(`[as sent] policy: ${bare} style attributes or inline scripts`);
    // Evaluated, not added as a script, so that a strict content security policy stays as it is.
    await page.evaluate(AXE_SOURCE);
    for (const scheme of SCHEMES) {
      for (const size of SIZES) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize(size);
        const faults = [...faultsOf(await page.evaluate(look), chosen.anyTitle), ...await axeFaults(page)];
        found.push(...faults.map((fault) => `[${scheme} ${size.width}] ${fault}`));
        if (chosen.screenshots) {
          await page.screenshot({ path: screenshotPath(chosen.screenshots, address, scheme, size), fullPage: true });
        }
      }
    }
    return { found, title: await page.title() };
  } finally {
    await page.close();
  }
}

async function newContext(browser, chosen, address) {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  if (chosen.cookie && /^https?:/.test(address)) {
    const [name, ...value] = chosen.cookie.split("=");
    await context.addCookies([{ name, value: value.join("="), url: new URL("/", address).href }]);
  }
  return context;
}

const PLANTED = `<!doctype html><html lang="en"><title>Planted</title><h1>One</h1><h1>Two</h1>
  <p style="color:#bbb;background:#fff">pale</p><input><table><tr><th>a</th></tr></table>
  <a href="#a" style="font-size:8px">a</a><br><a href="#b" style="font-size:8px">b</a>
  <div style="width:2000px;height:1px;background:red"></div>`;
const EXPECTED = ["axe color-contrast", "axe label", "axe target-size", "overflow", "headings", "title", "tables", "policy"];

async function findsWhatWasPlanted(context) {
  const address = `data:text/html;charset=utf-8,${encodeURIComponent(PLANTED)}`;
  const { found } = await judge(context, address, { anyTitle: false, screenshots: null });
  const missed = EXPECTED.filter((fault) => !found.some((line) => line.includes(`] ${fault}`)));
  if (missed.length > 0) console.error(`The judge missed planted faults: ${missed.join(", ")}`);
  return missed.length === 0;
}

async function main() {
  const chosen = options(process.argv.slice(2));
  const pages = chosen.pages.flatMap(addresses);
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  if (pages.length === 0 || !executablePath) {
    console.error(executablePath ? "Name at least one page." : "No Chromium found; install it or set CHROMIUM.");
    return 2;
  }
  if (chosen.screenshots) mkdirSync(chosen.screenshots, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const context = await newContext(browser, chosen, pages[0]);
    if (!await findsWhatWasPlanted(context)) return 2;
    let faults = 0;
    const titles = new Map();
    for (const address of pages) {
      const { found, title } = await judge(context, address, chosen);
      titles.set(title, [...(titles.get(title) ?? []), address]);
      faults += found.length;
      for (const line of found) console.log(`${address} ${line}`);
    }
    for (const [title, users] of titles) {
      if (users.length > 1 && !chosen.anyTitle) { faults += 1; console.log(`title “${title}” on ${users.join(", ")}`); }
    }
    console.log(`${pages.length} pages in ${SCHEMES.length} schemes and ${SIZES.length} widths: ${faults} faults; `
      + `${EXPECTED.length} planted faults were all found.`);
    return faults === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

process.exitCode = await main().catch((error) => { console.error(error); return 2; });
