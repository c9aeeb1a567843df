// What wrangler is told of a worker in an environment.
import { BINDINGS, COMMON, COMPATIBILITY_DATE, CPU_MS, VARIABLES, WORKERS } from '../../../wrangler/platform.mjs';
import { EXAMPLE, environmentOf, hostsOf } from './environments.mjs';

/** An id that setting up has not written yet; development needs none. */
const NOT_YET = '0'.repeat(32);
/** Rate-limit namespaces are numbers: the binding's own, and the environment's. */
const COUNTED = { development: 0, staging: 2, production: 3 };
const DEVELOPMENT_IDS = { AUTH_SESSION_KV: 1, RATE_LIMIT_KV: 2, CACHE_KV: 3, HYPERDRIVE: 5 };
const LOCAL_DATABASE = 'postgres://codex:codex@127.0.0.1:54329/codex';

/** Whether an id is one that the account gave. */
export const isRealId = (id) => typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) && !id.startsWith('0'.repeat(20));

const idOf = (name, environment) => {
  if (!environment.deployed) return String(DEVELOPMENT_IDS[name]).padStart(32, '0');
  return environment.ids[name] ?? NOT_YET;
};

/** What a worker is bound to in an environment, in wrangler's words; nothing that is empty. */
function bindingsOf(worker, environment) {
  const { bindings, calls = {}, consumes, database = true } = WORKERS[worker];
  const of = (kind) => bindings.filter((name) => kind in BINDINGS[name]).map((name) => [name, BINDINGS[name]]);
  const namespace = ({ namespace }) =>
    environment.kind === 'preview' ? `${namespace + 1}${String(environment.number).padStart(6, '0')}` : `${namespace + COUNTED[environment.name]}`;
  const hyperdrive = { binding: 'HYPERDRIVE', id: idOf('HYPERDRIVE', environment) };
  const { queue, ...how } = consumes ?? {};
  const queues = {
    producers: of('queue').map(([binding, { queue }]) => ({ binding, queue: environment.named(queue) })),
    consumers: consumes ? [{ queue: environment.named(queue), ...how }] : [],
  };
  return filled({
    kv_namespaces: of('kv').map(([binding]) => ({ binding, id: idOf(binding, environment) })),
    r2_buckets: of('bucket').map(([binding, { bucket }]) => ({ binding, bucket_name: environment.named(bucket), ...localFace(binding, environment) })),
    durable_objects: filled({ bindings: of('durableObject').map(([name, { durableObject }]) => ({ name, class_name: durableObject })) }),
    ratelimits: of('limit').map(([name, limit]) => ({ name, namespace_id: namespace(limit), simple: { limit: limit.limit, period: limit.period } })),
    hyperdrive: database && environment.hasHyperdrive ? [environment.deployed ? hyperdrive : { ...hyperdrive, localConnectionString: LOCAL_DATABASE }] : [],
    queues: filled(queues),
    services: Object.entries(calls).map(([binding, callee]) => ({ binding, service: environment.named(callee) })),
  });
}

/** The S3 face of the local bucket, for presigned URLs; these are no secrets, it exists on a developer's machine only. */
function localFace(binding, environment) {
  if (environment.deployed || binding !== 'MEDIA_BUCKET') return {};
  return { local_dev: { experimental_s3_credentials: { accessKeyId: 'local', secretAccessKey: 'local-development-only' } } };
}

const filled = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => (Array.isArray(value) ? value : Object.keys(value)).length > 0));

/**
 * Where a worker is reached. Each fixed host is a custom domain, which makes its DNS record and certificate, and a route: tenants' route
 * `*.{domain}/*` would catch it otherwise, because routes go before custom domains and among routes the narrowest wins.
 */
function routesOf(worker, environment) {
  const { domain } = environment;
  const whole = WORKERS[worker].apexAndTenants && environment.name === 'production';
  const hosts = [...hostsOf(worker, environment), ...(whole ? [domain] : [])];
  return [
    ...hosts.map((host) => ({ pattern: host, custom_domain: true })),
    ...hosts.map((host) => ({ pattern: `${host}/*`, zone_name: domain })),
    ...(whole ? [{ pattern: `*.${domain}/*`, zone_name: domain }] : []),
  ];
}

/** The variables of a worker in an environment, by name. Development's come from scripts/dev or `.dev.vars`. */
function varsOf(worker, environment) {
  const { vars = [], database = true } = WORKERS[worker];
  const told = { ENVIRONMENT: environment.kind };
  if (!environment.deployed) return told;
  for (const name of [...(database ? COMMON.vars : []), ...vars]) told[name] = VARIABLES[name](environment);
  return told;
}

/** The names of the secrets that a worker wants. */
export function secretsOf(worker) {
  const { secrets = [], database = true } = WORKERS[worker];
  return [...COMMON.secrets.filter((name) => database || name === 'WORKER_SHARED_SECRET'), ...secrets];
}

/** A worker's `env.{name}`: bindings and variables are not inherited from the top level, so each repeats them. */
export function environmentConfiguration(worker, environment) {
  const routes = routesOf(worker, environment);
  return { name: `codex-${worker}${environment.suffix}`, ...(routes.length > 0 && { routes }), vars: varsOf(worker, environment), ...bindingsOf(worker, environment) };
}

/** The migrations that make Durable Objects, in the order of their tags. */
function migrationsOf(bindings) {
  const objects = bindings.filter(({ durableObject }) => durableObject);
  const tags = [...new Set(objects.map(({ since = 'v1' }) => since))].sort();
  return tags.map((tag) => ({ tag, new_sqlite_classes: objects.filter(({ since = 'v1' }) => since === tag).map(({ durableObject }) => durableObject) }));
}

/**
 * The whole configuration of a worker. `root` leads from the file's folder to the repository's. `environments` are those beside development;
 * a preview is called `preview` in every file.
 */
export function configuration(worker, environments, root) {
  const { crons, assets, bindings } = WORKERS[worker];
  const migrations = migrationsOf(bindings.map((name) => BINDINGS[name]));
  const { routes: _, name, ...development } = environmentConfiguration(worker, environmentOf('development'));
  return {
    $schema: `${root}/node_modules/wrangler/config-schema.json`,
    name,
    main: `${root}/workers/${worker}/build/index.js`,
    compatibility_date: COMPATIBILITY_DATE,
    observability: { enabled: true },
    workers_dev: false,
    preview_urls: false,
    limits: { cpu_ms: CPU_MS },
    build: { command: `scripts/build ${worker}` },
    ...(assets && { assets: { ...assets, directory: `${root}/workers/${worker}/${assets.directory}` } }),
    ...(migrations.length > 0 && { migrations }),
    ...(crons && { triggers: { crons } }),
    ...development,
    env: Object.fromEntries(environments.map((environment) => [environment.kind, environmentConfiguration(worker, environment)])),
  };
}

/** The environments that the committed files have beside development. */
export const committed = (account) => [`preview-${EXAMPLE}`, 'staging', 'production'].map((name) => environmentOf(name, account));
