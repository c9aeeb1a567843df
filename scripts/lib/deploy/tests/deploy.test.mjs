// A platform from nothing, as docs/operations.md tells it: set up, deploy, release, fail, roll back, rotate, preview; against stand-ins for
// Cloudflare, Stripe and Neon, and a real PostgreSQL.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { startPostgres } from '../../postgres.mjs';
import { WORKERS } from '../../../../wrangler/platform.mjs';
import { stripeVersion } from '../code.mjs';
import { deploy } from '../deploy.mjs';
import { environmentOf, readAccount } from '../environments.mjs';
import { drifted } from '../generate.mjs';
import { comment, down, up } from '../preview.mjs';
import { rollback } from '../rollback.mjs';
import { secrets } from '../secrets.mjs';
import { setup } from '../setup.mjs';
import { requestsOf, unreachable } from '../smoke.mjs';
import { webhooks } from '../stripe-events.mjs';
import { keep, open, parse, wanted } from '../vault.mjs';
import { elsewhere, snapshot } from './place.mjs';
import { fakeCloudflare, fakeNeon, fakeStripe, fakeWrangler } from './fakes.mjs';

const PORT = Number(process.env.TEST_POSTGRES_PORT ?? 23_950) + 7;
const STRIPE = { production: 'rk_live_key', test: 'sk_test_key' };
let postgres;
let back;
let account;
let stripe;
let trials;
let tool;
const said = [];
const say = (line) => said.push(line);
/** What was said since the last time. */
const heard = () => said.splice(0);

before(async () => {
  back = elsewhere();
  postgres = await startPostgres({ folder: resolve('.local/postgres'), port: PORT, flags: [] });
  [account, stripe, trials] = await Promise.all([fakeCloudflare(), fakeStripe(STRIPE.production), fakeStripe(STRIPE.test)]);
  tool = fakeWrangler(account);
});
after(async () => {
  await Promise.all([account?.stop(), stripe?.stop(), trials?.stop()]);
  await postgres?.stop();
  back?.();
});

/** The address of a database of the test's own under a name that is not this machine's. */
function databaseUrl(name) {
  const url = new URL(postgres.url(name));
  url.hostname = 'database.example.org';
  return `${url}?host=127.0.0.1`;
}
const env = () => ({ ...account.env, ...stripe.env });
/** Every request of a smoke test as it should be answered by who is deployed; `broken` says of which version or worker not. */
const answering = (broken = () => false) => {
  const right = new Map();
  for (const name of ['production', 'staging', 'preview-123']) {
    for (const worker of Object.keys(WORKERS)) {
      for (const { method, url, status, through } of requestsOf(worker, environmentOf(name))) right.set(`${method} ${url}`, [status[0], [worker, through].filter(Boolean).map((worker) => `codex-${worker}-${name}`)]);
    }
  }
  return async (url, { method, headers }) => {
    const [status, scripts] = right.get(`${method} ${url}`);
    if (!scripts.every((script) => account.state.scripts.has(script))) throw new Error(`nobody is at ${url}`);
    return new Response(null, { status: broken(url, headers['cloudflare-workers-version-overrides']) ? 503 : status });
  };
};
const how = (more) => ({ env: env(), say, run: tool.run, ask: answering(), wait: async () => {}, tag: 'v1.0.0', ...more });
const file = '.secrets/production.env';
const mode = (path) => (statSync(path).mode & 0o777).toString(8);

test('setting up says first what it would make', async () => {
  assert.equal(await setup('production', { plan: true, env: env(), say }), false, 'secrets are missing');
  snapshot('setup-production', heard());
  assert.deepEqual(account.asked, [], 'a plan changes nothing');
  assert.ok(!existsSync(file));
});

