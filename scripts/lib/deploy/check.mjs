// Whether what is committed can be deployed: each environment of each worker, as wrangler reads it, against what the code asks for.
// It knows nothing of how the files are made. `node scripts/lib/deploy/check.mjs`; a sentence for each thing that is wrong.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unstable_readConfig } from 'wrangler';
import { appliedEvents, limitsInCode, namesInCode, neededBy, webhookRoutes, workersInCode } from './code.mjs';

const ENVIRONMENTS = ['development', 'preview', 'staging', 'production'];

/** Names that exist on a developer's machine only. */
const LOCAL_NAMES = ['CHECKOUT_ORIGIN', 'R2_ENDPOINT', 'STRIPE_API_URL', 'DATABASE_HTTP_URL', 'LIMITS'];
const LOCAL_VALUES = [/localhost/i, /\b127\.\d/, /\b0\.0\.0\.0\b/, /\[::1\]/, /:41\d\d\b/, /:42\d{3}\b/, /:54329\b/, /local-development-only/, /^http:/];

/** Bindings of a configuration by name: `{ kind, ... }`. */
function boundIn(config) {
  const bound = new Map();
  const add = (kind, list, name) => list?.forEach((item) => bound.set(item[name], { kind, ...item }));
  add('KV namespace', config.kv_namespaces, 'binding');
  add('R2 bucket', config.r2_buckets, 'binding');
  add('Durable Object', config.durable_objects?.bindings, 'name');
  add('rate limit', config.ratelimits, 'name');
  add('Hyperdrive', config.hyperdrive, 'binding');
  add('queue', config.queues?.producers, 'binding');
  add('service binding', config.services, 'binding');
  return bound;
}

/** Everything wrong with `configs`, which has the resolved configuration of each worker and environment: `configs[worker][environment]`. */
export function problems(configs, { secretsOf, webhooks }) {
  const found = [];
  const workers = workersInCode();
  for (const worker of workers.filter((worker) => !configs[worker])) found.push(`${worker} is a worker, and nothing configures it`);
  for (const worker of Object.keys(configs).filter((worker) => !workers.includes(worker))) found.push(`${worker} is configured, and there is no such worker`);
  for (const environment of ENVIRONMENTS) {
    const all = Object.entries(configs).map(([worker, by]) => [worker, by[environment]]);
    for (const [worker, config] of all) {
      if (!workers.includes(worker)) continue;
      const say = (what) => found.push(`${worker}, ${environment}: ${what}`);
      binds(worker, config, environment, secretsOf(worker), say);
      standsAlone(config, environment, say);
      calls(config, all, say);
      runs(worker, config, say);
    }
    hosts(all, environment, (what) => found.push(`${environment}: ${what}`));
    queues(all, (what) => found.push(`${environment}: ${what}`));
  }
  found.push(...ofStripe(webhooks), ...ofExample(configs));
  return found;
}

/** Each name that the code requires is a variable, a secret or a binding; each binding is required; KV and limits are of their kind. */
function binds(worker, config, environment, secrets, say) {
  const { requires, database, wakesMail } = neededBy(worker);
  const bound = boundIn(config);
  const told = new Set([...Object.keys(config.vars), ...secrets]);
  const known = (name) => bound.has(name) || told.has(name);
  // On a developer's machine scripts/dev gives what the example names.
  const given = environment === 'development' ? exampleNames() : told;
  for (const name of requires) if (!known(name) && !given.has(name)) say(`the code asks for ${name}, which is neither bound nor a variable nor a secret`);
  const asked = new Set([...requires, 'HYPERDRIVE']);
  for (const [name, { kind }] of bound) if (!asked.has(name)) say(`the ${kind} ${name} is bound, and the code does not ask for it`);
  for (const [name, { kind }] of bound) if (name.endsWith('_KV') && kind !== 'KV namespace') say(`${name} is bound to a ${kind}`);
  for (const [name, limit] of Object.entries(limitsInCode())) {
    const { simple } = bound.get(name) ?? {};
    if (simple && (simple.limit !== limit.limit || simple.period !== limit.period)) {
      say(`${name} lets ${simple.limit} pass in ${simple.period} s, the code says ${limit.limit} in ${limit.period} s`);
    }
  }
  if (wakesMail && !requires.includes('MAIL_QUEUE')) say('it wakes the mail, and its code does not require MAIL_QUEUE');
  if (config.vars.ENVIRONMENT !== environment) say(`ENVIRONMENT is ${config.vars.ENVIRONMENT}`);
  if (environment === 'development') return;
  // Presigned addresses are the account's own, where nothing stands in for R2.
  if (requires.includes('R2_ACCESS_KEY_ID') && !told.has('R2_ACCOUNT_ID')) say('it signs addresses in R2, and R2_ACCOUNT_ID is no secret of it');
  const bucket = bound.get('MEDIA_BUCKET')?.bucket_name;
  if (requires.includes('R2_BUCKET_NAME') && config.vars.R2_BUCKET_NAME !== bucket) say(`R2_BUCKET_NAME is ${config.vars.R2_BUCKET_NAME}, MEDIA_BUCKET is ${bucket}`);
  if (!database) return;
  const transport = config.vars.DATABASE_TRANSPORT;
  if (!['http', 'hyperdrive'].includes(transport)) say(`DATABASE_TRANSPORT is ${transport}; it is http or hyperdrive`);
  if (transport === 'hyperdrive' && !bound.has('HYPERDRIVE')) say('its database is reached through HYPERDRIVE, which is not bound');
  if (transport === 'http' && !told.has('DATABASE_URL')) say('its database is reached by DATABASE_URL, which is no secret of it');
}

