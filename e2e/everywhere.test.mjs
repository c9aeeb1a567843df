// Every page that routes.txt of web and studio list, as assistive technology and screens of every width meet it: with everything in it, with
// nothing in it, and where something is wrong.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { isAccessible, launch, visitorOf } from './browser.mjs';
import { openShop, pagesOf } from './shop.mjs';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { clientOf } from '../scripts/lib/client.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 5110;
const WEB = `localhost:${portsOf(OFFSET).web}`;
const state = resolve('.local/test/e2e-everywhere');
/** What is no page: files, and what programs ask for. */
const NO_PAGES = ['/account/export', '/feed.xml', '/icon.svg', '/organizations/check/{slug}', '/robots.txt', '/sitemap.xml', '/studio/sales.csv'];

let stack;
let api;
let browser;
let shop;

before(async () => {
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: OFFSET, state, adjust: COARSE.local, vars: { LIMITS, WEB_APP_URL: `http://${WEB}` }, onLog: () => {} });
  api = clientOf(stack);
  shop = await openShop(stack, portsOf(OFFSET).web);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Somebody's browser at the tenant `slug`, signed in where there is a cookie. */
async function visitorAt(slug, cookie) {
  const visitor = await visitorOf(browser, { reducedMotion: 'reduce' });
  const origin = `http://${slug ? `${slug}.` : ''}${WEB}`;
  if (cookie) {
    const [name, ...value] = cookie.split('=');
    await visitor.context.addCookies([{ name, value: value.join('='), url: origin, httpOnly: true, sameSite: 'Lax' }]);
  }
  /** Each of `paths` answers `status` and is for everybody. */
  const look = async (who, paths, status = 200) => {
    for (const path of paths) {
      const answer = await visitor.page.goto(origin + path);
      assert.equal(answer.status(), status, `${who}: ${path}`);
      await isAccessible(visitor.page, `${who}${path.split('?')[0].replace(shop.film, 'film').replaceAll(/[0-9a-f-]{36}/g, 'id').replaceAll(/\W+/g, '-')}`);
    }
    assert.deepEqual(visitor.problems, []);
  };
  return { ...visitor, look };
}

const routesOf = (worker) => pagesOf(worker).filter((route) => !NO_PAGES.includes(route));

test('with everything in it', async (t) => {
  const { look, context } = await visitorAt(shop.slug, shop.viewer.cookie);
  const signedIn = routesOf('web').filter((route) => !['/login', '/register', '/creators'].includes(route));
  await look('full', signedIn.map(shop.addressOf));
  await context.close();
  const stranger = await visitorAt(shop.slug);
  await stranger.look('stranger', ['/login', '/register', '/', '/content/harbours', '/content/weather', '/membership']);
  await stranger.context.close();
  const apex = await visitorAt('');
  await apex.look('apex', ['/', '/creators', '/login']);
  await apex.context.close();
  const creator = await visitorAt(shop.slug, shop.creator.cookie);
  const studio = routesOf('studio').filter((route) => !route.includes('/preview'));
  await creator.look('full', studio.map(shop.addressOf));
  await creator.look('preview', ['/studio/settings/branding/preview']);
  await creator.context.close();
  t.diagnostic(`${signedIn.length + studio.length + 10} pages`);
});

test('with nothing in it', async () => {
  const cookie = await api.person('nina@example.com');
  await api.expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Nina', slug: 'nina' } });
  const again = (await api.call('auth', 'POST', '/api/auth/email/login', { body: { email: 'nina@example.com', password: 'correct horse battery' } })).headers.get('set-cookie').split(';')[0];
  const { look, context } = await visitorAt('nina', again);
  await look('empty', routesOf('studio').filter((route) => !route.includes('{')));
  await look('empty', ['/', '/membership', '/library', '/library?show=continue', ...routesOf('web').filter((route) => route.startsWith('/account') && !route.includes('{')), '/organizations']);
  await context.close();
  const stranger = await visitorAt('nina');
  await stranger.look('empty-stranger', ['/', '/membership', '/?q=nothing-at-all']);
  await stranger.context.close();
});

test('where something is wrong', async () => {
  const viewer = await visitorAt(shop.slug, shop.viewer.cookie);
  await viewer.look('wrong-403', ['/studio'], 403);
  await viewer.look('wrong-404', ['/nowhere', '/content/nothing', '/account/subscriptions/019aa000-0000-7000-8000-00000000ffff'], 404);
  await viewer.look('wrong-400', ['/?page=0', '/library?page=many'], 400);
  await viewer.context.close();
  const creator = await visitorAt(shop.slug, shop.creator.cookie);
  const nothing = '019aa000-0000-7000-8000-00000000ffff';
  await creator.look('wrong-404', ['/studio/nowhere', `/studio/content/${nothing}`, `/studio/tiers/${nothing}`, `/studio/customers/${nothing}`, '/studio/mails/nothing'], 404);
  await creator.context.close();
  const stranger = await visitorAt('nobody-is-here');
  await stranger.look('wrong-tenant', ['/'], 404);
  await stranger.context.close();
});

test('a menu wider than a phone shows the page one is on', async () => {
  const { page, context } = await visitorAt(shop.slug, shop.creator.cookie);
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of ['/studio/members', '/studio/settings/features']) {
    await page.goto(`http://${shop.slug}.${WEB}${path}`);
    const shown = await page.evaluate("[...document.querySelectorAll('.side ul [aria-current], .chips [aria-current]')].map((here) => here.getBoundingClientRect()).every(({ left, right }) => left >= 0 && right <= innerWidth)");
    assert.ok(shown, path);
  }
  await context.close();
});

test('while the database is away', async () => {
  const viewer = await visitorAt(shop.slug, shop.viewer.cookie);
  const creator = await visitorAt(shop.slug, shop.creator.cookie);
  await stack.postgres.stop();
  try {
    await viewer.look('away', ['/library', '/account'], 503);
    await creator.look('away', ['/studio', '/studio/sales'], 503);
  } finally {
    await stack.postgres.start();
  }
  await viewer.look('back', ['/library']);
  await viewer.context.close();
  await creator.context.close();
});
