// A real film in a real browser: Chromium plays with hls.js what a creator uploaded and ffmpeg made of it. It seeks, changes the
// rendition, stops half way and resumes there; whoever may not watch sees nothing.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf } from '../scripts/lib/client.mjs';
import { makeFilm } from '../scripts/lib/film.mjs';
import { hasFfmpeg, startStack } from '../scripts/lib/stack.mjs';
import { PATIENCE, ask, playerBrowser, seekAndSwitch } from './player.mjs';

const OFFSET = 2800;
const STATE = resolve('.local/test/e2e-playback');
const SECONDS = 40;

let stack;
let browser;
let content;
let viewer;

before(async () => {
  assert.ok(hasFfmpeg(), 'ffmpeg and ffprobe are missing: install the package ffmpeg');
  rmSync(STATE, { recursive: true, force: true });
  stack = await startStack({ offset: OFFSET, state: STATE, transcoder: true });
  const { expect, call, person } = clientOf(stack);
  const creator = await person('creator@example.com');
  viewer = await person('viewer@example.com');
  const organization = await call('organization-api', 'POST', '/api/organizations', { cookie: creator, body: { name: 'Yoga', slug: 'yoga' } });
  assert.equal(organization.status, 201, organization.text);
  const film = makeFilm(join(STATE, 'film.mp4'), { seconds: SECONDS });
  const announced = { title: 'Film', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: film.length };
  const { data: media } = await expect(201, 'content-api', 'POST', '/api/media', { cookie: creator, body: announced });
  assert.equal((await fetch(media.upload.url, { method: 'PUT', headers: media.upload.headers, body: film })).status, 200);
  await expect(200, 'content-api', 'POST', `/api/media/${media.id}/upload-complete`, { cookie: creator });
  for (const end = Date.now() + 240_000; ; ) {
    const { data } = await expect(200, 'content-api', 'GET', `/api/media/${media.id}`, { cookie: creator });
    if (data.status === 'ready') break;
    assert.ok(data.status !== 'failed' && Date.now() < end, data.status);
    await new Promise((again) => setTimeout(again, 2000));
  }
  const draft = { title: 'Film', contentType: 'video', mediaItemId: media.id, visibility: 'public' };
  ({ data: { id: content } } = await expect(201, 'content-api', 'POST', '/api/content', { cookie: creator, body: draft }));
  await expect(200, 'content-api', 'POST', `/api/content/${content}/publish`, { cookie: creator });
  browser = await playerBrowser();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

const api = () => stack.urls['content-api'];

test('a film plays, is sought in, changes its rendition, and is resumed', async () => {
  const opened = await browser.page(viewer);
  const { levels } = await ask(opened, 'open', api(), content, 0);
  assert.deepEqual(levels?.map(({ height }) => height), [480, 720]);
  await opened.waitForFunction('video.currentTime > 1', undefined, PATIENCE);
  const begun = await ask(opened, 'where');
  assert.ok(Math.abs(begun.duration - SECONDS) < 0.5, `${begun.duration} seconds`);
  assert.ok((await ask(opened, 'colours')) > 10, 'a picture is seen');

  await seekAndSwitch(opened, 20, [480, 720]);

  await opened.evaluate('video.pause()');
  const stopped = await ask(opened, 'where');
  assert.equal(await ask(opened, 'save', api(), content), 204);
  assert.deepEqual(stopped.errors.filter(({ fatal }) => fatal), []);
  await opened.close();

  const again = await browser.page(viewer);
  const { positionSeconds } = await ask(again, 'saved', api(), content);
  assert.ok(Math.abs(positionSeconds - stopped.time) < 0.01, `${positionSeconds}, stopped at ${stopped.time}`);
  await ask(again, 'open', api(), content, positionSeconds);
  await again.waitForFunction(`video.currentTime > ${positionSeconds + 0.5}`, undefined, PATIENCE);
  await again.evaluate(`video.currentTime = ${SECONDS - 2}`);
  await again.waitForFunction('video.ended', undefined, PATIENCE);
  const ended = await ask(again, 'where');
  assert.deepEqual(ended.errors.filter(({ fatal }) => fatal), []);
  assert.equal(await ask(again, 'save', api(), content), 204);
  assert.equal((await ask(again, 'saved', api(), content)).completed, true);
  await again.close();
});

test('a stranger sees nothing', async () => {
  const opened = await browser.page();
  assert.deepEqual(await ask(opened, 'open', api(), content, 0), { refused: 401 });
  await opened.close();
});
