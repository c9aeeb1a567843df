// scripts/verify against the platform in real workerd, under names like auth.localhost; and against one that is not as it should be.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { checks } from '../scripts/lib/deploy/checks.mjs';
import { localEnvironment, verify } from '../scripts/lib/deploy/verify.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 4700;
const state = resolve('.local/test/e2e-verify');
let stack;
/** A binding that the web worker is to lack. */
let lacking;
const without = ({ kvNamespaces, ...options }) => {
  const { [lacking]: _, ...left } = kvNamespaces ?? {};
  return { ...options, ...(kvNamespaces && { kvNamespaces: options.name === 'codex-web' ? left : kvNamespaces }) };
};
before(async () => {
  rmSync(state, { recursive: true, force: true });
  stack = await startStack({ offset: OFFSET, state, adjust: without });
});
after(() => stack?.stop());

test('a stack on this machine is as it should be', async () => {
  const said = [];
  const held = await verify('local', { offset: OFFSET, secrets: `${state}/secrets.json`, say: (line) => said.push(line) });
  assert.ok(held, said.join('\n'));
  assert.equal(said.at(-1), 'verdict: as it should be');
  for (const check of ['auth.localhost', "Stripe's webhook dispute believes", 'hasher answers', 'asked by auth', 'the session cookie']) {
    assert.ok(said.some((line) => line.startsWith('✓') && line.includes(check)), check);
  }
});

/** What fails when every answer of the stack passes through `change`. */
async function failures(change) {
  const plain = localEnvironment(OFFSET);
  const server = createServer((incoming, outgoing) => {
    const target = new URL(plain.at(incoming.headers.host.split('.')[0]));
    const sent = request({ host: '127.0.0.1', port: target.port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, host: target.host } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const changed = { status: answer.statusCode, headers: { ...answer.headers }, text: Buffer.concat(parts).toString() };
        delete changed.headers['transfer-encoding'];
        delete changed.headers['content-length'];
        change(changed, incoming);
        outgoing.writeHead(changed.status, changed.headers).end(changed.text);
      });
    });
    incoming.pipe(sent);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const host = (label) => `${label}.localhost:${server.address().port}`;
  const failed = [];
  const environment = { ...plain, host, at: (label) => `http://${host(label)}` };
  for (const [title, look] of checks(environment, { secrets: stack.secrets, resolve: async () => {}, marker: crypto.randomUUID() })) {
    await look().catch((error) => failed.push(`${title}: ${error.message}`));
  }
  server.close();
  return failed;
}

test('what is not as it should be is told', async () => {
  assert.deepEqual(await failures(() => {}), []);
  const cases = [
    ['is the healthy auth: worker', (answer, { headers, url }) => headers.host.startsWith('auth.') && url === '/health' && (answer.text = answer.text.replaceAll('"auth"', '"web"'))],
    ['security headers: x-frame-options', (answer) => delete answer.headers['x-frame-options']],
    ['security headers: x-request-id', (answer) => (answer.headers['x-request-id'] = '1')],
    ['our pages read, and no others: https://foreign.example', (answer, { headers }) => headers.origin && (answer.headers['access-control-allow-origin'] = headers.origin)],
    ['our pages read, and no others: access-control-allow-credentials', (answer) => delete answer.headers['access-control-allow-credentials']],
    ['session cookie has its attributes: it lacks httponly', (answer) => answer.headers['set-cookie'] && (answer.headers['set-cookie'] = answer.headers['set-cookie'].map((cookie) => cookie.replace('; HttpOnly', '')))],
    ['form that another site sends is refused', (answer) => answer.status === 403 && (answer.status = 200)],
    ["Stripe's webhook payment", (answer, { url }) => url.endsWith('/payment') && answer.status === 401 && (answer.status = 200)],
    ['hasher answers', (answer, { url }) => url.endsWith('/login') && (answer.status = 500)],
    ['nobody has this one', (answer, { headers }) => headers.host.startsWith('verify-') && (answer.status = 200)],
  ];
  for (const [expected, change] of cases) {
    const failed = await failures(change);
    assert.ok(failed.some((line) => line.includes(expected)), `${expected}: ${failed.join('\n')}`);
  }
});

test('a worker whose binding is taken away says which', async () => {
  lacking = 'CACHE_KV';
  await stack.reload();
  const response = await fetch(`${stack.urls.web}/health`);
  assert.equal(response.status, 500);
  assert.equal((await response.json()).error.message, 'CACHE_KV is not configured');
});
