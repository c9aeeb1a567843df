// From an upload to playback: presigned URLs, playlists that authorise their children, progress.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

let stack;
before(async () => {
  const state = resolve('.local/test/e2e-content');
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: 1300, state });
});
after(() => stack?.stop());

/** The first bytes of an MP4 file are a `ftyp` box. */
const ORIGINAL = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), randomBytes(4000)]);
const SEGMENTS = randomBytes(3000);
const PACKAGE = {
  'master.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360\n360p/playlist.m3u8\n',
  '360p/playlist.m3u8':
    '#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\n#EXT-X-BYTERANGE:1000@0\nall.ts\n#EXTINF:6.0,\n#EXT-X-BYTERANGE:2000@1000\nall.ts\n#EXT-X-ENDLIST\n',
  '360p/all.ts': SEGMENTS,
};

async function put({ url, headers }, bytes) {
  const response = await fetch(url, { method: 'PUT', headers, body: bytes });
  assert.equal(response.status, 200, await response.text());
}

test('a creator uploads and publishes, a viewer watches and resumes', async () => {
  const { call, person } = clientOf(stack);
  const [creator, viewer] = [await person('creator@example.com'), await person('viewer@example.com')];
  const organization = await call('organization-api', 'POST', '/api/organizations', { cookie: creator, body: { name: 'Yoga', slug: 'yoga' } });
  assert.equal(organization.status, 201, organization.text);

  const film = { title: 'Morning', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: ORIGINAL.length };
  assert.equal((await call('content-api', 'POST', '/api/media', { cookie: viewer, body: film })).status, 403);
  const media = await call('content-api', 'POST', '/api/media', { cookie: creator, body: film });
  assert.equal(media.status, 201, media.text);
  const { id: mediaId, upload } = media.json.data;
  const complete = () => call('content-api', 'POST', `/api/media/${mediaId}/upload-complete`, { cookie: creator });
  assert.equal((await complete()).status, 422, 'nothing was uploaded yet');
  await put(upload, ORIGINAL);
  for (let time = 0; time < 2; time++) {
    const answer = await complete();
    assert.equal(answer.status, 200, answer.text);
  }

  const types = { m3u8: 'application/vnd.apple.mpegurl', ts: 'video/mp2t' };
  const files = Object.entries(PACKAGE).map(([path, bytes]) => ({ path, contentType: types[path.split('.').pop()], sizeBytes: bytes.length }));
  const parcel = await call('content-api', 'POST', `/api/media/${mediaId}/package`, { cookie: creator, body: { files } });
  assert.ok(parcel.status < 300, parcel.text);
  const places = new Map((parcel.json.data.files ?? parcel.json.data).map((place) => [place.path, place]));
  for (const [path, bytes] of Object.entries(PACKAGE)) await put(places.get(path).upload ?? places.get(path), bytes);
  const content = {
    title: 'Morning yoga',
    slug: 'morning',
    contentType: 'video',
    mediaItemId: mediaId,
    organizationId: organization.json.data.id,
    visibility: 'public',
  };
  const draft = await call('content-api', 'POST', '/api/content', { cookie: creator, body: content });
  assert.equal(draft.status, 201, draft.text);
  const id = draft.json.data.id;
  const publish = () => call('content-api', 'POST', `/api/content/${id}/publish`, { cookie: creator });
  assert.equal((await publish()).json.error.code, 'MEDIA_NOT_READY');
  const master = `${media.json.data.creatorId}/hls/${mediaId}/master.m3u8`;
  const ready = await call('content-api', 'PATCH', `/api/media/${mediaId}`, {
    cookie: creator,
    body: { status: 'ready', hlsMasterPlaylistKey: master, durationSeconds: 12 },
  });
  assert.equal(ready.status, 200, ready.text);
  assert.equal((await call('content-api', 'GET', `/api/content/${id}`)).status, 404, 'a draft is nobody else\'s business');
  assert.equal((await publish()).status, 200);
  assert.equal((await call('content-api', 'GET', '/api/content')).json.items[0].id, id);

  assert.equal((await call('content-api', 'GET', `/api/access/content/${id}/stream`)).status, 401);
  const stream = await call('content-api', 'GET', `/api/access/content/${id}/stream`, { cookie: viewer });
  assert.equal(stream.status, 200, stream.text);
  assert.equal(stream.json.streamingUrl, stream.json.data.streamingUrl);
  const rendition = await playlist(stream.json.streamingUrl);
  const ranges = [[0, 999], [1000, 2999]];
  const segments = await playlist(rendition[0]);
  for (const [index, [from, to]] of ranges.entries()) {
    const response = await fetch(segments[index], { headers: { range: `bytes=${from}-${to}` } });
    assert.equal(response.status, 206);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), SEGMENTS.subarray(from, to + 1));
  }
  const tampered = stream.json.streamingUrl.replace(/play\/./, (start) => (start.endsWith('A') ? 'play/B' : 'play/A'));
  assert.equal((await fetch(tampered)).status, 403);

  const progress = `/api/access/content/${id}/progress`;
  const saved = await call('content-api', 'POST', progress, { cookie: viewer, body: { positionSeconds: 6, durationSeconds: 12, completed: false } });
  assert.equal(saved.status, 204, saved.text);
  assert.equal((await call('content-api', 'GET', progress, { cookie: viewer })).json.progress.positionSeconds, 6);

  const price = await call('content-api', 'PATCH', `/api/content/${id}`, { cookie: creator, body: { visibility: 'purchased_only', priceCents: 2999 } });
  assert.equal(price.status, 200, price.text);
  const refused = await call('content-api', 'GET', `/api/access/content/${id}/stream`, { cookie: viewer });
  assert.deepEqual([refused.status, refused.json.error.code], [403, 'ACCESS_DENIED']);
});

/** Fetches a playlist as a player does; the absolute addresses of its children. */
async function playlist(url) {
  const response = await fetch(url);
  assert.equal(response.status, 200, await response.clone().text());
  assert.equal(response.headers.get('content-type'), 'application/vnd.apple.mpegurl');
  const lines = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => new URL(line, url).href);
}
