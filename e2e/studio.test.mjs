// The studio in a real browser, with JavaScript and without: a creator's whole story by hand, and every page as assistive technology
// meets it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fill, follow, isAccessible, launch, press, visitorOf } from './browser.mjs';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { PASSWORD, clientOf, until } from '../scripts/lib/client.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { hasFfmpeg, startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 4000;
const WEB = `localhost:${portsOf(OFFSET).web}`;
const state = resolve('.local/test/e2e-studio');
let stack;
let api;
let browser;

before(async () => {
  assert.ok(hasFfmpeg(), 'ffmpeg and ffprobe are missing: install the package ffmpeg');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: OFFSET, state, adjust: COARSE.local, vars: { LIMITS, WEB_APP_URL: `http://${WEB}` }, transcoder: true, onLog: () => {} });
  api = clientOf(stack);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Opens an organization by hand, and goes into its studio. */
async function openStudio(page, name, slug) {
  const email = `${slug}@example.com`;
  await page.goto(`http://${WEB}/register?redirect=/organizations`);
  await fill(page, { Name: name, 'E-mail address': email, Password: PASSWORD });
  await press(page, 'Create account');
  await page.waitForURL(`http://${WEB}/organizations`);
  await fill(page, { Name: `${name}’s films`, Address: slug });
  await press(page, 'Open it');
  await page.getByText('It is open.').waitFor();
  // On a developer's machine a session is one host's: cookies for localhost have no domain.
  await page.goto(`http://${slug}.${WEB}/studio`);
  await fill(page, { 'E-mail address': email, Password: PASSWORD });
  await press(page, 'Sign in');
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
}

/** Somebody buys what is at `path` by the API, as other front ends do. */
async function buy(slug, name) {
  const cookie = await api.person(`${name.toLowerCase()}@example.com`);
  const { items } = await api.expect(200, 'content-api', 'GET', `/api/content/storefront?organization=${slug}&visibility=purchased_only`, { cookie });
  const landing = `http://${slug}.${WEB}/checkout/return?session_id={CHECKOUT_SESSION_ID}`;
  const { data } = await api.expect(200, 'ecom-api', 'POST', '/checkout/create', { cookie, body: { contentId: items[0].id, successUrl: landing, cancelUrl: landing } });
  const paid = await fetch(data.sessionUrl, { method: 'POST', body: new URLSearchParams({ action: 'pay' }), redirect: 'manual' });
  assert.ok([302, 303].includes(paid.status), String(paid.status));
  await api.expect(200, 'ecom-api', 'GET', `/checkout/verify?session_id=${data.sessionId}`, { cookie });
}

