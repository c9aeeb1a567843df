// What an environment needs of Cloudflare besides workers: each resource says how it is found, what is missing, and how it is made.
// Everything is asked for by name, so that running it again does nothing.
import { isDeepStrictEqual } from 'node:util';
import { BINDINGS, WORKERS } from '../../../wrangler/platform.mjs';
import { hostsBeside, hostsOf } from './environments.mjs';

const DAY = 86_400;
const used = (kind) => [...new Set(Object.values(WORKERS).flatMap(({ bindings }) => bindings))].filter((name) => kind in BINDINGS[name]);

/** The browser plays from the bucket and uploads to it, from any page of the environment. */
export function corsOf(environment) {
  const { name, domain } = environment;
  const origins = name === 'production' ? [`https://${domain}`, `https://*.${domain}`] : [environment.at('codex')];
  const allowed = { methods: ['GET', 'HEAD', 'PUT'], origins, headers: ['Range', 'Content-Type'] };
  return [{ id: 'codex', allowed, exposeHeaders: ['ETag'], maxAgeSeconds: 7200 }];
}

/** An upload that nobody finishes is given up by the platform after a day; parts that it lost sight of go after a week. A preview's files go after a week, too. */
export function lifecycleOf(environment) {
  const later = { condition: { type: 'Age', maxAge: 7 * DAY } };
  const rule = { id: 'codex-parts', enabled: true, conditions: { prefix: '' }, abortMultipartUploadsTransition: later };
  return environment.kind === 'preview' ? [{ ...rule, id: 'codex-preview', deleteObjectsTransition: later }] : [rule];
}

/** The steps that are missing: `[{ what, make }]`; `make` gives ids to keep, by the name of the binding. */
export async function missing(api, environment, { databaseUrl } = {}) {
  const account = `/accounts/${api.accountId}`;
  const zone = await zoneOf(api, environment.domain);
  const steps = [];
  const addKept = (what, make) => steps.push({ what, make });
  const add = (what, make) => addKept(what, () => make().then(() => ({})));
  const ids = {};

  const namespaces = await api.list(`${account}/storage/kv/namespaces`);
  for (const name of used('kv')) {
    const title = environment.named(BINDINGS[name].kv);
    const found = namespaces.find((namespace) => namespace.title === title);
    if (found) ids[name] = found.id;
    else addKept(`make the KV namespace ${title}`, async () => ({ [name]: (await api.call('POST', `${account}/storage/kv/namespaces`, { title })).id }));
  }

  const queues = await api.list(`${account}/queues`);
  for (const name of used('queue')) {
    const queue_name = environment.named(BINDINGS[name].queue);
    const there = queues.some((queue) => queue.queue_name === queue_name);
    if (!there) add(`make the queue ${queue_name}`, () => api.call('POST', `${account}/queues`, { queue_name }));
  }

  const buckets = await api.list(`${account}/r2/buckets`, ({ buckets }) => buckets);
  for (const name of used('bucket')) {
    const bucket = environment.named(BINDINGS[name].bucket);
    const path = `${account}/r2/buckets/${bucket}`;
    const there = buckets.some((other) => other.name === bucket);
    if (!there) add(`make the bucket ${bucket}`, () => api.call('POST', `${account}/r2/buckets`, { name: bucket }));
    const has = async (part) => (there ? ((await api.find(`${path}/${part}`))?.rules ?? []) : []);
    if (BINDINGS[name].bucket === 'media') {
      const rules = corsOf(environment);
      const origins = rules[0].allowed.origins.join(' and ');
      if (!isDeepStrictEqual(await has('cors'), rules)) add(`let browsers of ${origins} use ${bucket} (CORS)`, () => api.call('PUT', `${path}/cors`, { rules }));
    } else {
      const domain = environment.host('assets');
      const domains = there ? ((await api.find(`${path}/domains/custom`))?.domains ?? []) : [];
      if (!domains.some((other) => other.domain === domain)) {
        const how = { domain, zoneId: zone.id, enabled: true, minTLS: '1.2' };
        add(`serve ${bucket} at ${domain}`, () => api.call('POST', `${path}/domains/custom`, how));
      }
    }
    // R2 gives each new bucket a rule of its own; those that are not ours stay.
    const wanted = (rules) => [...rules.filter((rule) => !rule.id?.startsWith('codex-')), ...lifecycleOf(environment)];
    const is = await has('lifecycle');
    if (!isDeepStrictEqual(is, wanted(is))) {
      add(`let what is left over in ${bucket} go (lifecycle)`, async () => {
        const { rules = [] } = (await api.find(`${path}/lifecycle`)) ?? {};
        await api.call('PUT', `${path}/lifecycle`, { rules: wanted(rules) });
      });
    }
  }

  if (environment.hasHyperdrive) {
    const name = environment.named('database');
    const found = (await api.list(`${account}/hyperdrive/configs`)).find((config) => config.name === name);
    const configs = `${account}/hyperdrive/configs`;
    if (found) ids.HYPERDRIVE = found.id;
    if (found && found.caching?.disabled !== true) {
      add(`turn off the cache of the Hyperdrive ${name}`, () => api.call('PATCH', `${configs}/${found.id}`, { caching: { disabled: true } }));
    }
    if (!found) {
      addKept(`make the Hyperdrive ${name}, its cache off`, async () => {
        const made = await api.call('POST', configs, { name, origin: originOf(databaseUrl), caching: { disabled: true } });
        return { HYPERDRIVE: made.id };
      });
    }
  }

  await ofZone(api, environment, zone, add);
  return { steps, ids };
}

