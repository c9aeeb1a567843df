// Where everything listens on this machine.

/** Every worker and its port in development. */
export const WORKERS = { auth: 42069, 'content-api': 4001, 'organization-api': 42071, 'ecom-api': 42072, 'identity-api': 42074 };
export const POSTGRES_PORT = 54329;
/** The outside world: Stripe, mail, SQL over HTTP. */
export const LOCAL_PORT = 4100;
/** Miniflare's own, with R2's S3 face. Not 4190: browsers refuse that port. */
export const ENTRY_PORT = 4191;

/** The addresses of a stack whose ports are moved by `offset`. */
export function addresses(offset = 0) {
  const urls = Object.fromEntries(Object.entries(WORKERS).map(([name, port]) => [name, `http://localhost:${port + offset}`]));
  return { urls, local: `http://127.0.0.1:${LOCAL_PORT + offset}` };
}