/** Nothing of a developer's machine, nothing of another environment. */
function standsAlone(config, environment, say) {
  if (environment === 'development') return;
  for (const [name, value] of Object.entries(config.vars)) {
    if (LOCAL_NAMES.includes(name)) say(`${name} is for a developer's machine`);
    if (LOCAL_VALUES.some((local) => local.test(value))) say(`${name} is ${value}, which is on a developer's machine`);
  }
  for (const { binding, localConnectionString, local_dev } of [...(config.hyperdrive ?? []), ...(config.r2_buckets ?? [])]) {
    if (localConnectionString || local_dev) say(`${binding} has what is for a developer's machine`);
  }
  const own = { preview: /-preview-\d+(\.|$)/, staging: /-staging(\.|$)/, production: /^(?!.*-(staging|preview-\d+)(\.|$))/ }[environment];
  const belongs = (what, name) => own.test(name) || say(`${what} ${name} is another environment's`);
  belongs('the name', config.name);
  for (const { bucket_name } of config.r2_buckets ?? []) belongs('the bucket', bucket_name);
  for (const { queue } of [...(config.queues?.producers ?? []), ...(config.queues?.consumers ?? [])]) belongs('the queue', queue);
  for (const { service } of config.services ?? []) belongs('the service', service);
  const ours = Object.entries(config.vars).filter(([name, value]) => name.endsWith('_URL') && new URL(value).host.endsWith(`.${config.vars.BASE_DOMAIN}`));
  // There is one transcoder for the rehearsal and for previews.
  for (const [name, value] of ours) if (name !== 'TRANSCODER_URL') belongs(name, new URL(value).host);
}

/** Whom a worker calls exists in its environment. */
function calls(config, all, say) {
  const there = new Set(all.map(([, other]) => other.name));
  for (const { binding, service } of config.services ?? []) if (!there.has(service)) say(`${binding} calls ${service}, which no worker of this environment is`);
}

/** What a worker is run as. */
function runs(worker, config, say) {
  const { crons, consumes } = neededBy(worker);
  if (!/^\d{4}-\d\d-\d\d$/.test(config.compatibility_date ?? '')) say('it has no compatibility date');
  if (config.observability?.enabled !== true) say('observability is off');
  if (config.workers_dev !== false) say('it is reachable at workers.dev');
  if (!(config.limits?.cpu_ms >= 1000)) say('limits.cpu_ms is not set, or less than a password may take');
  if (crons !== (config.triggers?.crons?.length ?? 0) > 0) say(crons ? 'its code has a schedule, and no cron is set' : 'a cron is set, and its code has no schedule');
  if (consumes !== (config.queues?.consumers?.length ?? 0) > 0) say(consumes ? 'its code takes messages, and it consumes no queue' : 'it consumes a queue, and its code takes no messages');
  const made = new Set((config.migrations ?? []).flatMap((migration) => migration.new_sqlite_classes ?? []));
  for (const { class_name } of config.durable_objects?.bindings ?? []) if (!made.has(class_name)) say(`no migration makes the Durable Object ${class_name}`);
}

