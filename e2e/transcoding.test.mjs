// Real files through a real ffmpeg: they play for those who may, every address of them; and whatever happens to the transcoder and to
// what it tells, the job ends right.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { clientOf } from '../scripts/lib/client.mjs';
import { makeFilm, makeSound } from '../scripts/lib/film.mjs';
import { playAll, readPlaylist } from '../scripts/lib/hls.mjs';
import { addresses } from '../scripts/lib/ports.mjs';
import { hasFfmpeg, startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 2700;
const STATE = resolve('.local/test/e2e-transcoding');
/** Where callbacks go first: nobody of the stack listens there. */
const ROAD = 20_000 + OFFSET + 50;

let stack;
let database;
let transcoding;
let creator;
let viewer;
let film;

/** The road from the transcoder to the media worker, on which callbacks can come to harm. */
const road = {
  /** What happens to each callback that ends a job, in turn; then nothing. */
  harms: [],
  heard: [],
  async pass({ headers, body }) {
    const response = await fetch(`${addresses(OFFSET).urls['media-api']}/api/transcoding/webhook`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  },
};
const toll = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { 'x-transcoding-timestamp': timestamp, 'x-transcoding-signature': signature } = request.headers;
  const headers = { 'content-type': 'application/json', 'x-transcoding-timestamp': timestamp, 'x-transcoding-signature': signature };
  const callback = { headers, body: Buffer.concat(chunks), ...JSON.parse(Buffer.concat(chunks)) };
  road.heard.push(callback);
  const harm = callback.status === 'progress' ? undefined : road.harms.shift();
  if (harm === 'lost') return request.socket.destroy();
  const answer = await road.pass(callback);
  if (harm === 'doubled') assert.equal((await road.pass(callback)).status, 200);
  if (harm === 'unanswered') return request.socket.destroy();
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
});

before(async () => {
  assert.ok(hasFfmpeg(), 'ffmpeg and ffprobe are missing: install the package ffmpeg');
  rmSync(STATE, { recursive: true, force: true });
  await new Promise((listening) => toll.listen(ROAD, '127.0.0.1', listening));
  const vars = { LIMITS: '{"costly":[1000,60]}', MEDIA_API_URL: `http://127.0.0.1:${ROAD}`, ORPHAN_AGE_SECONDS: '0' };
  stack = await startStack({ offset: OFFSET, state: STATE, vars });
  transcoding = await stack.transcode();
  database = new pg.Client({ connectionString: stack.databaseUrl });
  await database.connect();
  const { call, person } = clientOf(stack);
  [creator, viewer] = [await person('creator@example.com'), await person('viewer@example.com')];
  const organization = await call('organization-api', 'POST', '/api/organizations', { cookie: creator, body: { name: 'Yoga', slug: 'yoga' } });
  assert.equal(organization.status, 201, organization.text);
  film = makeFilm(`${STATE}/film.mp4`, { seconds: 9 });
});
after(async () => {
  await database?.end();
  await stack?.stop();
  toll.close();
});

const call = (worker, method, path, body, cookie = creator) => clientOf(stack).call(worker, method, path, { cookie, body });

async function data(worker, method, path, body, cookie) {
  const answer = await call(worker, method, path, body, cookie);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.json?.data;
}

/** Sends a file and says that it is there; the media item's id. */
async function upload(bytes, mediaType = 'video', mimeType = 'video/mp4') {
  const media = await data('content-api', 'POST', '/api/media', { title: 'A film', mediaType, mimeType, fileSizeBytes: bytes.length });
  const sent = await fetch(media.upload.url, { method: 'PUT', headers: media.upload.headers, body: bytes });
  assert.equal(sent.status, 200, await sent.text());
  assert.equal((await data('content-api', 'POST', `/api/media/${media.id}/upload-complete`)).status, 'uploaded');
  return media.id;
}

const statusOf = async (id) => (await call('media-api', 'GET', `/api/transcoding/status/${id}`)).json.data;

