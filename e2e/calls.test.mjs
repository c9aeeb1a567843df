// What a page asks the other workers: each at most once, in the name of one session that was validated once. Every page of web and studio,
// as their routes.txt list them, counted in the workers' own logs.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { openShop, pagesOf } from './shop.mjs';
import { COARSE, LIMITS } from '../scripts/lib/bench/limits.mjs';
import { COUNTING, statementCounter } from '../scripts/lib/bench/statements.mjs';
import { PASSWORD, clientOf, until } from '../scripts/lib/client.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';

const OFFSET = 5100;
const PORT = portsOf(OFFSET).web;
const state = resolve('.local/test/e2e-calls');
/** A request's lines, one for each worker that had a part in it, by its id. */
const lines = new Map();
/** Those that make pages; the others are asked. */
const PAGES = ['web', 'studio'];
/** A tenant's look, which is kept for half a minute: whose page finds it old has it read again, most often after the answer. */
const LOOK = '/api/organizations/slug/{slug}';

let stack;
let api;
let counter;
let shop;

before(async () => {
  rmSync(state, { recursive: true, force: true });
  const onLog = ({ message }) => {
    if (!message.startsWith('{')) return;
    const { requestId, worker, route, status } = JSON.parse(message);
    if (route) lines.set(requestId, [...(lines.get(requestId) ?? []), { worker, route, status }]);
  };
  const vars = { LIMITS, WEB_APP_URL: `http://localhost:${PORT}` };
  stack = await startStack({ offset: OFFSET, state, adjust: COARSE.local, vars, postgresFlags: COUNTING, onLog });
  api = clientOf(stack);
  shop = await openShop(stack, PORT);
  counter = await statementCounter(stack.databaseUrl);
});
after(async () => {
  await counter?.end();
  await stack?.stop();
});

/** Asks as a browser does, under a request id of our own; Node finds no names below localhost. */
function ask(path, cookie) {
  const id = randomUUID();
  const headers = { host: `${shop.slug}.localhost:${PORT}`, accept: 'text/html', 'x-request-id': id, ...(cookie && { cookie }) };
  return new Promise((done, failed) => {
    const asking = request({ host: '127.0.0.1', port: PORT, path, headers }, async (response) => {
      await response.toArray();
      done({ id, status: response.statusCode, location: response.headers.location });
    });
    asking.on('error', failed).end();
  });
}

/** A new session of somebody, which no cache knows. */
async function signedIn({ email }) {
  const answer = await api.call('auth', 'POST', '/api/auth/email/login', { body: { email, password: PASSWORD } });
  assert.equal(answer.status, 200, answer.text);
  return answer.headers.get('set-cookie').split(';')[0];
}

const validations = () => counter.countOf('UPDATE sessions SET last_seen_at');

/** What was asked of whom for the page at `address`, which `who` has never seen in this session. */
async function callsFor(address, who) {
  const cookie = who && (await signedIn(who));
  const before = await validations();
  const { id, status, location } = await ask(address, cookie);
  // The page's own line is the last.
  const all = await until(`the log of ${address}`, () => lines.get(id)?.some(({ worker }) => worker === 'web') && lines.get(id));
  const asked = all.filter(({ worker, route }) => !PAGES.includes(worker) && route !== LOOK);
  return { status, location, asked, validated: (await validations()) - before };
}

for (const [worker, who] of [['web', 'nobody'], ['web', 'viewer'], ['web', 'creator'], ['studio', 'creator']]) {
  test(`${worker}, as ${who === 'nobody' ? 'a stranger' : who}: one call a worker, one validation a page`, async (t) => {
    const pages = pagesOf(worker);
    let most = 0;
    for (const route of pages) {
      const address = shop.addressOf(route);
      const { status, location, asked, validated } = await callsFor(address, shop[who]);
      const told = asked.map(({ worker, route, status }) => `${worker} ${route} ${status}`);
      assert.ok(status < 500 && (worker === 'web' || status === 200), `${address}: ${status} ${told}`);
      assert.equal(new Set(asked.map(({ worker }) => worker)).size, asked.length, `${address} asks a worker more than once: ${told}`);
      assert.ok(validated <= 1, `${address} validates the session ${validated} times`);
      if (status === 200 && who !== 'nobody' && worker === 'studio') assert.equal(validated, 1, address);
      if (!location) most = Math.max(most, asked.length);
    }
    assert.ok(most >= (who === 'nobody' ? 1 : 2), 'the log is read');
    t.diagnostic(`${pages.length} pages; ${most} workers at most`);
  });
}
