// The tenants' pages in a real browser, with JavaScript and without: the viewer's whole story by hand.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fill, follow, isAccessible, launch, press, visitorOf } from './browser.mjs';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { PASSWORD, clientOf, until } from '../scripts/lib/client.mjs';
import { STEPS, newMemory } from '../scripts/lib/demo-steps.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 2900;
const WEB = `localhost:${portsOf(OFFSET).web}`;

const state = resolve('.local/test/e2e-web');
let stack;
let api;
let browser;
/** The creator's side of scripts/demo: an organization with a film for sale. */
const memory = newMemory();
const { run } = memory;
const world = () => ({ urls: stack.urls, local: stack.local, fetch, memory });
const TENANT = `http://demo-${run}.${WEB}`;
const FILM = `film-${run}`;

before(async () => {
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: OFFSET, state, adjust: COARSE.local, vars: { LIMITS, WEB_APP_URL: `http://${WEB}` }, onLog: () => {} });
  api = clientOf(stack);
  for (const step of STEPS.slice(0, STEPS.findIndex(({ name }) => name === 'viewer'))) await step.run(world());
  await decorate();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** What a shop has beside its film. */
async function decorate() {
  const cookie = memory.creator.cookie;
  const path = `/api/organizations/${memory.organizationId}`;
  await api.expect(200, 'organization-api', 'PATCH', path, { cookie, body: { name: 'North Light', description: 'Small films about quiet places, made slowly.' } });
  const settings = { branding: { primaryColor: '#0F766E', secondaryColor: '#F59E0B' }, contact: { supportEmail: 'help@example.com' } };
  await api.expect(200, 'organization-api', 'PATCH', `${path}/settings`, { cookie, body: settings });
  const writing = { contentType: 'written', organizationId: memory.organizationId, visibility: 'public' };
  const pieces = [
    { title: 'On waiting for weather', slug: 'weather', description: 'Three weeks on an island, for one morning of light.', category: 'Essays', contentBody: '## The first week\n\nIt rained. *It always rains*.\n\n> The camera stayed in its bag.\n\n- coffee\n- waiting\n\nThen `f/8`.', tags: ['weather', 'craft'] },
    { title: 'A map of small harbours', slug: 'harbours', category: 'Notes', contentBody: 'Seventeen of them, by bicycle.', visibility: 'purchased_only', priceCents: 450 },
  ];
  for (const piece of pieces) {
    const { data } = await api.expect(201, 'content-api', 'POST', '/api/content', { cookie, body: { ...writing, ...piece } });
    await api.expect(200, 'content-api', 'POST', `/api/content/${data.id}/publish`, { cookie });
  }
}

const visitor = (options) => visitorOf(browser, options);

/** The link in the last mail to `email`. */
async function mailedLink(email, pattern) {
  const link = await until(`a mail to ${email}`, async () => {
    await stack.cron('notifications-api');
    const { items } = await (await fetch(`${stack.local}/api/messages?to=${encodeURIComponent(email)}`)).json();
    return items.map(({ text }) => text?.match(pattern)?.[0]).find(Boolean);
  });
  return link.replaceAll('&amp;', '&');
}

/** By hand: look around, find the film, join, confirm the address, pay, and own it. */
async function buyTheFilm(page, email) {
  await page.goto(TENANT);
  await page.getByRole('link', { name: /A test picture/ }).click();
  await follow(page, 'Sign in to buy');
  await follow(page, 'Create an account');
  await fill(page, { Name: 'Vera Viewer', 'E-mail address': email, Password: 'short' });
  await press(page, 'Create account');
  await page.getByText('Password must be').waitFor();
  assert.equal(await page.getByLabel('E-mail address').inputValue(), email, 'what was typed is kept');
  await fill(page, { Password: PASSWORD });
  await press(page, 'Create account');
  await page.waitForURL(`${TENANT}/content/${FILM}`);
  await page.getByText('Confirm your e-mail address').waitFor();
  await page.goto(await mailedLink(email, /http\S+verify-email\S+/));
  await page.waitForURL(/\/verified\?/);
  await follow(page, 'Go on');
  await page.waitForURL(`${TENANT}/content/${FILM}`);
  await press(page, 'Buy');
  await page.waitForURL((url) => url.origin === stack.local);
  await press(page, 'Pay');
  await page.waitForURL(/\/checkout\/return/);
  await page.getByRole('heading', { name: 'It is yours' }).waitFor();
  await follow(page, 'Open it');
  await page.getByText('In your library').waitFor();
}

