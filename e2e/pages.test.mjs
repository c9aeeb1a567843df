// Every page as assistive technology, a small phone, a slow line and a database meet it; and two tenants side by side.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { fill, isAccessible, launch, press, visitorOf } from './browser.mjs';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { COUNTING, statementCounter } from '../scripts/lib/bench/statements.mjs';
import { PASSWORD, clientOf, until } from '../scripts/lib/client.mjs';
import { STEPS, newMemory } from '../scripts/lib/demo-steps.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 4240;
const PORT = portsOf(OFFSET).web;
const WEB = `localhost:${PORT}`;

const state = resolve('.local/test/e2e-pages');
const memory = newMemory();
const { run } = memory;
const FILM = `film-${run}`;
const [HARBOUR, GROVE] = [`demo-${run}`, `grove-${run}`];
const at = (tenant, path = '') => `http://${tenant}.${WEB}${path}`;
const email = `vera-${run}@example.com`;

let stack;
let api;
let browser;
/** The viewer's cookie, as workers take it. */
let viewer;
/** What each tenant shows, and nobody else does. */
const marks = { [HARBOUR]: ['North Light', 'On waiting for weather', '#0f766e'], [GROVE]: ['Olive Grove', 'How to prune', '#9f1239'] };

before(async () => {
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: OFFSET, state, adjust: COARSE.local, vars: { LIMITS, WEB_APP_URL: `http://${WEB}` }, postgresFlags: COUNTING, onLog: () => {} });
  api = clientOf(stack);
  const world = { urls: stack.urls, local: stack.local, fetch, memory };
  for (const step of STEPS.slice(0, STEPS.findIndex(({ name }) => name === 'viewer'))) await step.run(world);
  await furnish();
  viewer = await api.person(email);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Two shops of one owner, and what they sell. */
async function furnish() {
  const { cookie } = memory.creator;
  const opened = await api.expect(201, 'organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Olive Grove', slug: GROVE } });
  const shops = [
    [memory.organizationId, 'North Light', { primaryColor: '#0F766E', secondaryColor: '#F59E0B' }, 'On waiting for weather', 'weather'],
    [opened.data.id, 'Olive Grove', { primaryColor: '#9F1239' }, 'How to prune', 'prune'],
  ];
  for (const [organizationId, name, branding, title, slug] of shops) {
    const path = `/api/organizations/${organizationId}`;
    await api.expect(200, 'organization-api', 'PATCH', path, { cookie, body: { name, description: 'Small films about quiet places, made slowly.' } });
    await api.expect(200, 'organization-api', 'PATCH', `${path}/settings`, { cookie, body: { branding, contact: { supportEmail: 'help@example.com' } } });
    const tiers = [];
    for (const [tier, monthlyPriceCents] of [['Friend', 500], ['Patron', 1500]]) {
      const body = { name: tier, description: 'Everything that is for members, and a letter every month.', monthlyPriceCents, annualPriceCents: monthlyPriceCents * 10 };
      tiers.push((await api.expect(201, 'organization-api', 'POST', `${path}/tiers`, { cookie, body })).data.id);
    }
    const written = { contentType: 'written', organizationId, visibility: 'public' };
    const pieces = [
      { title, slug, description: 'Three weeks on an island, for one morning of light.', category: 'Essays', contentBody: '## The first week\n\nIt rained. *It always rains*.\n\n> The camera stayed in its bag.\n\n- coffee\n- waiting\n\nThen `f/8`.', tags: ['weather', 'craft'] },
      { title: 'A map of small harbours', slug: 'harbours', category: 'Notes', contentBody: 'Seventeen of them, by bicycle.', visibility: 'purchased_only', priceCents: 450 },
      { title: 'For friends', slug: 'friends', category: 'Letters', contentBody: 'Dear friends.', visibility: 'members_only', minimumTierId: tiers[0] },
    ];
    for (const piece of pieces) {
      const { data } = await api.expect(201, 'content-api', 'POST', '/api/content', { cookie, body: { ...written, ...piece } });
      await api.expect(200, 'content-api', 'POST', `/api/content/${data.id}/publish`, { cookie });
    }
  }
}

