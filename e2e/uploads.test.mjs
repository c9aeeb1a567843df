// Large files in parts, what a presigned address does not do, HLS in its forms, and a catalogue that many ask for at once.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { isolatesOf } from '../scripts/lib/bench/isolates.mjs';
import { clientOf, until } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

let stack;
let creator;
let viewer;
const lines = [];
before(async () => {
  const state = resolve('.local/test/e2e-uploads');
  rmSync(state, { recursive: true, force: true });
  const onLog = ({ message }) => lines.push(message);
  stack = await startStack({ offset: 2500, state, onLog, inspect: true, vars: { LIMITS: '{"costly":[1000,60]}' } });
  const { call, person } = clientOf(stack);
  [creator, viewer] = [await person('creator@example.com'), await person('viewer@example.com')];
  const organization = await call('organization-api', 'POST', '/api/organizations', { cookie: creator, body: { name: 'Yoga', slug: 'yoga' } });
  assert.equal(organization.status, 201, organization.text);
});
after(() => stack?.stop());

const FTYP = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom')]);

async function data(method, path, body, cookie = creator) {
  const answer = await clientOf(stack).call('content-api', method, path, { cookie, body });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.json?.data;
}

test('a file above 100 MB arrives in parts, and none of it passes through the worker', async () => {
  const size = 105_000_000;
  const body = { title: 'Long', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: size };
  const { id, upload } = await data('POST', '/api/media', body);
  const numbers = Array.from({ length: upload.partCount }, (_, index) => index + 1);
  const { wanted } = await data('POST', `/api/media/${id}/parts`, { wanted: numbers });
  const last = wanted.at(-1);
  const short = await fetch(last.url, { method: 'PUT', body: randomBytes(10) });
  assert.equal(short.status, 403, 'the signature binds the length');
  const send = async ({ partNumber, url, sizeBytes }) => {
    const bytes = Buffer.alloc(sizeBytes, partNumber);
    if (partNumber === 1) FTYP.copy(bytes);
    const response = await fetch(url, { method: 'PUT', body: bytes });
    assert.equal(response.status, 200, await response.text());
    return { partNumber, etag: response.headers.get('etag') };
  };
  // Half of it, then it breaks off; another browser asks how far it is, and sends the rest.
  const half = numbers.length >> 1;
  for (const part of wanted.slice(0, half)) await data('POST', `/api/media/${id}/parts`, { arrived: [await send(part)] });
  const complete = () => clientOf(stack).call('content-api', 'POST', `/api/media/${id}/upload-complete`, { cookie: creator });
  assert.equal((await complete()).json.error.code, 'UPLOAD_INCOMPLETE');
  const { arrived } = await data('POST', `/api/media/${id}/parts`, {});
  assert.equal(Object.keys(arrived).length, half);
  const rest = [];
  for (const part of wanted.filter(({ partNumber }) => !arrived[partNumber])) rest.push(await send(part));
  await data('POST', `/api/media/${id}/parts`, { arrived: [{ ...rest[0], etag: 'wrong' }, ...rest.slice(1)] });
  assert.equal((await complete()).json.error.code, 'UPLOAD_INCOMPLETE', 'R2 knows no such part');
  await data('POST', `/api/media/${id}/parts`, { arrived: rest });
  const answer = await complete();
  assert.equal(answer.json.data?.status, 'uploaded', answer.text);
  const other = await data('POST', '/api/media', body);
  assert.equal((await clientOf(stack).call('content-api', 'DELETE', `/api/media/${other.id}`, { cookie: creator })).status, 204);
  const { wanted: [gone] = [] } = await clientOf(stack).call('content-api', 'POST', `/api/media/${other.id}/parts`, { cookie: creator, body: { wanted: [1] } });
  assert.equal(gone, undefined, 'a deleted upload has no parts');
  await stack.cron('content-api');
});

/** Megabytes by which the workers may grow while a file of 200 MB goes up and comes down. */
const GROWTH = 20;

