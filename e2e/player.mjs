// hls.js in a real browser, on a page as another front end of the platform would have it.
import { readFileSync } from 'node:fs';
import { launch } from './browser.mjs';

/** A page of the platform: nothing listens there, the test answers in its place. */
const WEB = 'http://localhost:3000/';
/** Nobody serves the page from this machine, so that Chromium would ask its user whether it may reach the workers that are on it. */
const FLAGS = ['--disable-features=LocalNetworkAccessChecks', '--autoplay-policy=no-user-gesture-required'];

/** How long anything may take on a loaded machine. */
export const PATIENCE = { timeout: 60_000 };

/** A browser for players; `page` opens one for somebody with that cookie. */
export async function playerBrowser() {
  const browser = await launch(FLAGS);
  async function page(cookie) {
    const context = await browser.newContext();
    if (cookie) {
      const [name, value] = cookie.split(/=(.*)/);
      await context.addCookies([{ name, value, domain: 'localhost', path: '/' }]);
    }
    const opened = await context.newPage();
    opened.on('console', (message) => message.type() === 'error' && console.error(message.text()));
    await opened.route(`${WEB}**`, (route) => {
      const script = route.request().url().endsWith('/hls.js');
      const file = script ? 'node_modules/hls.js/dist/hls.min.js' : 'e2e/playback.html';
      return route.fulfill({ contentType: script ? 'text/javascript' : 'text/html', body: readFileSync(file, 'utf8') });
    });
    await opened.goto(WEB);
    return opened;
  }
  return { page, close: () => browser.close() };
}

/** What a function of the page gives. */
export const ask = (opened, script, ...values) => opened.evaluate(`${script}(${values.map((value) => JSON.stringify(value)).join(', ')})`);

/** Plays on at `time`, with a picture of each of `heights`, the levels in their order. */
export async function seekAndSwitch(opened, time, heights) {
  await opened.evaluate(`video.currentTime = ${time}`);
  await opened.waitForFunction(`!video.seeking && video.currentTime > ${time}`, undefined, PATIENCE);
  for (const [level, height] of heights.entries()) {
    await opened.evaluate(`hls.nextLevel = ${level}`);
    await opened.waitForFunction(`video.videoHeight === ${height} && !video.seeking`, undefined, PATIENCE);
    const from = (await ask(opened, 'where')).time;
    await opened.waitForFunction(`video.currentTime > ${from} || video.ended`, undefined, PATIENCE);
  }
}