/** Fixed hosts are bare, each one worker's, and have a route of their own, because tenants' route would go before a custom domain. */
function hosts(all, environment, say) {
  const taken = new Map();
  const routes = new Map();
  for (const [worker, config] of all) {
    for (const { pattern, custom_domain, zone_name } of config.routes ?? []) {
      const where = custom_domain ? taken : routes;
      if (custom_domain && /[*/]/.test(pattern)) say(`${worker}: the custom domain ${pattern} is no bare host`);
      if (!custom_domain && !zone_name) say(`${worker}: the route ${pattern} names no zone`);
      if (where.has(pattern)) say(`${pattern} is both ${where.get(pattern)}'s and ${worker}'s`);
      where.set(pattern, worker);
    }
    if (environment === 'development' && config.routes?.length) say(`${worker} has routes`);
  }
  for (const [host, worker] of taken) {
    if (routes.get(`${host}/*`) !== worker) say(`${worker}: ${host} has no route of its own, and tenants' route would catch it`);
  }
  for (const [pattern, worker] of routes) {
    if (!pattern.startsWith('*.') && !taken.has(pattern.replace(/\/\*$/, ''))) say(`${worker}: the route ${pattern} has no custom domain, and so no DNS record`);
    if (pattern.startsWith('*.') && (worker !== 'web' || environment !== 'production')) say(`${worker} has the tenants' route ${pattern}`);
  }
  for (const [worker, config] of all) {
    for (const [name, value] of Object.entries(config.vars)) {
      if (!name.endsWith('_URL') || environment === 'development') continue;
      const { host } = new URL(value);
      const beside = /^(assets|transcoder)(-|\.)/.test(host);
      if (host.endsWith(`.${config.vars.BASE_DOMAIN}`) && !beside && !taken.has(host)) say(`${worker}: ${name} is ${value}, where nothing is`);
    }
  }
}

/** Each queue has one consumer, and whoever writes into one is heard. */
function queues(all, say) {
  const consumers = all.flatMap(([worker, config]) => (config.queues?.consumers ?? []).map(({ queue }) => [queue, worker]));
  for (const [queue] of consumers) if (consumers.filter(([other]) => other === queue).length > 1) say(`${queue} has more than one consumer`);
  const heard = new Set(consumers.map(([queue]) => queue));
  for (const [worker, config] of all) for (const { queue } of config.queues?.producers ?? []) if (!heard.has(queue)) say(`${worker} writes into ${queue}, which nobody reads`);
}

/** Every type that the code applies is sent to one address that the code has. */
function ofStripe(webhooks) {
  const found = [];
  const routes = webhookRoutes().sort().join(', ');
  if (Object.keys(webhooks).sort().join(', ') !== routes) found.push(`Stripe's webhooks are ${Object.keys(webhooks).sort().join(', ')}; the code has ${routes}`);
  for (const type of appliedEvents()) if (!Object.values(webhooks).flat().includes(type)) found.push(`Stripe's event ${type} is applied, and no webhook is sent it`);
  for (const [name, types] of Object.entries(webhooks)) if (types.length === 0) found.push(`Stripe's webhook ${name} is sent nothing`);
  return found;
}

const exampleNames = () => new Set([...readFileSync('.dev.vars.example', 'utf8').matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name]) => name));

/** Whoever copies the example has every name that the code reads and that is no binding. */
function ofExample(configs) {
  const example = exampleNames();
  const bindings = new Set(Object.values(configs).flatMap((by) => Object.values(by).flatMap((config) => [...boundIn(config).keys()])));
  const missing = [...namesInCode()].filter((name) => !example.has(name) && !bindings.has(name));
  return missing.map((name) => `${name} is read by the code and is not in .dev.vars.example`);
}

/** The committed configurations as wrangler resolves them. */
export function readConfigs(workers, environments = ENVIRONMENTS, fileOf = (worker) => `wrangler/${worker}.jsonc`) {
  const read = (worker, environment) => {
    const { configPath: _, userConfigPath: __, ...config } = unstable_readConfig({ config: fileOf(worker), ...(environment !== 'development' && { env: environment }) }, { hideWarnings: true });
    return config;
  };
  return Object.fromEntries(workers.map((worker) => [worker, Object.fromEntries(environments.map((environment) => [environment, read(worker, environment)]))]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { WORKERS } = await import('../../../wrangler/platform.mjs');
  const { secretsOf } = await import('./configuration.mjs');
  const { drifted } = await import('./generate.mjs');
  const { webhooks } = await import('./stripe-events.mjs');
  const found = problems(readConfigs(Object.keys(WORKERS)), { secretsOf, webhooks: webhooks() });
  for (const path of drifted()) found.push(`${path} is not what node scripts/lib/deploy/generate.mjs makes`);
  for (const problem of found) console.error(problem);
  console.log(`${Object.keys(WORKERS).length} workers in ${ENVIRONMENTS.length} environments, ${found.length} problems`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