test('it makes everything once, keeps ids and secrets, and prints no secret', async () => {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE shop');
  await client.query('CREATE DATABASE branch');
  await client.end();
  keep(file, { DATABASE_URL: databaseUrl('shop'), STRIPE_SECRET_KEY: STRIPE.production, MAIL_API_KEY: 're_mail', R2_ACCESS_KEY_ID: 'r2id', R2_SECRET_ACCESS_KEY: 'r2secret' });
  assert.ok(await setup('production', { env: env(), say }), heard().join('\n'));
  const lines = heard().join('\n');
  for (const value of Object.values(open(file))) assert.ok(!lines.includes(value) || value === account.env.CLOUDFLARE_ACCOUNT_ID, 'a secret was printed');
  assert.equal(mode(file), '600');
  assert.deepEqual(Object.keys(open(file)).sort(), [...wanted().keys()].sort());
  assert.deepEqual(drifted(), [], 'the files hold the new ids');
  const { ids } = readAccount().environments.production;
  assert.equal(ids.AUTH_SESSION_KV, account.state.namespaces.find(({ title }) => title === 'codex-sessions-production').id);
  assert.match(readFileSync('wrangler/auth.jsonc', 'utf8'), new RegExp(ids.HYPERDRIVE));

  const [hyperdrive] = account.state.hyperdrives;
  assert.equal(hyperdrive.caching.disabled, true);
  assert.deepEqual([hyperdrive.origin.host, hyperdrive.origin.database], ['database.example.org', 'shop']);
  assert.deepEqual(account.state.records.map(({ name, proxied, type }) => [name, proxied, type]), [['*.revelations.studio', true, 'AAAA']]);
  assert.deepEqual(account.state.routes.map(({ pattern, script }) => [pattern, script]), [['assets.revelations.studio/*', undefined], ['transcoder.revelations.studio/*', undefined]]);
  assert.deepEqual(account.state.settings, { always_use_https: 'on', min_tls_version: '1.2' });
  const media = account.state.buckets.get('codex-media-production');
  assert.deepEqual(media.cors.rules[0].allowed, { methods: ['GET', 'HEAD', 'PUT'], origins: ['https://revelations.studio', 'https://*.revelations.studio'], headers: ['Range', 'Content-Type'] });
  assert.deepEqual(media.lifecycle.rules.map(({ id }) => id), ['Default Multipart Abort Rule', 'codex-parts'], "the account's own rule stays");

  assert.deepEqual(Object.fromEntries(stripe.endpoints.map(({ url, enabled_events }) => [url.split('/').at(-1), enabled_events])), webhooks());
  assert.deepEqual(stripe.endpoints.filter(({ connect }) => connect).map(({ url }) => url), ['https://api.revelations.studio/webhooks/stripe/connect']);
  for (const { api_version } of stripe.endpoints) assert.equal(api_version, stripeVersion(), "not the account's own version");
  for (const { url, secret } of stripe.endpoints) assert.equal(open(file)[`STRIPE_WEBHOOK_SECRET_${url.split('/').at(-1).toUpperCase()}`], secret);
});

test('running it again makes nothing', async () => {
  account.asked.length = 0;
  assert.ok(await setup('production', { env: env(), say }));
  assert.deepEqual(account.asked, []);
  assert.deepEqual(heard(), ['production: everything is there']);
  assert.equal(stripe.endpoints.length, 6);
});

test('what was changed by hand is put right', async () => {
  stripe.endpoints[0].enabled_events = ['charge.succeeded'];
  account.state.hyperdrives[0].caching = { disabled: false };
  account.state.buckets.get('codex-media-production').cors.rules[0].allowed.origins = ['*'];
  assert.ok(await setup('production', { env: env(), say }));
  assert.equal(heard().filter((line) => line.startsWith('+')).length, 3);
  assert.equal(account.state.hyperdrives[0].caching.disabled, true);
  assert.deepEqual(stripe.endpoints[0].enabled_events, webhooks().booking);
  stripe.endpoints[1].api_version = '2020-08-27';
  await setup('production', { plan: true, env: env(), say });
  assert.match(heard()[0], new RegExp(`^- ${stripe.endpoints[1].id} is sent events of Stripe's version 2020-08-27.*the code reads ${stripeVersion()}`));
  stripe.endpoints[1].api_version = stripeVersion();
});

