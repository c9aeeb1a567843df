// What Rust asks of JavaScript at every request, each in one call: a crossing costs about a microsecond, and doing the same
// through the bindings of web-sys takes dozens of them.

/** A request's method, address and headers. */
export const head = (request) => JSON.stringify([request.method, request.url, [...request.headers]]);

/** A request's whole body. */
export const bytes = (request) => request.bytes();

const steadyHeaders = new Map();

/**
 * A response of known length; headers are pairs as JSON. `steady` are those that few answers differ in: their `Headers` are
 * made once, because making them costs more than copying them.
 */
export function respond(status, steady, own, body) {
  let headers = steadyHeaders.get(steady);
  if (!headers) steadyHeaders.set(steady, (headers = new Headers(JSON.parse(steady))));
  const response = new Response(body, { status, headers });
  for (const [name, value] of JSON.parse(own)) response.headers.append(name, value);
  return response;
}

let neonHeaders;

/** `text` in a Unicode normal form: the engine brings the tables. */
export const normalize = (text, form) => text.normalize(form);

/** A statement sent to Neon's endpoint: the three digits of the status, then the body. */
export async function query(endpoint, connectionString, body) {
  const headers = (neonHeaders ??= new Headers({
    'content-type': 'application/json',
    'neon-connection-string': connectionString,
    'neon-raw-text-output': 'true',
    'neon-array-mode': 'true',
  }));
  const response = await fetch(endpoint, { method: 'POST', headers, body });
  return `${response.status}${await response.text()}`;
}

/** The text under a key of a KV namespace, or null. */
export const read = (namespace, key) => namespace.get(key);

/** Whether one more passes a rate limit; undefined where there is no such binding. */
export const passes = async (env, binding, key) => (await env[binding]?.limit({ key }))?.success;