const visitor = () => visitorOf(browser, { reducedMotion: 'reduce' });

async function signIn(page, address) {
  await page.goto(address);
  await fill(page, { 'E-mail address': email, Password: PASSWORD });
  await press(page, 'Sign in');
}

describe('every page can be used by everybody', () => {
  const named = (who, path) => `${who}${path.replace(FILM, 'film').replace(/\?token=.*/, '').replaceAll(/\W+/g, '-')}`;

  async function look(page, who, origin, paths) {
    for (const [path, status = 200] of paths.map((path) => [path].flat())) {
      const answer = await page.goto(origin + path);
      assert.equal(answer.status(), status, path);
      await isAccessible(page, named(who, path));
    }
  }

  test('strangers', async (t) => {
    const { page, context, problems } = await visitor();
    const tenant = ['/', '/?q=nothing-at-all', `/content/${FILM}`, '/content/weather', '/content/friends', '/membership', '/login', '/register', '/forgot-password', '/reset-password?token=x', '/verify', '/invitations?token=x', ['/nowhere', 404]];
    await look(page, 'stranger', at(HARBOUR), tenant);
    const apex = ['/', '/?q=weather', '/creators', '/creators?q=grove', '/creators?q=nobody', '/login', '/register', ['/content/weather', 404]];
    await look(page, 'apex', `http://${WEB}`, apex);
    await page.goto(at(HARBOUR, '/login'));
    await fill(page, { 'E-mail address': 'nobody@example.com', Password: 'not the password' });
    await press(page, 'Sign in');
    await page.getByRole('alert').waitFor();
    await isAccessible(page, 'stranger-login-refused');
    assert.deepEqual(problems, []);
    await context.close();
    t.diagnostic(`${tenant.length + apex.length + 1} pages, in light and dark`);
  });

  test('a viewer, before and after buying and subscribing', async (t) => {
    const { page, context, problems } = await visitor();
    const account = ['/account', '/account/purchases', '/account/subscriptions', '/account/following', '/account/devices', '/account/password', '/account/data', '/organizations'];
    await signIn(page, at(HARBOUR, '/login'));
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await look(page, 'new', at(HARBOUR), ['/', `/content/${FILM}`, '/content/friends', '/membership', '/library', '/library?show=continue', '/verify', '/verified', ...account]);

    await page.goto(at(HARBOUR, `/content/${FILM}`));
    await press(page, 'Buy');
    await page.waitForURL((url) => url.origin === stack.local);
    await press(page, 'Pay');
    await page.getByRole('heading', { name: 'It is yours' }).waitFor();
    await isAccessible(page, 'bought-thanks');

    await page.goto(at(HARBOUR));
    await press(page, 'Follow');
    await page.getByRole('button', { name: 'Unfollow' }).waitFor();
    await page.goto(at(HARBOUR, '/membership'));
    await page.getByRole('button', { name: 'Subscribe to Friend for $5.00 a month' }).click();
    await page.waitForURL((url) => url.origin === stack.local);
    await press(page, 'Pay');
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await isAccessible(page, 'subscribed-thanks');
    await page.goto(at(HARBOUR, '/content/friends'));
    await page.getByText('Dear friends.').waitFor();
    await look(page, 'bought', at(HARBOUR), ['/', `/content/${FILM}`, `/watch/${FILM}`, '/library', '/membership', ...account]);

    await page.goto(at(HARBOUR, '/account/subscriptions'));
    await page.getByRole('link', { name: 'Change North Light' }).click();
    await page.getByRole('heading', { name: 'Change North Light' }).waitFor();
    await isAccessible(page, 'bought-plans');
    await page.getByRole('button', { name: 'Change to this (Patron for $15.00 a month)' }).click();
    await page.getByText('Patron, $15.00 a month · Renews on').waitFor();
    await page.getByRole('button', { name: 'Cancel North Light' }).click();
    await page.getByText('Ends on').waitFor();
    await isAccessible(page, 'bought-ending');
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('Renews on').waitFor();
    await page.getByRole('button', { name: 'Open them at Stripe' }).click();
    await page.waitForURL((url) => url.origin === stack.local && url.pathname.startsWith('/portal/'));
    await page.getByText('USD 5.00, paid').waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await page.waitForURL(at(HARBOUR, '/account/subscriptions'));
    await page.goto(at(HARBOUR, '/account/following'));
    await page.getByRole('button', { name: 'Unfollow North Light' }).click();
    await page.getByText('You follow nobody yet').waitFor();
    assert.deepEqual(problems, []);
    await context.close();
    t.diagnostic(`${8 + account.length + 5 + account.length + 4} pages`);
  });
});