test('a question that Cloudflare could not answer is asked again, what it refuses is told by name', async () => {
  account.failures.push({ status: 503, body: {}, headers: { 'retry-after': '0' } });
  assert.ok(await setup('production', { env: env(), say }));
  heard();
  await assert.rejects(setup('production', { env: { ...env(), CLOUDFLARE_API_TOKEN: 'stolen' }, say }), /refused GET .*401.*Authentication error/);
  await assert.rejects(setup('production', { env: {}, say }), /CLOUDFLARE_API_TOKEN is not set/);
});

test('deploying says first what it would do', async () => {
  await deploy('production', how({ plan: true }));
  snapshot('deploy-production-first', heard());
  assert.deepEqual(tool.calls, []);
});

test('the first deployment migrates, then deploys callees first, with their secrets', async () => {
  const versions = await deploy('production', how());
  assert.equal(Object.keys(versions).length, Object.keys(WORKERS).length);
  const order = tool.calls.map((call) => call.split(' ')[0]);
  assert.ok(order.indexOf('codex-hasher-production') < order.indexOf('codex-auth-production'));
  assert.equal(order.at(-1), 'codex-web-production');
  assert.deepEqual([...account.state.scripts.get('codex-ecom-api-production').secrets.keys()].sort(), [...WORKERS['ecom-api'].secrets, 'DATABASE_URL', 'SESSION_SECRET', 'WORKER_SHARED_SECRET'].sort());
  assert.deepEqual([...account.state.scripts.get('codex-hasher-production').secrets.keys()], ['WORKER_SHARED_SECRET']);
  assert.ok(heard().some((line) => line.startsWith('migrated 0001')));
  tool.calls.length = 0;
});

test('a release gives each worker a part of the traffic, and then all', async () => {
  await deploy('production', how({ plan: true, tag: 'v1.1.0' }));
  snapshot('deploy-production', heard());
  await deploy('production', how({ tag: 'v1.1.0' }));
  snapshot('deploy-production-calls', tool.calls.splice(0));
  const [now] = account.state.scripts.get('codex-auth-production').deployments;
  assert.deepEqual(now.versions.map(({ percentage }) => percentage), [100]);
  heard();
});

test('a version that does not answer gets no traffic, and what went before it is taken back', async () => {
  const before = new Map([...account.state.scripts].map(([name, { deployments }]) => [name, deployments[0].versions[0].version_id]));
  const broken = (url, version) => url.includes('content-api') && version !== undefined;
  await assert.rejects(deploy('production', how({ tag: 'v1.2.0', ask: answering(broken) })), /content-api failed.*taken back/);
  const shares = account.state.scripts.get('codex-content-api-production').deployments.flatMap(({ versions }) => versions).filter(({ version_id }) => version_id > before.get('codex-content-api-production'));
  assert.ok(shares.every(({ percentage }) => percentage === 0), 'not one request of anybody went to it');
  for (const [name, { deployments }] of account.state.scripts) assert.deepEqual(deployments[0].versions, [{ version_id: before.get(name), percentage: 100 }], name);
  tool.calls.length = 0;
  heard();
});

test('wrangler failing halfway is taken back, too', async () => {
  const before = account.state.scripts.get('codex-hasher-production').deployments[0].versions;
  const failing = fakeWrangler(account, { fails: (call) => call.startsWith('codex-auth-production versions deploy') });
  await assert.rejects(deploy('production', how({ run: failing.run, tag: 'v1.2.1' })), /auth failed/);
  assert.deepEqual(account.state.scripts.get('codex-hasher-production').deployments[0].versions, before);
  heard();
});

