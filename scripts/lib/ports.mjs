// Where everything listens on this machine.

/** Every worker and its port in development. */
const WORKERS = {
  auth: 42069,
  'content-api': 4001,
  'organization-api': 42071,
  'ecom-api': 42072,
  'identity-api': 42074,
  'notifications-api': 42075,
  'media-api': 4002,
  'admin-api': 42073,
  web: 3000,
  studio: 3001,
};
/** What the workers need: PostgreSQL, the outside world (Stripe, mail, SQL over HTTP), Miniflare's own, with R2's S3 face, and the
 * hasher, a worker that nobody but the auth worker calls; the transcoder; and R2's S3 face as browsers of other origins may use it. */
const BESIDE = { postgres: 54329, outside: 4100, entry: 4191, hasher: 4192, transcoder: 4101, r2: 4193 };
/** Stacks that are moved aside begin here: below 32768, where Linux gives no port to an outgoing connection. */
const ASIDE = 20_000;

export const WORKER_NAMES = Object.keys(WORKERS);

/** The ports of a stack by name. With an `offset` the stack is moved aside, to listen beside a developer's. */
export function portsOf(offset = 0) {
  const ports = { ...WORKERS, ...BESIDE };
  if (offset === 0) return ports;
  return Object.fromEntries(Object.keys(ports).map((name, index) => [name, ASIDE + offset + index]));
}

/** The addresses of a stack whose ports are moved by `offset`. */
export function addresses(offset = 0) {
  const ports = portsOf(offset);
  const urls = Object.fromEntries(WORKER_NAMES.map((name) => [name, `http://localhost:${ports[name]}`]));
  return { urls, local: `http://127.0.0.1:${ports.outside}`, transcoder: `http://127.0.0.1:${ports.transcoder}` };
}
