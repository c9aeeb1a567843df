// A client of the platform for the demo and the end-to-end tests: requests, accounts, and waiting for what happens after an answer.
import assert from 'node:assert/strict';

export const PASSWORD = 'correct horse battery';

/** Talks to the workers at `urls`. */
export function clientOf({ urls, fetch = globalThis.fetch }) {
  async function call(worker, method, path, { cookie, body, headers } = {}) {
    const response = await fetch(urls[worker] + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }), ...(cookie && { cookie }) },
      body: body && JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: text ? JSON.parse(text) : undefined };
  }

  /** The body of an answer that must have this status. */
  async function expect(status, worker, method, path, options) {
    const answer = await call(worker, method, path, options);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    return answer.json;
  }

  /** A new account; its cookie. */
  async function person(email) {
    const answer = await call('auth', 'POST', '/api/auth/email/register', { body: { email, password: PASSWORD, name: 'A Person' } });
    assert.equal(answer.status, 200, answer.text);
    return answer.headers.get('set-cookie').split(';')[0];
  }

  return { call, expect, person };
}

/** Waits until `probe` gives something, for a bounded time; what else this process has to do is done between attempts. */
export async function until(what, probe, patience = 30_000) {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    const found = await probe();
    if (found) return found;
    await new Promise(setImmediate);
  }
  return assert.fail(`${what} did not happen within ${patience / 1000} seconds`);
}
