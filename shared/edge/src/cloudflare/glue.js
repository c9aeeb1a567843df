// What Rust asks of JavaScript at every request, each in one call: a crossing costs about a microsecond, and doing the same
// through the bindings of web-sys takes dozens of them.

/** A request's method, address and headers. */
export const head = (request) => JSON.stringify([request.method, request.url, [...request.headers]]);

/** A response of known length; `headers` are pairs as JSON. */
export const respond = (status, headers, body) => new Response(body, { status, headers: JSON.parse(headers) });

/** A statement sent to Neon's endpoint: the three digits of the status, then the body. */
export async function query(endpoint, connectionString, body) {
  const headers = {
    'content-type': 'application/json',
    'neon-connection-string': connectionString,
    'neon-raw-text-output': 'true',
    'neon-array-mode': 'true',
  };
  const response = await fetch(endpoint, { method: 'POST', headers, body });
  return `${response.status}${await response.text()}`;
}

/** A message put into a queue. */
export const enqueue = (queue, body) => queue.send(body, { contentType: 'text' });

/** The text under a key of a KV namespace, or null. */
export const read = (namespace, key) => namespace.get(key);

/** Whether one more passes a rate limit; undefined where there is no such binding. */
export const passes = async (env, binding, key) => (await env[binding]?.limit({ key }))?.success;
