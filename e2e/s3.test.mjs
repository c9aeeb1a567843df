// Presigned addresses before an S3 server that is none of ours and no simulation of R2: it takes them, and with one character changed it does not.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import S3rver from '@20minutes/s3rver';
import pg from 'pg';
import { clientOf } from '../scripts/lib/client.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(500)]);

let server;
let stack;
let creator;
before(async () => {
  const state = resolve('.local/test/e2e-s3');
  rmSync(state, { recursive: true, force: true });
  mkdirSync(join(state, 's3'), { recursive: true });
  server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: join(state, 's3'), configureBuckets: [{ name: 'codex-media' }] });
  const { port } = await server.run();
  const vars = { R2_ENDPOINT: `http://127.0.0.1:${port}`, R2_ACCESS_KEY_ID: 'S3RVER', R2_SECRET_ACCESS_KEY: 'S3RVER' };
  stack = await startStack({ offset: 4800, state, vars });
  creator = await clientOf(stack).person('creator@example.com');
  await data('organization-api', 'POST', '/api/organizations', { name: 'Yoga', slug: 'yoga' });
});
after(async () => {
  await stack?.stop();
  await server?.close();
});

async function data(worker, method, path, body) {
  const answer = await clientOf(stack).call(worker, method, path, { cookie: creator, body });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.json.data;
}

/**
 * Every address that differs from `url` by one character after the host. Without the parameter that says that it is signed it would be a
 * request of nobody, which this server lets pass and R2 does not: that name stays, and what it begins after.
 */
function* changed(url) {
  const named = url.indexOf('X-Amz-Algorithm');
  for (let at = new URL(url).origin.length + 1; at < url.length; at++) {
    if (at >= named - 1 && at <= named + 'X-Amz-Algorithm'.length) continue;
    yield [at, url.slice(0, at) + (url[at] === '1' ? '2' : '1') + url.slice(at + 1)];
  }
}

async function refusesEveryChange(url, init) {
  let tried = 0;
  for (const [at, other] of changed(url)) {
    const response = await fetch(other, init);
    await response.arrayBuffer();
    assert.ok([400, 403, 404].includes(response.status), `${response.status} with another character at ${at}: ${other}`);
    tried++;
  }
  assert.ok(tried > 300, String(tried));
}

test('an address to write a file at, and one to read it from', async () => {
  const media = { title: 'Film', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: PNG.length };
  const { upload } = await data('content-api', 'POST', '/api/media', media);
  const put = { method: 'PUT', headers: { 'content-type': 'video/mp4' }, body: PNG };
  await refusesEveryChange(upload.url, put);
  const taken = await fetch(upload.url, put);
  assert.equal(taken.status, 200, await taken.text());
  assert.equal((await fetch(upload.url, { ...put, body: PNG.subarray(1) })).status, 403, 'another length');
  assert.equal((await fetch(upload.url)).status, 403, 'another method');

  const { id } = await data('content-api', 'POST', '/api/content', { title: 'Text', contentType: 'written', contentBody: 'In, and out.' });
  const picture = await data('content-api', 'POST', `/api/content/${id}/thumbnail`, { mimeType: 'image/png', fileSizeBytes: PNG.length });
  const sent = await fetch(picture.upload.url, { method: 'PUT', headers: { 'content-type': 'image/png' }, body: PNG });
  assert.equal(sent.status, 200, await sent.text());
  // The worker looks into its own bucket, which is another one here.
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  await client.query('UPDATE content SET thumbnail_key = $1 WHERE id = $2', [picture.key, id]);
  await client.end();
  const shown = await clientOf(stack).call('content-api', 'GET', `/api/content/${id}/thumbnail`, { cookie: creator });
  const address = shown.headers.get('location');
  await refusesEveryChange(address, {});
  const whole = await fetch(address);
  assert.deepEqual([whole.status, Buffer.from(await whole.arrayBuffer()).equals(PNG)], [200, true]);
  const part = await fetch(address, { headers: { range: 'bytes=8-15' } });
  assert.deepEqual([part.status, Buffer.from(await part.arrayBuffer()).equals(PNG.subarray(8, 16))], [206, true]);
});
