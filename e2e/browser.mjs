// People in front of a real browser: what the tests of pages share.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** Where pictures of every page go, if anybody wants to look at them. */
const PICTURES = process.env.WEB_PICTURES;
if (PICTURES) mkdirSync(PICTURES, { recursive: true });

/** The browser that CHROMIUM names, or the first that is installed. */
function findBrowser() {
  const found = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: 'pipe' }).trim();
    } catch {
      return undefined;
    }
  });
  const path = process.env.CHROMIUM ?? found.find(Boolean);
  assert.ok(path, 'Chromium is missing: install it (Debian: apt-get install chromium), or name a browser with CHROMIUM=/path/to/it');
  return path;
}

export const launch = (flags = []) => chromium.launch({ executablePath: findBrowser(), args: [...FLAGS, ...flags] });

/** A browser of somebody's own. */
export async function visitorOf(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && /Content Security Policy|Trusted/i.test(message.text()) && problems.push(message.text()));
  return { context, page, problems };
}

export async function fill(page, fields) {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}

export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
export const follow = (page, name) => page.getByRole('link', { name, exact: true }).first().click();

/** No page shows a picture of itself for nothing. */
async function picture(page, name) {
  if (!PICTURES) return;
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [320, 390, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: width < 600 ? 780 : 860 });
      await page.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
}

/** axe finds nothing, in light and dark, nothing is wider than a screen, and nothing that is pressed is cut off by one. */
export async function isAccessible(page, name) {
  await picture(page, name);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // What fades in is looked at once it is there.
    await page.evaluate('Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished)).then(() => undefined)');
    // Run as DevTools would: the page's own policy lets no script in.
    const violations = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'], iframes: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join('; ')))`);
    assert.deepEqual(violations, [], `${name}, ${colorScheme}`);
  }
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    assert.ok(wide <= width, `${name} is ${wide} px wide on a screen of ${width}`);
    const cut = await page.evaluate("[...document.querySelectorAll('main button, main .button')].filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.textContent)");
    assert.deepEqual(cut, [], `${name}: what is pressed is cut off at ${width} px`);
  }
}
