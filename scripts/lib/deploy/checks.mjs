// What scripts/verify looks at: `[title, look]`. `look` gives nothing where all is well, a reason where there is nothing to look at, and fails
// with what is wrong.
import { createHmac } from 'node:crypto';
import { STRIPE_WEBHOOKS, WORKERS } from '../../../wrangler/platform.mjs';
import { hostsOf } from './environments.mjs';
import { ask } from './request.mjs';
import { requestsOf } from './smoke.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A certificate that ends sooner was not renewed in time. */
const RENEWED_BY = 14 * 86_400_000;
const FOREIGN = 'https://foreign.example';

const expect = (value, wanted, what) => {
  const held = wanted instanceof RegExp ? wanted.test(value ?? '') : value === wanted;
  if (!held) throw new Error(`${what} is ${value === undefined ? 'missing' : JSON.stringify(value)}, not ${wanted instanceof RegExp ? wanted : JSON.stringify(wanted)}`);
};
const status = (answer, wanted, what) => {
  if (answer.status !== wanted) throw new Error(`${what} gave ${answer.status}, not ${wanted}`);
};

/** Every check of an environment. */
export function checks(environment, { secrets, resolve, marker }) {
  const hosts = Object.keys(WORKERS).flatMap((worker) => hostsOf(worker, environment).map((host) => ({ worker, host, url: `${environment.local ? 'http' : 'https'}://${host}` })));
  const list = [];
  const check = (title, look) => list.push([title, look]);
  const tenant = `verify-${marker.slice(0, 8)}`;

  for (const { worker, host, url } of hosts) {
    check(`${host} has an address`, async () => (environment.local ? 'names below localhost are this machine' : void (await resolve(host))));
    check(`${host} speaks TLS, with a certificate of its own`, () => certificate(url, environment));
    check(`${host} is the healthy ${worker}`, () => health(url, worker, environment));
    check(`${host} sends the security headers`, () => headers(url, environment));
  }
  check('plain HTTP is sent to HTTPS', async () => {
    if (environment.local) return 'there is no HTTPS on this machine';
    const { headers, ...answer } = await ask(environment.at('auth').replace('https:', 'http:'));
    if (![301, 308].includes(answer.status)) throw new Error(`it gave ${answer.status}`);
    return expect(headers.location, new RegExp(`^${environment.at('auth')}`), 'location');
  });
  check('any name below the domain leads to the pages, and nobody has this one', async () => {
    if (!environment.local && environment.name !== 'production') return 'tenants have names in production only';
    if (!environment.local) await resolve(environment.host(tenant));
    const page = await ask(environment.at(tenant), { headers: { accept: 'text/html' } });
    status(page, 404, environment.at(tenant));
    return expect(page.headers['content-type'], /^text\/html/, 'content-type');
  });
  for (const host of ['auth', 'api']) check(`${host} lets our pages read, and no others`, () => cors(environment.at(host), environment));
  check('a form that another site sends is refused', async () => {
    const answer = await ask(`${environment.at('auth')}/api/auth/signout`, { method: 'POST', headers: { origin: FOREIGN, cookie: 'codex-session=none' } });
    status(answer, 403, 'signing out from another site');
    expect(answer.json?.code, 'CSRF_REJECTED', 'code');
  });
  check('the session cookie has its attributes', () => cookie(environment));
  for (const [name] of STRIPE_WEBHOOKS) check(`Stripe's webhook ${name} believes its secret only`, () => webhook(name, environment, secrets, marker));
  for (const worker of Object.keys(WORKERS)) {
    for (const { method, url, status: wanted, through, ...how } of requestsOf(worker, environment).filter(({ path }) => path !== '/health')) {
      check(`${worker} answers ${method} ${url}${through ? `, asked by ${through}` : ''}`, async () => {
        const answer = await ask(url, { method, ...how });
        if (!wanted.includes(answer.status)) throw new Error(`it gave ${answer.status}, not ${wanted.join(' or ')}`);
      });
    }
  }
  return list;
}

async function certificate(url, environment) {
  if (environment.local) return 'there is no HTTPS on this machine';
  const { tls } = await ask(`${url}/health`);
  expect(tls.protocol, /^TLSv1\.[23]$/, 'the protocol');
  if (tls.validTo - Date.now() < RENEWED_BY) throw new Error(`its certificate ends on ${tls.validTo.toISOString()}`);
  return undefined;
}

