// Cloudflare's API, as far as setting up and looking at what is deployed needs it: https://developers.cloudflare.com/api/
// CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID say who asks, as wrangler has it; CLOUDFLARE_API_BASE_URL where, for tests.

/** Tries of a question that was answered with 429 or 5xx; what changes something is never asked twice. */
const TRIES = 4;

/** What Cloudflare refused. It says which question, never what was in it. */
export class Refused extends Error {
  constructor(method, path, status, errors) {
    const reasons = errors.map(({ code, message }) => `${message} (${code})`).join('; ');
    super(`Cloudflare refused ${method} ${path}: ${status}${reasons && `, ${reasons}`}`);
    this.status = status;
  }
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A client. `accountId` is the account's; `call` gives the answer's `result`, `list` that of all pages, `find` nothing where there is nothing. */
export function cloudflare(env = process.env, wait = pause) {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: accountId } = env;
  for (const name of ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID']) if (!env[name]) throw new Error(`${name} is not set; docs/operations.md says where it comes from`);
  const base = env.CLOUDFLARE_API_BASE_URL ?? 'https://api.cloudflare.com/client/v4';

  async function answer(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(base + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(30_000),
      });
      const json = await response.json().catch(() => ({}));
      if (response.ok && json.success !== false) return json;
      const passing = response.status === 429 || response.status >= 500;
      if (method !== 'GET' || !passing || attempt === TRIES) throw new Refused(method, path, response.status, json.errors ?? []);
      await wait(1000 * Number(response.headers.get('retry-after') ?? 2 ** attempt));
    }
  }

  const call = async (method, path, body) => (await answer(method, path, body)).result;

  /** Lists are paged by number or by cursor; `of` picks the list where the result is an object. */
  async function list(path, of = (result) => result) {
    const items = [];
    const page = (key, value) => `${path}${path.includes('?') ? '&' : '?'}per_page=50${value === undefined ? '' : `&${key}=${encodeURIComponent(value)}`}`;
    for (let number = 1, cursor; ; number += 1) {
      const { result, result_info: info = {} } = await answer('GET', cursor ? page('cursor', cursor) : page('page', number));
      items.push(...of(result));
      cursor = info.cursor || info.cursors?.after;
      if (!cursor && number >= (info.total_pages ?? 1)) return items;
    }
  }

  /** The answer to a question whose 404 means "none". */
  async function find(path) {
    try {
      return await call('GET', path);
    } catch (error) {
      if (error.status === 404) return undefined;
      throw error;
    }
  }

  return { accountId, call, list, find };
}
