// The committed configuration is what is generated, can be deployed, and whatever is taken out of it or put wrong is told by name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKERS } from '../../../../wrangler/platform.mjs';
import { problems, readConfigs } from '../check.mjs';
import { appliedEvents } from '../code.mjs';
import { environmentConfiguration, secretsOf } from '../configuration.mjs';
import { calleesFirst, environmentOf, hostsOf, readAccount } from '../environments.mjs';
import { committedFiles, drifted } from '../generate.mjs';
import { webhooks } from '../stripe-events.mjs';

const configs = readConfigs(Object.keys(WORKERS));
const DEPLOYED = ['preview', 'staging', 'production'];
const wants = (worker) => (configs[worker] ? secretsOf(worker) : []);
const found = (changed = configs, how = {}) => problems(changed, { secretsOf: wants, webhooks: webhooks(), ...how });

/** What is found once `change` was made to a worker's configuration in an environment. */
function afterChange(worker, environment, change) {
  const changed = structuredClone(configs);
  change(changed[worker][environment], changed);
  return found(changed);
}
const says = (problems, ...words) =>
  assert.ok(problems.some((problem) => words.every((word) => problem.includes(word))), `nothing says ${words.join(', ')}: ${problems.join('\n')}`);

test('what is committed can be deployed and is what is generated', () => {
  assert.deepEqual(found(), []);
  assert.deepEqual(drifted(), [], 'run node scripts/lib/deploy/generate.mjs');
});