/** Milliseconds until the largest thing of a page is painted. */
async function largestPaint(address) {
  const { page, context } = await visitor();
  await page.goto(address, { waitUntil: 'load' });
  const paint = await page.evaluate(`new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))`);
  await context.close();
  return paint;
}

test('what a page weighs, and how soon it is there', async (t) => {
  for (const [name, address] of [['home', at(HARBOUR, '/')], ['content', at(HARBOUR, `/content/${FILM}`)], ['platform', `http://${WEB}/`]]) {
    const { page, context } = await visitor();
    const answers = [];
    page.on('response', (response) => answers.push(response));
    await page.goto(address, { waitUntil: 'load' });
    const files = answers.filter((response) => new URL(response.url()).pathname.startsWith('/assets/'));
    assert.equal(files.length, 2, 'a style sheet and a script');
    let total = 0;
    for (const response of [answers[0], ...files]) total += (await response.body()).length;
    for (const response of files) {
      const headers = await response.allHeaders();
      assert.deepEqual([response.status(), headers['cache-control'], headers['x-content-type-options']], [200, 'public, max-age=31536000, immutable', 'nosniff']);
    }
    await context.close();
    // What else this machine is doing only ever adds to it.
    const paints = [];
    for (let times = 0; times < 5; times += 1) paints.push(await largestPaint(address));
    const paint = Math.min(...paints);
    t.diagnostic(`${name}: ${total} bytes of HTML, CSS and JavaScript, uncompressed; largest paint after ${Math.round(paint)} ms`);
    assert.ok(total < 100_000, `${name}: ${total} bytes`);
    assert.ok(paint < 1000, `${name}: largest paint after ${paint} ms`);
  }
});

/** A page asked for as a browser does; Node finds no names below localhost. */
function ask(tenant, path, { cookie, method = 'GET', headers } = {}) {
  return new Promise((done, failed) => {
    const sent = { host: tenant ? `${tenant}.${WEB}` : WEB, accept: 'text/html', ...(cookie && { cookie }), ...headers };
    const asking = request({ host: '127.0.0.1', port: PORT, path, method, headers: sent }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      done({ status: response.statusCode, headers: response.headers, text });
    });
    asking.on('error', failed).end();
  });
}

/** What registering sends is sent, so that nothing is done in the background. */
async function settled(recipient) {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  await until(`the mail to ${recipient}`, async () => (await client.query('SELECT FROM outbox WHERE recipient = $1 AND sent_at IS NOT NULL', [recipient])).rowCount === 1);
  await client.end();
}