test('a file of 200 MB goes up and comes down, and the workers do not grow with it', async () => {
  const size = 200_000_000;
  const workers = await isolatesOf(await stack.inspector(), ['codex-content-api', 'codex-media-api', 'codex-web', 'codex-studio']);
  // Whatever is made once is made before the first look.
  for (const name of ['content-api', 'media-api', 'web', 'studio']) await (await fetch(`${stack.urls[name]}/health`)).text();
  await data('GET', '/api/media');
  const before = await workers.megabytes();
  let most = before;
  const look = async () => (most = Math.max(most, await workers.megabytes()));

  const film = { title: 'Film', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: size };
  const { id, upload, originalKey } = await data('POST', '/api/media', film);
  const numbers = Array.from({ length: upload.partCount }, (_, index) => index + 1);
  for (const { partNumber, url, sizeBytes } of (await data('POST', `/api/media/${id}/parts`, { wanted: numbers })).wanted) {
    const bytes = Buffer.alloc(sizeBytes, partNumber);
    if (partNumber === 1) FTYP.copy(bytes);
    const response = await fetch(url, { method: 'PUT', body: bytes });
    assert.equal(response.status, 200, await response.text());
    await data('POST', `/api/media/${id}/parts`, { arrived: [{ partNumber, etag: response.headers.get('etag') }] });
    await look();
  }
  assert.equal((await data('POST', `/api/media/${id}/upload-complete`)).status, 'uploaded');
  await look();
  const address = await played(id, originalKey);
  const range = 20_000_000;
  let received = 0;
  for (let from = 0; from < size; from += range) {
    const response = await fetch(address, { headers: { range: `bytes=${from}-${Math.min(size, from + range) - 1}` } });
    assert.equal(response.status, 206);
    await look();
    for await (const chunk of response.body) received += chunk.length;
  }
  assert.equal(received, size);
  await look();
  console.log(`the isolates hold ${before.toFixed(1)} MB, and ${(most - before).toFixed(1)} MB more at most while ${size / 1e6} MB go up and come down`);
  assert.ok(most - before < GROWTH, `${most - before} MB`);

  // Each place where a file could be held is one that the measure sees.
  for (const held of ['new Uint8Array(3e7)', 'new WebAssembly.Memory({ initial: 500 })', "Array.from({ length: 1e6 }, (_, n) => ({ n }))"]) {
    const empty = await workers.megabytes();
    await workers.run(`globalThis.held = ${held}; undefined`);
    const grown = (await workers.megabytes()) - empty;
    assert.ok(grown > GROWTH, `${held}: ${grown} MB`);
    await workers.run('delete globalThis.held; undefined');
  }
});

/** An address that the file at `key` is read from: as the sound of a media item, by the stream of a content. */
async function played(media, key) {
  const file = key.replace('/originals/', '/audio/').replace(/[^/]+$/, 'audio.mp3');
  const bucket = await stack.mediaBucket();
  const original = await bucket.get(key);
  await bucket.put(file, original.body);
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  await client.query("UPDATE media_items SET status = 'ready', audio_key = $2, duration_seconds = 60 WHERE id = $1", [media, file]);
  await client.end();
  const { id } = await data('POST', '/api/content', { title: 'Sound', contentType: 'video', mediaItemId: media });
  await data('POST', `/api/content/${id}/publish`);
  return (await data('GET', `/api/access/content/${id}/stream`, undefined, viewer)).streamingUrl;
}

test('a presigned address does what it was signed for and nothing else', async () => {
  const bytes = Buffer.concat([FTYP, randomBytes(1000)]);
  const { upload } = await data('POST', '/api/media', { title: 'Short', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: bytes.length });
  const put = (url, body, type = 'video/mp4') => fetch(url, { method: 'PUT', headers: { 'content-type': type }, body });
  // Each character of the signature, and one of everything before it.
  const signature = upload.url.indexOf('X-Amz-Signature=') + 'X-Amz-Signature='.length;
  const changed = [...Array(64).keys()].map((index) => signature + index).concat(upload.url.indexOf('original.mp4'), upload.url.indexOf('Expires=') + 8, upload.url.indexOf('Date=') + 15);
  for (const at of changed) {
    const character = upload.url[at] === '1' ? '2' : '1';
    const response = await put(upload.url.slice(0, at) + character + upload.url.slice(at + 1), bytes);
    await response.arrayBuffer();
    assert.ok([400, 403].includes(response.status), `${response.status} with another character at ${at}`);
  }
  assert.equal((await put(upload.url, bytes, 'text/html')).status, 403, 'another type');
  assert.equal((await put(upload.url, Buffer.concat([bytes, bytes]))).status, 403, 'another length');
  assert.equal((await fetch(upload.url)).status, 403, 'another method');
  assert.equal((await put(upload.url, bytes)).status, 200);
});

/** Fetches a playlist as a player does; all addresses in it, absolute. */
async function addresses(url) {
  const response = await fetch(url);
  assert.equal(response.status, 200, await response.clone().text());
  const head = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-type'), await head.text()], [200, 'application/vnd.apple.mpegurl', '']);
  const text = await response.text();
  const tags = [...text.matchAll(/[:,]URI="([^"]+)"/g)].map(([, address]) => address);
  const plain = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return [...tags, ...plain].map((address) => new URL(address, url).href);
}

