// The client against a server that answers as told: what it sends, what it makes of answers, and of none.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { ApiError, fieldErrors, serverClient, urlsOf } from '@codex/client';
import { createContentSchema } from '@codex/client/content';

let server;
let urls;
/** What the server last got. */
let got;
/** What it answers next: status, headers, body. */
let next;

before(async () => {
  server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    got = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks) };
    const [status, headers, body] = next;
    response.writeHead(status, headers).end(body);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${server.address().port}`;
  urls = Object.fromEntries(Object.keys(urlsOf('example.com')).map((name) => [name, url]));
});
after(() => server.close());

const json = { 'content-type': 'application/json' };
const thrown = async (promise) => promise.then(() => assert.fail('it did not throw'), (error) => error);

test('fills paths and queries, sends JSON, gives the body', async () => {
  next = [200, json, '{"data":{"id":"1"}}'];
  const { content } = serverClient({ urls, cookie: undefined });
  assert.deepEqual(await content.get('/api/content', { params: { query: { search: 'a&b', page: 2, tag: undefined } } }), { data: { id: '1' } });
  assert.deepEqual([got.method, got.url, got.headers.cookie], ['GET', '/api/content?search=a%26b&page=2', undefined]);
  await content.patch('/api/content/{id}', { params: { path: { id: 'a/b' }, header: { 'If-Match': '"3."' } }, body: { title: 'Tea' } });
  assert.deepEqual([got.url, got.headers['if-match'], got.headers['content-type'], String(got.body)], ['/api/content/a%2Fb', '"3."', 'application/json', '{"title":"Tea"}']);
});

test('has nothing for 204, text for a table, and sends files as they are', async () => {
  const { organization, ecom, identity } = serverClient({ urls, cookie: '' });
  next = [204, {}, undefined];
  assert.equal(await organization.post('/api/organizations/{id}/followers', { params: { path: { id: '1' } } }), undefined);
  assert.equal(got.headers['content-type'], undefined);
  next = [200, { 'content-type': 'text/csv' }, 'a,b\n'];
  assert.equal(await ecom.get('/purchases.csv', { parseAs: 'text' }), 'a,b\n');
  next = [200, json, '{"data":{}}'];
  await identity.post('/api/user/avatar', { body: new Blob([new Uint8Array([137, 80])], { type: 'image/png' }) });
  assert.deepEqual([got.headers['content-type'], got.body], ['image/png', Buffer.from([137, 80])]);
});

test('passes cookies in, and out with their attributes', async () => {
  const codex = serverClient({ urls, cookie: 'theme=dark; codex-session=old' });
  const set = ['codex-session=new; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Domain=.example.com', 'codex-known=k; Path=/'];
  next = [200, { ...json, 'set-cookie': set }, '{}'];
  await codex.auth.get('/api/auth/session');
  assert.equal(got.headers.cookie, 'theme=dark; codex-session=old');
  assert.deepEqual(codex.setCookies, set);
  next = [200, { ...json, 'set-cookie': ['codex-session=; Max-Age=0; Path=/'] }, '{}'];
  await codex.auth.post('/api/auth/signout');
  assert.equal(got.headers.cookie, 'theme=dark; codex-session=new; codex-known=k', 'the next call is signed in already');
  await codex.auth.get('/api/auth/session');
  assert.equal(got.headers.cookie, 'theme=dark; codex-known=k', 'and out');
  assert.equal(codex.setCookies.length, 4);
});

test('throws one kind of error', async () => {
  const { content } = serverClient({ urls, cookie: null });
  const issues = [{ path: 'title', message: 'length is lower than 1' }, { path: 'tags[2]', message: 'too long' }, { path: 'title', message: 'odd' }];
  next = [400, json, JSON.stringify({ error: { code: 'VALIDATION_ERROR', message: 'Check the input', details: { issues } }, requestId: 'r', timestamp: 't' })];
  const refused = await thrown(content.post('/api/content', { body: { title: '', contentType: 'video' } }));
  assert.ok(refused instanceof ApiError && refused instanceof Error);
  assert.deepEqual([refused.code, refused.message, refused.status, refused.requestId, refused.details], ['VALIDATION_ERROR', 'Check the input', 400, 'r', { issues }]);
  assert.deepEqual(fieldErrors(refused), { title: ['length is lower than 1', 'odd'], 'tags[2]': ['too long'] });

  next = [429, { ...json, 'retry-after': '7' }, JSON.stringify({ error: { code: 'RATE_LIMITED', message: 'Too often' }, requestId: 'r' })];
  const limited = await thrown(content.get('/api/content'));
  assert.deepEqual([limited.retryAfter, fieldErrors(limited)], [7, { '': ['Too often'] }]);

  next = [502, { 'content-type': 'text/html', 'x-request-id': 'q' }, '<h1>Bad gateway</h1>'];
  const proxy = await thrown(content.get('/api/content'));
  assert.deepEqual([proxy.code, proxy.status, proxy.requestId], ['UNEXPECTED_ANSWER', 502, 'q']);
  next = [200, { 'content-type': 'text/html' }, '<h1>Welcome to this hotel</h1>'];
  assert.deepEqual([(await thrown(content.get('/api/content'))).code], ['UNEXPECTED_ANSWER']);
});

test('says when nobody answers, and lets an abort be one', async () => {
  const away = serverClient({ urls: { ...urls, content: 'http://127.0.0.1:1' }, cookie: null });
  const error = await thrown(away.content.get('/api/content'));
  assert.ok(error instanceof ApiError);
  assert.deepEqual([error.code, error.status, error.cause instanceof TypeError], ['UNREACHABLE', 0, true]);
  const aborted = await thrown(serverClient({ urls, cookie: null }).content.get('/api/content', { signal: AbortSignal.abort() }));
  assert.equal(aborted.name, 'AbortError');
});

test('names fields as Zod does', () => {
  const { error } = createContentSchema.safeParse({ contentType: 'video', title: '', tags: ['a', ''] });
  assert.deepEqual(Object.keys(fieldErrors(error)).sort(), ['tags[1]', 'title']);
});

test('knows where a deployed platform is', () => {
  for (const suffix of ['', '-staging']) {
    for (const url of Object.values(urlsOf('revelations.studio', suffix))) {
      const { hostname } = new URL(url);
      const worker = hostname.split('.')[0].replace(suffix, '');
      const configuration = readFileSync(new URL(`../../../wrangler/${worker}.jsonc`, import.meta.url), 'utf8');
      assert.ok(configuration.includes(`"pattern": "${hostname}", "custom_domain": true`), hostname);
    }
  }
});
