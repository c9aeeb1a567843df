// What the runtime itself costs, in the same run: a worker of a few lines that answers, reads KV, asks the database or a
// rate limit once. A flow cannot be cheaper than the sum of what it uses; how near it comes is what can be improved.
import { argon2Sync, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { WITHOUT_LIMIT } from './limits.mjs';

const KEY = 'bench';

/** The floors: the worker's path, and what it does beside answering. */
export const FLOORS = {
  answer: { path: '/answer', what: 'an answer in JSON' },
  log: { path: '/log', what: 'one line in the log' },
  kv: { path: '/kv', what: 'one KV read' },
  sql: { path: '/sql', what: 'one statement over HTTP' },
  limit: { path: '/limit', what: 'one rate-limit binding' },
};

const SCRIPT = `
const json = (value) => Response.json({ data: value });
const routes = {
  '/answer': () => json('answer'),
  '/log': () => (console.log('{"code":"-","method":"GET","requestId":"01a1fd79-9ddb-7bcf-b423-d6ed5c1ac126","route":"/answer","status":200,"worker":"bench"}'), json('answer')),
  '/seed': async (env) => json(await env.KV.put('${KEY}', JSON.stringify({ user: 'x'.repeat(300) }))),
  '/kv': async (env) => json(await env.KV.get('${KEY}')),
  '/limit': async (env) => json(await env.LIMIT.limit({ key: '${KEY}' })),
  '/sql': async (env) => {
    const headers = { 'content-type': 'application/json', 'neon-connection-string': env.DATABASE_URL, 'neon-raw-text-output': 'true', 'neon-array-mode': 'true' };
    const body = JSON.stringify({ query: 'SELECT to_json($1::text)', params: ['x'.repeat(300)] });
    const answer = await fetch(env.DATABASE_HTTP_URL, { method: 'POST', headers, body });
    return json((await answer.json()).rows[0][0]);
  },
};
export default { fetch: (request, env) => routes[new URL(request.url).pathname](env) };`;

/** Miniflare's options of that worker. */
export function floorWorker(port, { databaseUrl, databaseHttpUrl }) {
  return {
    name: 'bench-floors',
    modulesRoot: resolve('.'),
    modules: [{ type: 'ESModule', path: resolve('bench-floors.mjs'), contents: SCRIPT }],
    compatibilityDate: '2026-11-01',
    kvNamespaces: { KV: 'bench-floors' },
    ratelimits: { LIMIT: { namespace_id: 'bench-floors', simple: { limit: WITHOUT_LIMIT, period: 60 } } },
    bindings: { DATABASE_URL: databaseUrl, DATABASE_HTTP_URL: databaseHttpUrl },
    stripCfConnectingIp: false,
    unsafeDirectSockets: [{ host: '127.0.0.1', port }],
  };
}

/** The floors as flows to measure, on the worker at `url`. */
export async function floorTargets(url) {
  const seeded = await fetch(`${url}/seed`);
  if (!seeded.ok) throw new Error(`the floors worker answers ${seeded.status}`);
  return Object.entries(FLOORS).map(([name, { path }]) => ({ name, target: { url: url + path, expect: 200 } }));
}

const HASHES = 30;

/** CPU seconds of 1,000 password hashes with the parameters of `shared/identity/src/password.rs`, by OpenSSL on this machine. */
export function hashFloor() {
  const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32, message: 'correct horse battery', nonce: randomBytes(16) };
  const before = process.cpuUsage();
  for (let done = 0; done < HASHES; done++) argon2Sync('argon2id', parameters);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / HASHES;
}

/** The cost of a flow that uses `parts`, from the CPU measured for each floor. Local rate limits cost nothing of note. */
export function floorOf(parts, limits, measured) {
  const above = (part) => (part === 'hash' ? measured.hash : measured[part] - measured.answer);
  return parts.filter((part) => part !== 'limit' || limits === 'simulated').reduce((sum, part) => sum + above(part), measured.answer);
}
