// One real request a worker, besides `/health`: what only a worker that reaches its database, its bindings and its callees answers so.
// None of them changes anything.
import { WORKERS } from '../../../wrangler/platform.mjs';
import { hostsOf } from './environments.mjs';

const json = (body) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
/** Refused by a hash that was really made, because work is done for nobody, too. */
const LOGIN = { label: 'auth', method: 'POST', path: '/api/auth/email/login', ...json({ email: 'smoke@example.invalid', password: 'nobody has this one' }), status: [401, 429] };

/**
 * The request of each worker: `label` is the host below the domain, `status` what is expected; a limit that is reached proves as much. Who
 * has no host is asked through who calls it.
 */
const REQUESTS = {
  auth: LOGIN,
  hasher: { ...LOGIN, through: 'auth' },
  'content-api': { label: 'content-api', path: '/api/content/public?limit=1', status: [200] },
  'organization-api': { label: 'organization-api', path: '/api/organizations?limit=1', status: [200] },
  'identity-api': { label: 'identity-api', path: '/api/organizations?limit=1', status: [200] },
  'ecom-api': { label: 'api', method: 'POST', path: '/webhooks/stripe/booking', ...json({}), status: [400] },
  'admin-api': { label: 'admin-api', path: '/api/admin/activity', status: [401] },
  'notifications-api': { label: 'notifications-api', path: '/api/deliveries', status: [401] },
  'media-api': { label: 'media-api', method: 'POST', path: '/api/transcoding/webhook', ...json({}), status: [400] },
  web: { label: 'codex', path: '/', status: [200] },
  // Refused by the studio itself: web asks it whatever is below this path.
  studio: { label: 'codex', through: 'web', path: '/studio', status: [401] },
};
/** Who is asked instead where a worker has no host of its own: its pages ask the others. */
const INSTEAD = { ...REQUESTS.web, through: 'web' };

/** The requests that prove a worker of an environment: `[{ url, method, path, status, through? }]`. */
export function requestsOf(worker, environment) {
  const hosts = hostsOf(worker, environment);
  const asked = REQUESTS[worker] ?? INSTEAD;
  const reached = asked.through || hosts.includes(environment.host(asked.label)) ? asked : INSTEAD;
  const at = (request) => ({ method: 'GET', ...request, url: environment.at(request.label) + request.path });
  const health = reached.through ? [] : [at({ label: reached.label, path: '/health', status: [200] })];
  return [...health, at(reached)];
}

/** The worker that `worker` is asked through, if it has no host of its own. */
export const askedThrough = (worker, environment) => requestsOf(worker, environment).at(-1).through;

/**
 * Asks until each request of `worker` is answered as it should be; an error after `tries`. `version` is asked for by name where it may get none of
 * the traffic yet, because a new version takes a while to be everywhere.
 */
export async function smoke(worker, environment, { script, version, tries = 10, wait, ask = fetch } = {}) {
  for (const request of requestsOf(worker, environment)) {
    const headers = { ...request.headers, ...(version && { 'cloudflare-workers-version-overrides': `${script}="${version}"` }) };
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await ask(request.url, { method: request.method, headers, body: request.body, redirect: 'manual', signal: AbortSignal.timeout(20_000) }).then(
        async (response) => (await response.arrayBuffer(), response.status),
        (error) => error.cause?.code ?? error.message,
      );
      if (request.status.includes(outcome)) break;
      if (attempt === tries) throw new Error(`${worker}: ${request.method} ${request.url} gave ${outcome}, not ${request.status.join(' or ')}`);
      await wait(2000);
    }
  }
}

/** The labels that requests go to must be hosts of their workers. */
export const unreachable = () =>
  Object.entries(REQUESTS).filter(([worker, { label, through }]) => !through && !WORKERS[worker].hosts?.includes(label)).map(([worker]) => worker);