test('every address of every playlist plays: renditions, sound alone, captions, many files and one', async () => {
  const original = { title: 'Film', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: 1000 };
  const media = await data('POST', '/api/media', original);
  const files = {
    'master.m3u8':
      '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio/playlist.m3u8"\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="en",URI="captions/en.m3u8"\n' +
      '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a",SUBTITLES="s"\n720p/playlist.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2,AUDIO="a",SUBTITLES="s"\n1080p/playlist.m3u8\n',
    'audio/playlist.m3u8': '#EXTM3U\n#EXTINF:4,\n1.aac\n#EXT-X-ENDLIST\n',
    'audio/1.aac': 'sound',
    'captions/en.m3u8': '#EXTM3U\n#EXTINF:4,\nen.vtt\n#EXT-X-ENDLIST\n',
    'captions/en.vtt': 'WEBVTT\n\n00:00.000 --> 00:04.000\nHello\n',
    '720p/playlist.m3u8': '#EXTM3U\n#EXTINF:2,\n1.ts\n#EXTINF:2,\n2.ts\n#EXT-X-ENDLIST\n',
    '720p/1.ts': 'first',
    '720p/2.ts': 'second',
    '1080p/playlist.m3u8': '#EXTM3U\n#EXT-X-MAP:URI="all.mp4",BYTERANGE="4@0"\n#EXTINF:4,\n#EXT-X-BYTERANGE:6@4\nall.mp4\n#EXT-X-ENDLIST\n',
    '1080p/all.mp4': 'headmedia!',
  };
  const types = { m3u8: 'application/vnd.apple.mpegurl', ts: 'video/mp2t', aac: 'audio/aac', vtt: 'text/vtt', mp4: 'video/mp4' };
  const list = Object.entries(files).map(([path, text]) => ({ path, contentType: types[path.split('.').pop()], sizeBytes: text.length }));
  const parcel = await data('POST', `/api/media/${media.id}/package`, { files: list });
  for (const { path, url, headers } of parcel.files) assert.equal((await fetch(url, { method: 'PUT', headers, body: files[path] })).status, 200, path);
  const ready = { status: 'ready', hlsMasterPlaylistKey: `${parcel.prefix}master.m3u8`, durationSeconds: 4 };
  await data('PATCH', `/api/media/${media.id}`, ready);
  const { id } = await data('POST', '/api/content', { title: 'Film', contentType: 'video', mediaItemId: media.id });
  await data('POST', `/api/content/${id}/publish`);
  const { streamingUrl } = await data('GET', `/api/access/content/${id}/stream`, undefined, viewer);
  const children = await addresses(streamingUrl);
  assert.equal(children.length, 4);
  const played = [];
  for (const child of children) {
    for (const address of await addresses(child)) {
      const response = await fetch(address, { headers: { range: 'bytes=0-3' } });
      assert.equal(response.status, 206, address);
      played.push(await response.text());
      const bare = await fetch(address.split('?')[0]);
      assert.ok([400, 401, 403].includes(bare.status), 'not without its signature');
    }
  }
  assert.deepEqual(played, ['soun', 'WEBV', 'firs', 'seco', 'head', 'head']);
  await data('POST', `/api/content/${id}/unpublish`);
  assert.equal((await fetch(streamingUrl)).status, 404, 'a ticket outlives what it was for');
});

test('many ask for the catalogue at once, and one statement answers them', async () => {
  const { id } = await data('POST', '/api/content', { title: 'Text', contentType: 'written', contentBody: '# *Calm*\n\n<script>' });
  await data('POST', `/api/content/${id}/publish`);
  const url = `${stack.urls['content-api']}/api/content/discover?search=text`;
  const outcomes = () => lines.filter((line) => line.includes('"event":"cache"')).map((line) => JSON.parse(line).outcome);
  const ask = async () => {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    return [response.headers.get('etag'), await response.text()].join();
  };
  const bodies = new Set(await Promise.all(Array.from({ length: 30 }, ask)));
  await until('an answer from the cache', async () => {
    bodies.add(await ask());
    return outcomes().includes('hit');
  });
  assert.equal(bodies.size, 1, 'hit and miss have the same bytes');
  const etag = (await fetch(url)).headers.get('etag');
  assert.equal((await fetch(url, { headers: { 'if-none-match': etag } })).status, 304);
  const shown = await data('GET', `/api/content/${id}`, undefined, viewer);
  assert.equal(shown.contentHtml, '<h1><em>Calm</em></h1>\n<p>&lt;script&gt;</p>\n');
  // The author sees the change at once, others once the first pages are forgotten.
  await fetch(`${stack.urls['content-api']}/api/content/discover`);
  await data('PATCH', `/api/content/${id}`, { title: 'Other' });
  await until('the change', async () => (await (await fetch(`${stack.urls['content-api']}/api/content/discover`)).json()).items.some(({ title }) => title === 'Other'));
});