describe('a creator with JavaScript', () => {
  const slug = 'carla';
  const at = (path) => `http://${slug}.${WEB}/studio${path}`;
  let carla;
  before(async () => (carla = await visitorOf(browser)));
  after(() => carla.context.close());

  test('opens a studio and gives it colours', async () => {
    const { page } = carla;
    await openStudio(page, 'Carla', slug);
    await page.getByRole('heading', { name: 'Welcome to your studio' }).waitFor();
    await isAccessible(page, 'studio-empty');
    await follow(page, 'Settings');
    await isAccessible(page, 'studio-settings');
    await follow(page, 'Branding');
    const shown = page.frameLocator('iframe[name="preview"]');
    await shown.getByRole('heading', { name: 'Carla’s films' }).waitFor();
    const style = () => shown.locator('style').textContent();
    const before = await style();
    await page.getByLabel('Colour', { exact: true }).fill('#b91c1c');
    await until('the preview shows it before it is saved', async () => (await style()) !== before && (await style()).includes('#b91c1c'));
    await isAccessible(page, 'studio-branding');
    await press(page, 'Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.match(await page.locator('head style').textContent(), /#b91c1c/, 'the studio has them too');
    await page.getByLabel('Colour', { exact: true }).fill('#ffe55c');
    await press(page, 'Save');
    await page.getByText('is hard to see on white').waitFor();
    await page.getByLabel('Colour', { exact: true }).fill('#b91c1c');
    await press(page, 'Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.getByLabel('A picture').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') });
    await press(page, 'Upload');
    await page.getByText('Send a PNG, JPEG or WebP picture').waitFor();
    const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
    await page.getByLabel('A picture').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: pixel });
    await press(page, 'Upload');
    await page.getByAltText('Your logo').waitFor();
    await press(page, 'Remove the logo');
    await page.getByLabel('A picture').waitFor();
    for (const section of ['Contact', 'Features']) {
      await follow(page, section);
      await isAccessible(page, `studio-${section.toLowerCase()}`);
    }
    assert.deepEqual(carla.problems, []);
  });

  test('uploads a film, sees it prepared, and publishes it', async () => {
    const { page } = carla;
    await page.goto(at('/media'));
    await page.getByText('No files yet').waitFor();
    await page.getByLabel('A film or a recording').setInputFiles('scripts/demo-asset/original.mp4');
    await press(page, 'Upload');
    const film = page.locator('#media li');
    await film.locator('strong', { hasText: 'original' }).waitFor();
    await isAccessible(page, 'studio-files-busy');
    // Nobody reloads: the page looks by itself, and the schedule hands the file over.
    await until('it is ready', async () => {
      await stack.cron('media-api');
      return film.getByText('Ready', { exact: true }).isVisible();
    }, 120_000);
    await isAccessible(page, 'studio-files');
    await page.getByRole('link', { name: /^Offer it/ }).click();
    await fill(page, { Title: 'A test picture', Description: 'Colours and a tone.', Price: 'much' });
    await page.getByLabel('Who may have it').selectOption('purchased_only');
    assert.equal(await page.getByLabel('Text', { exact: true }).isVisible(), false, 'a film has no text');
    await press(page, 'Save as a draft');
    await page.getByText('Price must be an amount of USD such as 12.00').waitFor();
    assert.equal(await page.getByLabel('Title').inputValue(), 'A test picture', 'what was typed is kept');
    await isAccessible(page, 'studio-new');
    await fill(page, { Price: '12.50' });
    await press(page, 'Save as a draft');
    await page.getByText('It is made.').waitFor();
    await isAccessible(page, 'studio-edit');
    await press(page, 'Publish');
    await page.getByText('It is published.').waitFor();
    assert.deepEqual(carla.problems, []);
  });

  test('writes with a preview beside', async () => {
    const { page } = carla;
    await page.goto(at('/new'));
    await fill(page, { Title: 'Winter notes', Text: '## One\n\nSnow, *mostly*.' });
    await page.getByText('Preview', { exact: true }).click();
    const shown = page.frameLocator('iframe[name="preview"]');
    await shown.locator('em', { hasText: 'mostly' }).waitFor();
    await page.getByLabel('Text', { exact: true }).fill('## One\n\nRain, **only**.');
    await shown.locator('strong', { hasText: 'only' }).waitFor();
    await press(page, 'Save as a draft');
    await page.getByText('It is made.').waitFor();
    // Yen have no hundredths, and what is typed is what is shown.
    await page.getByLabel('Who may have it').selectOption('purchased_only');
    await page.getByLabel('Currency').selectOption('jpy');
    await fill(page, { Price: '12.50' });
    await press(page, 'Save');
    await page.getByText('Price must be an amount of JPY such as 12').waitFor();
    assert.equal(await page.getByLabel('Currency').inputValue(), 'jpy', 'what was chosen is kept');
    await fill(page, { Price: '1200' });
    await press(page, 'Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await page.getByLabel('Price').inputValue(), '1200');
    await page.goto(at('/content'));
    const intl = await page.evaluate("new Intl.NumberFormat('en-US', { style: 'currency', currency: 'JPY' }).format(1200)");
    await page.locator('.works').getByText(intl).waitFor();
    assert.equal(await page.locator('.works li').count(), 2);
    await isAccessible(page, 'studio-content');
    await page.getByLabel('Search your content').fill('winter');
    await press(page, 'Search');
    await page.locator('.works li:only-child').waitFor();
    assert.deepEqual(carla.problems, []);
  });

  test('sells, and sees the sale and who bought', async () => {
    const { page } = carla;
    await buy(slug, 'Vera');
    await page.goto(at(''));
    await until('the sale is in the figures', async () => {
      await page.reload();
      return page.locator('.figures').getByText('$12.50', { exact: true }).isVisible();
    });
    await page.getByText(/bought A test picture/).waitFor();
    await isAccessible(page, 'studio-dashboard');
    await follow(page, 'Year');
    await page.getByRole('img', { name: /Revenue/ }).waitFor();
    await follow(page, 'Sales');
    await page.locator('tbody').getByText('A test picture').waitFor();
    await isAccessible(page, 'studio-sales');
    const download = page.waitForEvent('download');
    await follow(page, 'Download CSV');
    assert.equal((await download).suggestedFilename(), 'sales.csv');
    await follow(page, 'Customers');
    await page.getByLabel('Name or e-mail address').fill('vera');
    await press(page, 'Show');
    await isAccessible(page, 'studio-customers');
    await page.locator('tbody a').first().click();
    await page.getByRole('heading', { name: 'Purchases' }).waitFor();
    await page.getByLabel('What', { exact: true }).selectOption({ label: 'A test picture' });
    await press(page, 'Give');
    await page.getByText('They have it now.').waitFor();
    await isAccessible(page, 'studio-customer');
    await press(page, 'Take back A test picture');
    await page.getByText(/taken back on|They paid for it/).first().waitFor();
    assert.deepEqual(carla.problems, []);
  });

  test('invites, words mails, and offers tiers', async () => {
    const { page } = carla;
    await page.goto(at('/members'));
    await fill(page, { 'E-mail address': 'ines@example.com' });
    await press(page, 'Invite');
    await page.getByText('ines@example.com', { exact: true }).waitFor();
    await fill(page, { 'E-mail address': 'ines@example.com' });
    await press(page, 'Invite');
    await page.getByText('This address is invited').waitFor();
    await isAccessible(page, 'studio-team');
    await press(page, 'Take back the invitation of ines@example.com');
    await page.getByText('The invitation no longer counts.').waitFor();
    await follow(page, 'E-mails');
    await isAccessible(page, 'studio-mails');
    await follow(page, 'Receipt');
    await fill(page, { Subject: 'Thank you, {{nobody}}' });
    await press(page, 'Save as a draft');
    await page.locator('[aria-invalid="true"], .notice.bad').first().waitFor();
    await fill(page, { Subject: 'Thank you, {{name}}' });
    await press(page, 'Save as a draft');
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.frameLocator('.preview iframe').getByRole('heading').first().waitFor();
    await isAccessible(page, 'studio-mail');
    await follow(page, 'Tiers');
    await fill(page, { Name: 'Gold', 'A month': '9', 'A year': 'ninety' });
    await press(page, 'Make it');
    await page.getByText('A year must be an amount').waitFor();
    await isAccessible(page, 'studio-tiers-empty');
    await page.getByLabel('Currency').selectOption('eur');
    await fill(page, { 'A year': '0.10' });
    await press(page, 'Make it');
    await page.getByText('A year must be at least €0.50').waitFor();
    await fill(page, { 'A year': '90' });
    await press(page, 'Make it');
    await page.getByText('€90.00').waitFor();
    await isAccessible(page, 'studio-tiers');
    await follow(page, 'Gold');
    await page.getByText('In EUR, as it was made.').waitFor();
    await isAccessible(page, 'studio-tier');
    await press(page, 'Archive');
    await page.getByText('Archived', { exact: true }).waitFor();
    await follow(page, 'Subscribers');
    await isAccessible(page, 'studio-subscribers');
    assert.deepEqual(carla.problems, []);
  });

  test('goes on with an upload after the page was closed', async () => {
    const { page, context } = carla;
    const file = { name: 'long.mp4', mimeType: 'video/mp4', lastModified: 1 };
    await page.goto(at('/media'));
    // A file of more than a hundred megabytes goes up in parts; the second one never arrives.
    const parts = [];
    page.on('request', (request) => {
      const part = new URL(request.url()).searchParams.get('partNumber');
      if (part) parts.push(part);
    });
    await context.route(/partNumber=2(&|$)/, (route) => route.abort());
    const choose = () =>
      page.evaluate(({ name, mimeType, lastModified }) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(101 * 1024 * 1024)], name, { type: mimeType, lastModified }));
        document.getElementById('file').files = transfer.files;
      }, file);
    await choose();
    await press(page, 'Upload');
    await until('the first part is there, and the second one does not arrive', () => parts.includes('2'), 60_000);
    await context.unroute(/partNumber=2(&|$)/);
    page.once('dialog', (dialog) => dialog.accept());
    await page.goto(at('/media'));
    await page.getByText('“long.mp4” is not all there').waitFor();
    const sent = parts.length;
    await choose();
    await press(page, 'Upload');
    await until('it goes on', () => parts.length > sent);
    assert.ok(!parts.slice(sent).includes('1'), `what arrived is not sent again: ${parts}`);
  });
});