test('nothing begins while something is missing, and all of it is told', async () => {
  account.state.scripts.get('codex-web-production').secrets.delete('SESSION_SECRET');
  const { SESSION_SECRET: _, ...rest } = open(file);
  keep('.secrets/part.env', { ...rest, STRIPE_SECRET_KEY: 'sk_test_key' });
  account.state.queues.length = 0;
  account.state.records.push({ id: 'ours', name: 'codex.revelations.studio', type: 'AAAA', content: '100::', proxied: true, meta: { read_only: true } }, { id: 'theirs', name: 'auth.revelations.studio', type: 'A', content: '192.0.2.1', proxied: true, meta: {} });
  await assert.rejects(deploy('production', how({ secrets: '.secrets/part.env' })), /4 things must be put right first; nothing was changed/);
  const lines = heard();
  for (const part of ['web has no SESSION_SECRET', 'STRIPE_SECRET_KEY is for tests', 'make the queue codex-mail-production', 'auth.revelations.studio has a DNS record of its own (A 192.0.2.1)']) assert.ok(lines.some((line) => line.includes(part)), `${part}: ${lines.join('\n')}`);
  assert.deepEqual(tool.calls, []);
  await assert.rejects(deploy('staging', how({ secrets: '.secrets/none.env' })), /nothing was changed/);
  assert.ok(heard().some((line) => line.includes('scripts/setup staging')));
  account.state.records.pop();
  assert.ok(await setup('production', { env: env(), say }));
  heard();
});

test('secrets are checked by name', async () => {
  assert.equal(await secrets('production', 'check', [], { env: env(), say }), false);
  const lines = heard();
  assert.ok(lines.includes('web: lacks SESSION_SECRET'), lines.join('\n'));
  assert.ok(lines.includes('auth: has all'));
  assert.ok(await secrets('production', 'set', ['SESSION_SECRET'], { env: env(), say, run: tool.run }));
  assert.equal(account.state.scripts.get('codex-web-production').secrets.get('SESSION_SECRET'), open(file).SESSION_SECRET);
  assert.ok(await secrets('production', 'check', [], { env: env(), say }));
  const printed = heard().join('\n');
  for (const value of Object.values(open(file))) assert.ok(value === account.env.CLOUDFLARE_ACCOUNT_ID || !printed.includes(value));
});

test('a secret that may hold several is believed old and new, then new only', async () => {
  const name = 'TRANSCODING_WEBHOOK_SECRET';
  const old = open(file)[name];
  const deployed = () => account.state.scripts.get('codex-media-api-production').secrets.get(name);
  await secrets('production', 'rotate', [name], { env: env(), say, run: tool.run });
  const [first, second] = deployed().split(',');
  assert.ok(first !== old && second === old && first.length === 64);
  await secrets('production', 'rotate', [name], { env: env(), say, run: tool.run });
  assert.equal(deployed().split(',').length, 2, 'the oldest goes');
  assert.equal(deployed().split(',')[1], first);
  await secrets('production', 'retire', [name], { env: env(), say, run: tool.run });
  assert.ok(!deployed().includes(','));
  assert.equal(deployed(), open(file)[name]);
  await assert.rejects(secrets('production', 'retire', [name], { env: env(), say, run: tool.run }), /nothing to retire/);
  await assert.rejects(secrets('production', 'rotate', ['STRIPE_WEBHOOK_SECRET_BOOKING'], { env: env(), say, run: tool.run }), /made elsewhere/);
  await secrets('production', 'rotate', ['STRIPE_WEBHOOK_SECRET_BOOKING'], { env: env(), say, run: tool.run, input: 'whsec_new\n' });
  assert.match(account.state.scripts.get('codex-ecom-api-production').secrets.get('STRIPE_WEBHOOK_SECRET_BOOKING'), /^whsec_new,whsec_/);
  heard();
  await secrets('production', 'rotate', ['SESSION_SECRET'], { env: env(), say, run: tool.run });
  assert.match(heard()[0], /everybody is signed out/);
  await assert.rejects(secrets('production', 'set', ['NO_SUCH'], { env: env(), say, run: tool.run }), /is no secret of any worker/);
});

test('a file of secrets is read as it is written, and a bad line is not repeated', () => {
  keep('.secrets/x.env', { A: 'postgres://u:p%20=@h/d?sslmode=require', B: 'x=y#z' });
  assert.deepEqual(open('.secrets/x.env'), { A: 'postgres://u:p%20=@h/d?sslmode=require', B: 'x=y#z' });
  assert.deepEqual(parse("# a comment\nexport C=1\nD='two'\nE=\n"), { C: '1', D: 'two' });
  assert.throws(() => parse('sk_live_something'), (error) => error.message === 'line 1 of the secrets is not NAME=value');
});