test('what a page costs the database', async (t) => {
  const counter = await statementCounter(stack.databaseUrl);
  const validations = () => counter.countOf('UPDATE sessions SET last_seen_at');
  const content = `/content/${FILM}`;
  const shows = async (cookie) => assert.equal((await ask(HARBOUR, content, { cookie })).status, 200);
  for (const [who, cookie, most] of [['a stranger', undefined, 0], ['somebody signed in', viewer, 3]]) {
    await shows(cookie);
    // A copy whose time is over is read again meanwhile, and crons run: what else goes on only ever adds to it.
    const windows = [];
    for (let times = 0; times < 3; times += 1) {
      const before = (await counter.read()).count;
      for (let count = 0; count < 10; count += 1) await shows(cookie);
      windows.push(((await counter.read()).count - before) / 10);
    }
    const each = Math.min(...windows);
    t.diagnostic(`${who}: ${each} statements a page`);
    assert.ok(each <= most, `${each} statements for ${who}`);
  }
  // Whom no cache knows: the page validates the session once, and the workers behind it take its word.
  for (const path of [content, '/account/devices', '/account/subscriptions']) {
    const counts = [];
    for (let times = 0; times < 3; times += 1) {
      const address = `fresh${path.replaceAll('/', '-')}-${times}@example.com`;
      const fresh = await api.person(address);
      await settled(address);
      const [before, known] = [(await counter.read()).count, await validations()];
      assert.equal((await ask(HARBOUR, path, { cookie: fresh })).status, 200);
      counts.push((await counter.read()).count - before);
      assert.equal((await validations()) - known, 1, `${path} validates the session once`);
    }
    const all = Math.min(...counts);
    t.diagnostic(`${path.replace(FILM, 'film')}, whom no cache knows: ${all} statements`);
    assert.ok(all <= 3, `${all} statements`);
  }
  await counter.end();
});

describe('two tenants at once', () => {
  const isOnly = (tenant, { status, text }, who) => {
    assert.equal(status, 200);
    const other = tenant === HARBOUR ? GROVE : HARBOUR;
    for (const mark of marks[tenant]) assert.ok(text.includes(mark), `${mark} is missing for ${who}`);
    for (const mark of marks[other]) assert.ok(!text.includes(mark), `${mark} of ${other} is shown at ${tenant} to ${who}`);
  };

  test('show themselves only, however their visitors come', async () => {
    for (const cookie of [undefined, viewer, memory.creator.cookie]) {
      const asked = Array.from({ length: 60 }, (_, index) => (index % 2 ? HARBOUR : GROVE));
      const shown = await Promise.all(asked.map((tenant) => ask(tenant, '/', { cookie })));
      shown.forEach((answer, index) => isOnly(asked[index], answer, cookie ? 'somebody' : 'a stranger'));
    }
  });

  test("answer nothing with the other's content", async () => {
    for (const cookie of [undefined, viewer, memory.creator.cookie]) {
      assert.equal((await ask(GROVE, '/content/weather', { cookie })).status, 404);
      assert.equal((await ask(HARBOUR, '/content/prune', { cookie })).status, 404);
      assert.notEqual((await ask(GROVE, `/watch/${FILM}`, { cookie })).status, 200);
    }
    for (const path of ['/feed.xml', '/sitemap.xml', '/membership', '/?q=weather']) {
      const { text } = await ask(GROVE, path);
      assert.ok(!text.includes('On waiting for weather') && !text.includes('North Light'), path);
    }
  });

  test("believe no copy of the other's pages, and keep no page of somebody's", async () => {
    const first = await ask(HARBOUR, '/');
    const { etag } = first.headers;
    assert.equal((await ask(HARBOUR, '/', { headers: { 'if-none-match': etag } })).status, 304);
    isOnly(GROVE, await ask(GROVE, '/', { headers: { 'if-none-match': etag } }), 'who has a copy of the other');
    const own = await ask(HARBOUR, '/', { cookie: viewer });
    assert.deepEqual([own.headers['cache-control'], own.headers.etag], ['private, no-store', undefined]);
    assert.match(first.headers['cache-control'], /^public/);
    assert.ok(!(await ask(HARBOUR, '/')).text.includes('Sign out'), 'a stranger after them gets the page of strangers');
  });

  test('sign in and out by themselves where hosts share nothing', async () => {
    const { page, context } = await visitor();
    await signIn(page, at(HARBOUR, '/login'));
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.goto(at(GROVE));
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    // A cookie that one tossed over the fence neither signs in nor out.
    await context.addCookies([{ name: 'codex-session', value: 'tossed', domain: `${HARBOUR}.localhost`, path: '/library' }]);
    await page.goto(at(HARBOUR, '/library'));
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await context.close();
  });
});