test('a creator without JavaScript does the same', async () => {
  const slug = 'nora';
  const { page, context } = await visitorOf(browser, { javaScriptEnabled: false });
  await openStudio(page, 'Nora', slug);
  await follow(page, 'Settings');
  await follow(page, 'Branding');
  await page.getByLabel('Colour', { exact: true }).fill('#0f766e');
  await press(page, 'Preview');
  await until('the preview shows it', async () => (await page.frameLocator('iframe[name="preview"]').locator('style').textContent()).includes('#0f766e'));
  await press(page, 'Save');
  await page.getByText('Saved.', { exact: true }).waitFor();
  await follow(page, 'Content');
  await follow(page, 'New');
  await fill(page, { Title: 'Notes', Text: 'Rain.' });
  await page.getByText('Preview', { exact: true }).click();
  await press(page, 'Show it');
  await page.frameLocator('iframe[name="preview"]').getByText('Rain.').waitFor();
  await press(page, 'Save as a draft');
  await press(page, 'Publish');
  await page.getByText('It is published.').waitFor();
  await follow(page, 'Files');
  await page.getByLabel('A film or a recording').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no film') });
  await press(page, 'Upload');
  await page.locator('#file-note.issue').waitFor();
  await page.getByLabel('A film or a recording').setInputFiles('scripts/demo-asset/original.mp4');
  await press(page, 'Upload');
  await page.getByText('It has arrived, and is being prepared.').waitFor();
  const film = page.locator('#media li');
  assert.match(await page.locator('head').innerHTML(), /http-equiv="refresh"/, 'the page looks again by itself');
  await until('it is ready', async () => {
    await stack.cron('media-api');
    await page.goto(`http://${slug}.${WEB}/studio/media`);
    return film.getByText('Ready', { exact: true }).isVisible();
  }, 120_000);
  await page.getByRole('link', { name: /^Offer it/ }).click();
  await fill(page, { Title: 'A small film', Price: '4.50' });
  await page.getByLabel('Who may have it').selectOption('purchased_only');
  await press(page, 'Save as a draft');
  await press(page, 'Publish');
  await page.getByText('It is published.').waitFor();
  await buy(slug, 'Walter');
  await follow(page, 'Sales');
  await page.locator('tbody').getByText('$4.50').first().waitFor();
  await page.locator('tbody').getByText('A small film').waitFor();
  await follow(page, 'Dashboard');
  await page.getByText(/bought A small film/).waitFor();
  await follow(page, 'Team');
  await fill(page, { 'E-mail address': 'otto@example.com' });
  await press(page, 'Invite');
  await page.getByText('The invitation is on its way.').waitFor();
  await follow(page, 'Settings');
  await fill(page, { 'Type nora to go on': 'norb' });
  await press(page, 'Delete it');
  await page.getByText('That is not its address').waitFor();
  await fill(page, { 'Type nora to go on': 'nora' });
  await press(page, 'Delete it');
  await page.waitForURL((url) => url.pathname !== '/studio/settings/delete');
  // Its look is remembered for a moment longer; meanwhile nobody works there.
  await until('its pages are gone', async () => {
    const status = (await page.goto(`http://${slug}.${WEB}/studio`)).status();
    assert.ok([403, 404].includes(status), `the studio of a deleted organization answers ${status}`);
    return status === 404;
  });
  await context.close();
});