test('a rollback goes back by one release, or to one by name', async () => {
  await deploy('production', how({ tag: 'v1.3.0' }));
  const versionOf = (name) => account.state.scripts.get(name).deployments[0].versions[0].version_id;
  const tagged = (name, tag) => account.state.scripts.get(name).versions.find(({ annotations }) => annotations['workers/tag'] === tag).id;
  heard();
  await rollback('production', { ...how(), plan: true });
  assert.equal(versionOf('codex-auth-production'), tagged('codex-auth-production', 'v1.3.0'), 'a plan changes nothing');
  snapshot('rollback-production', heard());
  tool.calls.length = 0;
  await rollback('production', how());
  assert.equal(versionOf('codex-auth-production'), tagged('codex-auth-production', 'v1.1.0'));
  assert.ok(tool.calls[0].startsWith('codex-web-production'), 'callers first');
  await rollback('production', { ...how(), to: 'v1.0.0', workers: ['auth'] });
  assert.equal(versionOf('codex-auth-production'), tagged('codex-auth-production', 'v1.0.0'));
  assert.equal(versionOf('codex-web-production'), tagged('codex-web-production', 'v1.1.0'));
  await assert.rejects(rollback('production', { ...how(), to: 'v9' }), /no version of the release v9.*nothing was changed/);
  await assert.rejects(rollback('production', { ...how(), workers: ['shop'] }), /there is no worker shop/);
  heard();
});

test('a pull request gets a platform of its own, and leaves nothing behind', async () => {
  const branches = await fakeNeon(databaseUrl('branch'));
  const before = structuredClone({ ...account.state, scripts: undefined });
  const scripts = [...account.state.scripts.keys()];
  keep('.secrets/shared.env', { STRIPE_SECRET_KEY: STRIPE.test, MAIL_API_KEY: 're_mail', R2_ACCESS_KEY_ID: 'r2id', R2_SECRET_ACCESS_KEY: 'r2secret', TRANSCODING_WEBHOOK_SECRET: 'r'.repeat(64) });
  const preview = { ...how({ tag: 'abc1234' }), env: { ...account.env, ...trials.env, ...branches.env }, secrets: '.secrets/shared.env' };
  tool.calls.length = 0;
  try {
    await up(123, preview);
    snapshot('preview-up', heard());
    assert.deepEqual(branches.branches.map(({ name, parent_id }) => [name, parent_id]), [['main', undefined], ['preview-123', 'br-main']]);
    assert.equal(trials.endpoints.length, 1, 'Stripe allows 16');
    assert.ok(account.state.scripts.has('codex-web-preview-123'));
    assert.equal(account.state.scripts.get('codex-auth-preview-123').secrets.get('DATABASE_URL'), databaseUrl('branch'));
    assert.deepEqual(account.state.hyperdrives.map(({ name }) => name), ['codex-database-production']);
    assert.ok(tool.calls.every((call) => !call.includes('production')), 'nothing of another environment is touched');
    assert.match(comment(123, 'abc1234'), /\| web \| https:\/\/codex-preview-123\.revelations\.studio \|/);

    await up(123, preview);
    heard();
    assert.equal(trials.endpoints.length, 1, 'the second time makes nothing new');

    account.state.buckets.get('codex-media-preview-123').full = true;
    await down(123, preview);
    snapshot('preview-down', heard());
    assert.deepEqual([...account.state.scripts.keys()], scripts);
    account.state.buckets.get('codex-media-preview-123').full = false;
    await down(123, preview);
    heard();
    assert.deepEqual({ ...account.state, scripts: undefined }, before, 'what a preview brought is gone, and nothing else');
    assert.equal(branches.branches.length, 1);
    assert.equal(trials.endpoints.length, 0);
    assert.ok(!existsSync('.secrets/preview-123.env') && !existsSync(join('.local/wrangler/preview-123')));
  } finally {
    await branches.stop();
  }
});

test('every worker that people or others reach is asked something of its own', () => {
  assert.deepEqual(unreachable(), []);
  assert.match(requestsOf('organization-api', environmentOf('preview-123')).at(-1).url, /^https:\/\/codex-preview-123\./, 'who has no host in a preview is asked through the pages');
});
