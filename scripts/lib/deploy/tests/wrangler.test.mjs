// The same with the real wrangler, against the stand-in for Cloudflare: what it is told, and what it tells.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startPostgres } from '../../postgres.mjs';
import { deploy } from '../deploy.mjs';
import { rollback } from '../rollback.mjs';
import { secrets } from '../secrets.mjs';
import { setup } from '../setup.mjs';
import { keep, open } from '../vault.mjs';
import { fakeCloudflare, fakeStripe } from './fakes.mjs';
import { elsewhere } from './place.mjs';

const PORT = Number(process.env.TEST_POSTGRES_PORT ?? 23_950) + 8;
const WORKERS = ['hasher', 'auth'];
const built = WORKERS.every((worker) => existsSync(`workers/${worker}/build/index.js`));
let back;
let postgres;
let account;
let stripe;
const said = [];
let how;

before(async () => {
  if (!built) return;
  back = elsewhere();
  postgres = await startPostgres({ folder: resolve('.local/postgres'), port: PORT });
  [account, stripe] = await Promise.all([fakeCloudflare(), fakeStripe('sk_test_key')]);
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE rehearsal');
  await client.end();
  const url = new URL(postgres.url('rehearsal'));
  url.hostname = 'database.example.org';
  keep('.secrets/staging.env', { DATABASE_URL: `${url}?host=127.0.0.1`, STRIPE_SECRET_KEY: 'sk_test_key', MAIL_API_KEY: 're_mail', R2_ACCESS_KEY_ID: 'r2id', R2_SECRET_ACCESS_KEY: 'r2secret' });
  const env = { ...process.env, ...account.env, ...stripe.env };
  how = { env, workers: WORKERS, tag: 'v1.0.0', seconds: 0, say: (line) => said.push(line), wait: async () => {}, ask: async (url) => new Response(null, { status: url.endsWith('/health') ? 200 : 401 }) };
  assert.ok(await setup('staging', { env, say: how.say }), said.join('\n'));
});
after(async () => {
  await Promise.all([account?.stop(), stripe?.stop()]);
  await postgres?.stop();
  back?.();
});
const script = (worker) => account.state.scripts.get(`codex-${worker}-staging`);

test('wrangler uploads what is configured, with secrets, hosts, routes, schedules and a release that can be found', { skip: !built && 'the workers are not built' }, async () => {
  await deploy('staging', how);
  const { versions: [version], secrets: kept, domains, crons, migration_tag } = script('auth');
  const bound = Object.fromEntries(version.bindings.map(({ name, ...binding }) => [name, binding]));
  assert.deepEqual(bound.HASHER, { type: 'service', service: 'codex-hasher-staging' });
  assert.equal(bound.AUTH_SESSION_KV.namespace_id, account.state.namespaces.find(({ title }) => title === 'codex-sessions-staging').id);
  assert.equal(bound.MAIL_QUEUE.queue_name, 'codex-mail-staging');
  assert.equal(bound.HYPERDRIVE.id, account.state.hyperdrives[0].id);
  assert.equal(bound.LIMITER.class_name, 'Limiter');
  assert.equal(bound.ENVIRONMENT.text, 'staging');
  assert.equal(bound.AUTH_URL.text, 'https://auth-staging.revelations.studio');
  assert.equal(bound.API_LIMIT.type, 'ratelimit');
  assert.deepEqual([...kept.keys()].sort(), ['DATABASE_URL', 'SESSION_SECRET', 'WORKER_SHARED_SECRET']);
  assert.deepEqual([domains, crons, migration_tag], [['auth-staging.revelations.studio'], ['*/10 * * * *'], 'v1']);
  assert.ok(account.state.routes.some(({ pattern, script }) => pattern === 'auth-staging.revelations.studio/*' && script === 'codex-auth-staging'));
  assert.equal(version.annotations['workers/tag'], 'v1.0.0');
  for (const value of Object.values(open('.secrets/staging.env'))) assert.ok(!said.join('\n').includes(value) || value === account.env.CLOUDFLARE_ACCOUNT_ID);
});

test('wrangler shifts the traffic, and back', { skip: !built && 'the workers are not built' }, async () => {
  const [{ id: first }] = script('auth').versions;
  await deploy('staging', { ...how, workers: ['auth'], tag: 'v1.1.0' });
  const shares = script('auth').deployments.map(({ versions }) => Object.fromEntries(versions.map(({ version_id, percentage }) => [version_id === first ? 'old' : 'new', percentage])));
  assert.deepEqual(shares, [{ new: 100 }, { new: 10, old: 90 }, { new: 0, old: 100 }, { old: 100 }]);
  await rollback('staging', { ...how, workers: ['auth'], to: 'v1.0.0' });
  assert.deepEqual(script('auth').deployments[0].versions, [{ version_id: first, percentage: 100 }]);
});

test('wrangler says why it fails, and that is repeated', { skip: !built && 'the workers are not built' }, async () => {
  account.failures.length = 0;
  await assert.rejects(secrets('staging', 'set', ['SESSION_SECRET'], { env: { ...how.env, CLOUDFLARE_API_BASE_URL: how.env.CLOUDFLARE_API_BASE_URL }, say: how.say, run: (args, options) => import('../wrangler.mjs').then(({ wrangler }) => wrangler(args, { ...options, env: { ...how.env, CLOUDFLARE_API_TOKEN: 'stolen' } })) }), /wrangler secret bulk failed:[^]*Authentication error/);
});