describe('a viewer with JavaScript', () => {
  const email = `vera-${run}@example.com`;
  let viewer;
  before(async () => (viewer = await visitor()));
  after(() => viewer.context.close());

  test('visits, joins, confirms, pays', () => buyTheFilm(viewer.page, email));

  test('watches, leaves, and resumes where they stopped', async () => {
    const { page } = viewer;
    await follow(page, 'Watch');
    await page.waitForURL(`${TENANT}/watch/${FILM}`);
    const at = () => page.evaluate("document.getElementById('player').currentTime");
    const saved = page.waitForResponse((response) => response.url().endsWith('/progress') && response.request().postData()?.includes('"positionSeconds":8'));
    await page.evaluate("document.getElementById('player').muted = true");
    await page.keyboard.press('k');
    await until('the film runs', async () => (await at()) > 0.5);
    await page.keyboard.press('k');
    await page.evaluate("document.getElementById('player').currentTime = 8");
    assert.equal((await saved).status(), 200);
    await page.getByLabel('Speed').selectOption('1.5');
    assert.equal(await page.evaluate("document.getElementById('player').playbackRate"), 1.5);
    await page.keyboard.press('Escape');
    await page.goto(`${TENANT}/content/${FILM}`);
    await follow(page, 'Resume at 0:08');
    await until('the film is where it stopped', async () => Math.abs((await at()) - 8) < 1);
    await page.goto(`${TENANT}/library?show=continue`);
    await page.getByRole('progressbar').waitFor();
    await page.getByText('53 % watched').waitFor();
    assert.deepEqual(viewer.problems, []);
  });

  test('says where they are as the page closes', async () => {
    const { page, context } = viewer;
    const other = await context.newPage();
    await other.goto(`${TENANT}/watch/${FILM}`);
    await until('the film is ready', () => other.evaluate("document.getElementById('player').readyState >= 1"));
    // Saving while it plays is out of order here: what is left is the beacon.
    await other.evaluate("window.fetch = () => new Promise(() => {}); document.getElementById('player').currentTime = 4");
    await other.close({ runBeforeUnload: true });
    await until('the beacon arrived', async () => {
      await page.goto(`${TENANT}/content/${FILM}`);
      return page.getByText('Resume at 0:04').isVisible();
    });
  });

  test('finds while typing', async () => {
    const { page } = viewer;
    await page.goto(TENANT);
    await page.getByLabel('Search North Light').pressSequentially('harbours', { delay: 20 });
    await page.getByRole('heading', { name: '1 result for “harbours”' }).waitFor();
    await page.waitForURL(/\?q=harbours$/);
    assert.equal(await page.locator('.card').count(), 1);
    assert.deepEqual(viewer.problems, []);
  });

  test('looks after the account', async () => {
    const { page } = viewer;
    await page.goto(`${TENANT}/account`);
    await page.getByLabel('Name').fill('Vera V.');
    await press(page, 'Save');
    await page.getByText('Saved.').waitFor();
    await follow(page, 'Purchases');
    await page.getByText('$29.99').waitFor();
    await follow(page, 'Devices');
    await page.getByText('This device').waitFor();
    await press(page, 'Sign out');
    await follow(page, 'Sign in');
    await follow(page, 'Forgot your password?');
    await fill(page, { 'E-mail address': email });
    await press(page, 'Send the link');
    await page.goto(await mailedLink(email, /http\S+reset-password\S+/));
    await fill(page, { 'New password': `${PASSWORD} anew` });
    await press(page, 'Save it');
    await page.getByText('Your password was changed').waitFor();
    await fill(page, { 'E-mail address': email, Password: `${PASSWORD} anew` });
    await press(page, 'Sign in');
    await follow(page, 'Library');
    await page.getByText('% watched').waitFor();
  });
});

test('a viewer without JavaScript does the same', async () => {
  const { page, context } = await visitor({ javaScriptEnabled: false });
  await buyTheFilm(page, `nora-${run}@example.com`);
  await follow(page, 'Watch');
  assert.match(await page.locator('noscript video').getAttribute('src'), /\.m3u8$/, 'for browsers that play HLS by themselves');
  await page.goto(`${TENANT}/library`);
  await page.getByText('Not begun').waitFor();
  await page.goto(TENANT);
  await page.getByLabel('Search North Light').fill('harbours');
  await press(page, 'Search');
  await page.getByRole('heading', { name: '1 result for “harbours”' }).waitFor();
  await press(page, 'Sign out');
  await page.getByRole('link', { name: 'Join' }).waitFor();
  await context.close();
});

test('somebody opens an organization', async () => {
  const { page, context, problems } = await visitor();
  const [email, slug] = [`carla-${run}@example.com`, `carla-${run}`];
  await page.goto(`http://${WEB}/register?redirect=/organizations`);
  await fill(page, { Name: 'Carla', 'E-mail address': email, Password: PASSWORD });
  await press(page, 'Create account');
  await page.waitForURL(`http://${WEB}/organizations`);
  await page.getByLabel('Address', { exact: true }).pressSequentially(`demo-${run}`);
  await page.getByText(`demo-${run} is taken.`).waitFor();
  await page.getByLabel('Address', { exact: true }).fill(slug);
  await page.getByText(`${slug} is free.`).waitFor();
  await fill(page, { Name: 'Carla Writes' });
  await press(page, 'Open it');
  await page.getByText('It is open.').waitFor();
  await isAccessible(page, 'organizations');
  assert.deepEqual(problems, []);
  await context.close();
});