/** DNS for tenants, what their route must pass by, and HTTPS for everything. */
async function ofZone(api, environment, zone, add) {
  const path = `/zones/${zone.id}`;
  if (environment.name === 'production') {
    const name = `*.${environment.domain}`;
    const records = await api.list(`${path}/dns_records?name=${encodeURIComponent(name)}`);
    if (!records.some(({ proxied, type }) => proxied && ['A', 'AAAA', 'CNAME'].includes(type))) {
      // 100:: discards: no request gets that far, because the route's worker answers.
      const record = { type: 'AAAA', name, content: '100::', proxied: true, ttl: 1, comment: 'Tenants: the worker web answers' };
      add(`make the proxied DNS record ${name}`, () => api.call('POST', `${path}/dns_records`, record));
    }
    for (const [setting, value] of [['always_use_https', 'on'], ['min_tls_version', '1.2']]) {
      const { value: is } = await api.call('GET', `${path}/settings/${setting}`);
      if (is === value) continue;
      add(`set ${setting} of ${environment.domain} to ${value}`, () => api.call('PATCH', `${path}/settings/${setting}`, { value }));
    }
  }
  const routes = await api.list(`${path}/workers/routes`);
  for (const host of hostsBeside(environment)) {
    const pattern = `${host}/*`;
    // A route without a worker: tenants' route would catch the host otherwise.
    if (routes.some((route) => route.pattern === pattern)) continue;
    add(`keep workers away from ${host}`, () => api.call('POST', `${path}/workers/routes`, { pattern }));
  }
}

/** DNS records that are not ours at fixed hosts, in sentences: a custom domain would take their place without a word. */
export async function occupied(api, environment) {
  const zone = await zoneOf(api, environment.domain);
  const hosts = Object.keys(WORKERS).flatMap((worker) => hostsOf(worker, environment));
  if (environment.name === 'production') hosts.push(environment.domain);
  const records = await api.list(`/zones/${zone.id}/dns_records`);
  // Those of custom domains are read-only.
  const leads = ({ name, type, meta }) => hosts.includes(name) && ['A', 'AAAA', 'CNAME'].includes(type) && !meta?.read_only;
  return records.filter(leads).map(({ name, type, content }) => `${name} has a DNS record of its own (${type} ${content}): delete it, a worker is to answer there`);
}

/** The zone of a domain, which must be the account's and in use. */
export async function zoneOf(api, domain) {
  const [zone] = await api.list(`/zones?name=${encodeURIComponent(domain)}&account.id=${api.accountId}`);
  if (!zone) throw new Error(`the account has no zone ${domain}: add the domain to Cloudflare, or put yours into wrangler/account.json`);
  if (zone.status !== 'active') throw new Error(`the zone ${domain} is ${zone.status}: its registrar must name Cloudflare's name servers first`);
  return zone;
}

/** A database's address as Hyperdrive wants it. */
export function originOf(databaseUrl) {
  if (!databaseUrl) throw new Error('DATABASE_URL is not among the secrets: Hyperdrive needs to know the database');
  const url = new URL(databaseUrl);
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  return { scheme: 'postgres', host: url.hostname, port: Number(url.port || 5432), database: url.pathname.slice(1), user, password };
}