async function health(url, worker, environment) {
  const answer = await ask(`${url}/health`);
  expect(answer.json?.worker, worker, 'worker');
  expect(answer.json.environment, environment.kind, 'environment');
  status(answer, 200, '/health');
  expect(answer.json.status, 'healthy', 'status');
  if (environment.kind === 'production' && answer.json.checks) throw new Error('it tells strangers of its checks');
}

async function headers(url, environment) {
  const id = '0190163d-8694-739b-aea5-966c26f8ad91';
  const { headers: sent } = await ask(`${url}/no/such/path`, { headers: { 'x-request-id': id } });
  expect(sent['x-request-id'], id, 'x-request-id');
  expect((await ask(`${url}/no/such/path`)).headers['x-request-id'], UUID, 'x-request-id');
  expect(sent['x-content-type-options'], 'nosniff', 'x-content-type-options');
  expect(sent['x-frame-options'], 'SAMEORIGIN', 'x-frame-options');
  expect(sent['referrer-policy'], 'strict-origin-when-cross-origin', 'referrer-policy');
  expect(sent['content-security-policy'], /default-src 'none'|default-src 'self'/, 'content-security-policy');
  expect(sent['permissions-policy'], /camera=\(\)/, 'permissions-policy');
  if (environment.kind === 'production') expect(sent['strict-transport-security'], /max-age=31536000/, 'strict-transport-security');
}

async function cors(url, environment) {
  const own = environment.local ? 'http://codex.localhost:3000' : environment.at('codex');
  const ours = await ask(`${url}/health`, { headers: { origin: own } });
  expect(ours.headers['access-control-allow-origin'], own, 'access-control-allow-origin');
  expect(ours.headers['access-control-allow-credentials'], 'true', 'access-control-allow-credentials');
  const asked = await ask(`${url}/health`, { method: 'OPTIONS', headers: { origin: own, 'access-control-request-method': 'POST' } });
  status(asked, 204, 'a preflight');
  expect(asked.headers['access-control-allow-methods'], /POST/, 'access-control-allow-methods');
  const others = environment.name === 'production' ? [FOREIGN, environment.at('codex-staging')] : [FOREIGN];
  for (const origin of others) {
    const { headers: sent } = await ask(`${url}/health`, { headers: { origin } });
    const found = Object.keys(sent).find((name) => name.startsWith('access-control-'));
    if (found) throw new Error(`${origin} gets ${found}`);
  }
}

/** Signing out clears the cookie, whoever asks: with the attributes that it was set with. */
async function cookie(environment) {
  const { cookies } = await ask(`${environment.at('auth')}/api/auth/signout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
  const found = cookies.find((cookie) => cookie.startsWith('codex-session='));
  if (!found) throw new Error('signing out clears no cookie');
  const has = new Set(found.split(';').slice(1).map((attribute) => attribute.trim().toLowerCase()));
  const wanted = ['httponly', 'samesite=lax', 'path=/', ...(environment.local ? [] : ['secure', `domain=.${environment.domain}`])];
  for (const attribute of wanted) if (!has.has(attribute)) throw new Error(`it lacks ${attribute}: ${found}`);
}

async function webhook(name, environment, secrets, marker) {
  const url = `${environment.at('api')}/webhooks/stripe/${name}`;
  const now = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ id: `evt_verify_${name}_${marker}`, object: 'event', type: 'codex.verify', created: now, data: { object: {} } });
  const post = (signature) => ask(url, { method: 'POST', headers: { 'content-type': 'application/json', ...(signature && { 'stripe-signature': signature }) }, body });
  const signed = (secret) => `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${body}`).digest('hex')}`;
  status(await post(), 400, 'an event without a signature');
  status(await post(signed('whsec_of_nobody')), 401, "an event that somebody else signed");
  const held = secrets[`STRIPE_WEBHOOK_SECRET_${name.toUpperCase()}`]?.split(',') ?? [];
  for (const secret of held) {
    const answer = await post(signed(secret.trim()));
    status(answer, 200, 'an event that Stripe could have signed');
    expect(answer.json?.received, true, 'received');
  }
  return undefined;
}