/** Waits until a media item's latest job is as `wanted` says. Every look is a round trip to the database, and the whole is bounded. */
async function until(id, wanted, seconds = 120) {
  for (const end = Date.now() + 1000 * seconds; ; ) {
    const row = await database.query(
      'SELECT j.id, j.status, j.progress, j.step, j.error, j.attempt, m.status AS media FROM media_items m LEFT JOIN transcoding_jobs j ON j.media_item_id = m.id WHERE m.id = $1 ORDER BY attempt DESC LIMIT 1',
      [id],
    );
    if (wanted(row.rows[0])) return row.rows[0];
    assert.ok(Date.now() < end, `${seconds} s passed: ${JSON.stringify(row.rows[0])}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

const ready = (id) => until(id, ({ media }) => media === 'ready');

test('a film that was sent plays, every address of it, for those who may and for nobody else', async () => {
  const id = await upload(film);
  await ready(id);
  const media = await data('content-api', 'GET', `/api/media/${id}`);
  assert.deepEqual([media.width, media.height, media.readyVariants], [1280, 720, ['720p', '480p', 'audio']]);
  assert.ok(Math.abs(media.durationSeconds - 9) < 0.2, `${media.durationSeconds}`);
  assert.equal(media.hlsMasterPlaylistKey, `${media.creatorId}/hls/${id}/master.m3u8`);
  assert.equal(media.thumbnailKey, `${media.creatorId}/thumbnails/${id}/thumbnail.jpg`);
  assert.equal(media.waveformKey, `${media.creatorId}/waveforms/${id}/waveform.json`);
  const status = await statusOf(id);
  assert.deepEqual([status.status, status.progress, status.attempt, status.mediaStatus], ['completed', 100, 1, 'ready']);
  const foreign = await call('media-api', 'GET', `/api/transcoding/status/${id}`, undefined, viewer);
  assert.equal(foreign.status, 403);

  const sold = { title: 'Film', contentType: 'video', mediaItemId: id, visibility: 'purchased_only', priceCents: 500 };
  const content = await data('content-api', 'POST', '/api/content', sold);
  await data('content-api', 'POST', `/api/content/${content.id}/publish`);
  const stream = `/api/access/content/${content.id}/stream`;
  assert.equal((await call('content-api', 'GET', stream, undefined, viewer)).json.error.code, 'ACCESS_DENIED');
  assert.equal((await fetch(stack.urls['content-api'] + stream)).status, 401);
  const { streamingUrl, posterUrl, waveformUrl } = await data('content-api', 'GET', stream);
  const poster = Buffer.from(await (await fetch(posterUrl)).arrayBuffer());
  assert.equal(poster.subarray(0, 3).toString('hex'), 'ffd8ff', 'a JPEG');
  const waveform = await (await fetch(waveformUrl)).json();
  assert.ok(waveform.length > 1000 && waveform.data.length === 2 * waveform.length && Math.max(...waveform.data) > 5, 'a tone is heard');
  const seen = await playAll(fetch, streamingUrl);
  assert.deepEqual([seen.playlists, seen.files], [4, 3]);
  assert.ok(seen.ranges >= 6, `${seen.ranges} ranges`);

  // Every address again, by somebody who was not admitted: a playlist with a changed ticket, a file without or with a changed signature.
  const master = await readPlaylist(fetch, streamingUrl);
  for (const playlist of [streamingUrl, ...master.children]) {
    const forged = playlist.replace(/(\/play\/.{20})(.)/, (_, head, character) => head + (character === 'A' ? 'B' : 'A'));
    const refused = await fetch(forged);
    assert.equal(refused.status, 403, await refused.text());
    for (const file of (await readPlaylist(fetch, playlist)).files.keys()) {
      for (const other of [file.split('?')[0], file.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
        const refused = await fetch(other);
        assert.ok([400, 401, 403].includes(refused.status), `${refused.status} at ${other.slice(0, 80)}`);
        await refused.arrayBuffer();
      }
    }
  }
  const mails = await (await fetch(`${stack.local}/api/messages?to=creator%40example.com`)).json();
  assert.ok(mails.items.some(({ subject }) => subject === 'A film is ready'), JSON.stringify(mails.items.map(({ subject }) => subject)));
});

test('a sound plays as HLS, and what is no film is told to be none', async () => {
  const [sound, broken] = [await upload(makeSound(`${STATE}/sound.m4a`), 'audio', 'audio/mp4'), await upload(film.subarray(0, 20_000))];
  await ready(sound);
  const media = await data('content-api', 'GET', `/api/media/${sound}`);
  assert.deepEqual([media.readyVariants, media.width, media.audioKey], [['audio'], null, `${media.creatorId}/audio/${sound}/audio.mp3`]);
  const content = await data('content-api', 'POST', '/api/content', { title: 'Sound', contentType: 'audio', mediaItemId: sound });
  await data('content-api', 'POST', `/api/content/${content.id}/publish`);
  const { streamingUrl } = await data('content-api', 'GET', `/api/access/content/${content.id}/stream`, undefined, viewer);
  assert.equal((await playAll(fetch, streamingUrl)).files, 1);
  const { error } = await until(broken, ({ status }) => status === 'failed');
  assert.equal(error, 'SOURCE_UNREADABLE');
});

test('killed in the middle of a job, it goes on when it is there again', async () => {
  const id = await upload(makeFilm(`${STATE}/long.mp4`, { seconds: 30 }));
  await until(id, ({ progress, step }) => step === 'encoding' && progress > 5);
  const children = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === transcoding.pid);
  const encoders = process.platform === 'linux' ? children() : [];
  await transcoding.kill();
  for (const pid of encoders) while (existsSync(`/proc/${pid}`)) await new Promise((again) => setTimeout(again, 20));
  assert.equal((await statusOf(id)).status, 'running', 'nobody said otherwise');
  transcoding = await stack.transcode();
  const { attempt } = await ready(id);
  assert.equal(attempt, 1);
  assert.deepEqual(readdirSync(`${STATE}/transcoder/work`), [], 'nothing is left over');
});

function parentOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S /, '').split(' ')[0]);
  } catch {
    return undefined;
  }
}

test('what it tells may be lost, doubled, late or forged', async () => {
  road.harms.push('lost', 'unanswered', 'doubled');
  const from = road.heard.length;
  const id = await upload(film);
  await ready(id);
  while (road.harms.length > 0) await new Promise((again) => setTimeout(again, 50));
  const told = road.heard.slice(from).filter(({ status }) => status === 'completed');
  assert.ok(told.length >= 3, `${told.length}`);
  const before = await statusOf(id);
  const early = road.heard.slice(from).find(({ status }) => status === 'progress');
  for (const late of [early, ...told]) assert.equal((await road.pass(late)).status, 200);
  const forged = { headers: told[0].headers, body: Buffer.from(told[0].body.toString().replace('720p', '721p')) };
  assert.equal((await road.pass(forged)).status, 401);
  assert.equal((await road.pass({ headers: {}, body: told[0].body })).status, 400);
  assert.deepEqual(await statusOf(id), before);
  const mails = await database.query("SELECT count(*)::int FROM outbox WHERE template = 'transcoding-done'");
  const films = await database.query("SELECT count(*)::int FROM media_items WHERE status = 'ready'");
  assert.deepEqual(mails.rows, films.rows, 'one mail each');
});

test('a transcoder that is away, or says nothing, is waited for as long as is right', async () => {
  await transcoding.stop();
  const id = await upload(film);
  assert.equal((await until(id, ({ status }) => status === 'queued')).media, 'transcoding');
  transcoding = await stack.transcode();
  await until(id, ({ status }) => status === 'queued');
  await database.query("UPDATE transcoding_jobs SET due_at = now() WHERE media_item_id = $1 AND status = 'queued'", [id]);
  await stack.cron('media-api');
  await until(id, ({ status }) => status === 'running');
  await transcoding.kill();
  await database.query("UPDATE transcoding_jobs SET heard_at = now() - interval '121 minutes' WHERE media_item_id = $1", [id]);
  await stack.cron('media-api');
  assert.equal((await until(id, ({ status }) => status === 'failed')).error, 'SILENT');

  // Its owner tries again; and the first job, which the transcoder still has, is not what is wanted any more.
  const retried = await data('media-api', 'POST', `/api/transcoding/retry/${id}`);
  assert.deepEqual([retried.attempt, retried.status], [2, 'queued']);
  transcoding = await stack.transcode();
  await database.query("UPDATE transcoding_jobs SET due_at = now() WHERE media_item_id = $1 AND status = 'queued'", [id]);
  await stack.cron('media-api');
  await ready(id);
  const media = await data('content-api', 'GET', `/api/media/${id}`);
  assert.equal(media.hlsMasterPlaylistKey, `${media.creatorId}/hls/${id}-2/master.m3u8`);
  assert.equal((await call('media-api', 'POST', `/api/transcoding/retry/${id}`)).status, 409);
});

test('what a deleted film leaves is cleared away, and the rest stays', async () => {
  const [kept, gone] = [await upload(film), await upload(film)];
  await ready(kept);
  await ready(gone);
  const [here, there] = [await address(kept), await address(gone)];
  assert.deepEqual([await here.status(), await there.status()], [206, 206]);
  assert.equal((await call('content-api', 'DELETE', `/api/media/${gone}`)).status, 409, 'content uses it');
  assert.equal((await call('content-api', 'DELETE', `/api/content/${there.content}`)).status, 204);
  assert.equal((await call('content-api', 'DELETE', `/api/media/${gone}`)).status, 204);
  // A walk over the bucket, from wherever the last one came, to the end and around.
  for (let page = 0; page < 4; page++) await stack.cron('media-api');
  assert.deepEqual([await here.status(), await there.status()], [206, 404]);
});

/** A file of a film's first rendition: its address, whether it is there, and the content made for that. */
async function address(id) {
  const content = await data('content-api', 'POST', '/api/content', { title: 'Film', contentType: 'video', mediaItemId: id });
  await data('content-api', 'POST', `/api/content/${content.id}/publish`);
  const { streamingUrl } = await data('content-api', 'GET', `/api/access/content/${content.id}/stream`);
  const [child] = (await readPlaylist(fetch, streamingUrl)).children;
  const [url] = (await readPlaylist(fetch, child)).files.keys();
  const status = async () => {
    const response = await fetch(url, { headers: { range: 'bytes=0-3' } });
    await response.arrayBuffer();
    return response.status;
  };
  return { url, status, content: content.id };
}