test('a change of the description changes the files', () => {
  const account = { ...readAccount(), domain: 'example.org' };
  const files = committedFiles(account);
  assert.equal(drifted(account).length, Object.keys(files).length - 1, 'all but the hasher, which knows no domain');
  for (const text of Object.values(files)) assert.doesNotMatch(text, /revelations\.studio(?!")/, 'the domain is said once');
});

const LISTS = [
  ['kv_namespaces', 'binding'],
  ['r2_buckets', 'binding'],
  ['durable_objects.bindings', 'name'],
  ['ratelimits', 'name'],
  ['queues.producers', 'binding'],
  ['services', 'binding'],
];
const at = (config, path) => path.split('.').reduce((value, key) => value?.[key], config) ?? [];

for (const environment of ['development', ...DEPLOYED]) {
  test(`any binding taken out of ${environment} is told`, () => {
    let taken = 0;
    for (const worker of Object.keys(WORKERS)) {
      for (const [path, key] of LISTS) {
        at(configs[worker][environment], path).forEach(({ [key]: name }, index) => {
          const problems = afterChange(worker, environment, (config) => at(config, path).splice(index, 1));
          says(problems, worker, environment, name);
          taken += 1;
        });
      }
    }
    assert.ok(taken > 40, `${taken}`);
  });
}

test('any variable taken out of what is deployed is told', () => {
  for (const environment of DEPLOYED) {
    for (const worker of Object.keys(WORKERS)) {
      for (const name of Object.keys(configs[worker][environment].vars)) {
        const problems = afterChange(worker, environment, (config) => delete config.vars[name]);
        says(problems, worker, environment, name);
      }
    }
  }
});

test('any secret that no longer is one is told', () => {
  for (const worker of Object.keys(WORKERS)) {
    for (const name of secretsOf(worker)) {
      const problems = found(configs, { secretsOf: (other) => secretsOf(other).filter((kept) => other !== worker || kept !== name) });
      says(problems, worker, 'production', name);
    }
  }
});

test('what cannot work is told', () => {
  const production = (worker, change) => afterChange(worker, 'production', change);
  says(production('auth', ({ routes }) => (routes[0].pattern = 'auth.revelations.studio/*')), 'auth', 'no bare host');
  says(production('auth', ({ routes }) => (routes[0].pattern = '*.revelations.studio')), 'auth', 'no bare host');
  says(production('auth', (config) => (config.routes = config.routes.filter((route) => route.custom_domain))), 'auth', 'no route of its own');
  says(production('auth', (config) => (config.routes = config.routes.filter((route) => !route.custom_domain))), 'auth', 'no DNS record');
  says(production('auth', ({ routes }) => delete routes[1].zone_name), 'names no zone');
  says(production('auth', ({ routes }, all) => (routes[0].pattern = all.web.production.routes[0].pattern)), 'is both');
  says(production('auth', ({ services }) => (services[0].service = 'codex-hasher-staging')), 'HASHER', 'no worker of this environment');
  says(production('auth', ({ services }) => (services[0].service = 'codex-hasher-staging')), "another environment's");
  says(production('auth', ({ vars }) => (vars.AUTH_URL = 'http://localhost:42069')), 'AUTH_URL', "developer's machine");
  says(production('auth', ({ vars }) => (vars.AUTH_URL = 'https://auth-staging.revelations.studio')), 'AUTH_URL', "another environment's");
  says(production('auth', ({ vars }) => (vars.AUTH_URL = 'https://accounts.revelations.studio')), 'AUTH_URL', 'where nothing is');
  says(production('ecom-api', ({ vars }) => (vars.CHECKOUT_ORIGIN = 'https://example.org')), 'CHECKOUT_ORIGIN');
  says(production('media-api', ({ vars }) => (vars.R2_ENDPOINT = 'https://example.org')), 'R2_ENDPOINT');
  says(production('media-api', ({ vars }) => (vars.TRANSCODER_URL = 'http://127.0.0.1:4101')), 'TRANSCODER_URL');
  says(production('media-api', ({ vars }) => (vars.R2_BUCKET_NAME = 'codex-media-staging')), 'R2_BUCKET_NAME');
  says(production('web', ({ vars }) => (vars.DATABASE_TRANSPORT = 'smtp')), 'DATABASE_TRANSPORT');
  says(production('auth', (config) => (config.hyperdrive[0].localConnectionString = 'postgres://x')), 'HYPERDRIVE');
  says(afterChange('web', 'preview', ({ vars }) => (vars.DATABASE_TRANSPORT = 'hyperdrive')), 'HYPERDRIVE', 'not bound');
  says(production('auth', (config) => (config.migrations = [])), 'Limiter');
  says(production('auth', (config) => delete config.compatibility_date), 'compatibility date');
  says(production('auth', (config) => (config.observability = { enabled: false })), 'observability');
  says(production('hasher', (config) => (config.limits = { cpu_ms: 10 })), 'cpu_ms');
  says(production('hasher', (config) => (config.workers_dev = true)), 'workers.dev');
  says(production('auth', (config) => (config.triggers = { crons: [] })), 'no cron');
  says(production('web', (config) => (config.triggers = { crons: ['* * * * *'] })), 'has no schedule');
  says(production('notifications-api', ({ queues }) => (queues.consumers = [])), 'consumes no queue');
  says(production('notifications-api', ({ queues }) => (queues.consumers = [])), 'nobody reads');
  says(production('admin-api', ({ queues: _, ...config }, all) => (all['admin-api'].production.queues = { producers: [], consumers: [{ queue: 'codex-mail-production' }] })), 'more than one consumer');
  says(production('auth', ({ ratelimits }) => (ratelimits[0].simple.limit = 1000)), 'API_LIMIT', 'the code says 100');
  says(production('web', ({ r2_buckets }, all) => (all.web.production.r2_buckets = [{ binding: 'MEDIA_BUCKET', bucket_name: 'codex-media-production' }])), 'MEDIA_BUCKET', 'does not ask for it');
  says(production('auth', (_, all) => delete all.hasher), 'hasher is a worker, and nothing configures it');
  says(production('auth', (_, all) => (all.shop = all.auth)), 'no such worker');
  says(found(configs, { webhooks: { ...webhooks(), booking: [] } }), 'checkout.session.completed');
  says(found(configs, { webhooks: { ...webhooks(), shop: ['x'] } }), 'shop');
});

test('every host of the seed exists', () => {
  const patterns = (environment) => Object.values(configs).flatMap((by) => (by[environment].routes ?? []).map(({ pattern }) => pattern));
  for (const host of ['codex', 'api', 'auth']) {
    assert.ok(patterns('production').includes(`${host}.revelations.studio`), host);
    assert.ok(patterns('staging').includes(`${host}-staging.revelations.studio`), host);
    assert.ok(patterns('preview').includes(`${host}-preview-0.revelations.studio`), host);
  }
  assert.ok(patterns('production').includes('revelations.studio'));
  assert.ok(patterns('production').includes('*.revelations.studio/*'));
  for (const worker of Object.keys(WORKERS)) {
    for (const host of hostsOf(worker, environmentOf('production'))) assert.ok(patterns('production').includes(`${host}/*`), host);
  }
});

test('a pull request has names of its own', () => {
  const preview = environmentOf('preview-123');
  assert.equal(preview.at('codex'), 'https://codex-preview-123.revelations.studio');
  const { name, services, queues, routes } = environmentConfiguration('auth', preview);
  assert.equal(name, 'codex-auth-preview-123');
  assert.deepEqual(services, [{ binding: 'HASHER', service: 'codex-hasher-preview-123' }]);
  assert.equal(queues.producers[0].queue, 'codex-mail-preview-123');
  assert.ok(routes.every(({ pattern }) => pattern.startsWith('auth-preview-123.')));
  for (const bad of ['preview-', 'preview-01', 'preview-1x', 'preview--1', 'live', '']) assert.throws(() => environmentOf(bad), /no environment/);
});

test('whoever is called is deployed before who calls', () => {
  const order = calleesFirst();
  assert.equal(order.length, Object.keys(WORKERS).length);
  for (const [name, { calls = {} }] of Object.entries(WORKERS)) {
    for (const callee of Object.values(calls)) assert.ok(order.indexOf(callee) < order.indexOf(name), `${callee} before ${name}`);
  }
  assert.throws(() => calleesFirst({ a: { calls: { B: 'b' } }, b: { calls: { A: 'a' } } }), /circle: a -> b -> a/);
});

test('each type of event that the code applies goes to one webhook', () => {
  const all = Object.values(webhooks()).flat();
  assert.deepEqual([...all].sort(), appliedEvents().sort());
  assert.deepEqual(webhooks().dispute, ['charge.dispute.created', 'charge.dispute.updated', 'charge.dispute.closed']);
  assert.deepEqual(webhooks().customer, ['customer.deleted']);
});
