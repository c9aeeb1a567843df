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

/**
 * What the worker behind a binding answers: its status and headers as JSON, and its body. JSON comes whole, because whoever asked for it
 * reads all of it, and a stream crosses for every piece and its locks; anything else, and what is to be kept as a file, streams.
 */
export async function call(env, binding, method, url, headers, body) {
  const response = await env[binding].fetch(url, { method, headers: JSON.parse(headers), body, redirect: 'manual' });
  const whole = response.headers.get('content-type')?.startsWith('application/json') && !response.headers.has('content-disposition');
  return [JSON.stringify([response.status, [...response.headers]]), whole ? await response.bytes() : response.body];
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

/** A message put into a queue. */
export const enqueue = (queue, body) => queue.send(body, { contentType: 'text' });

/** Milliseconds until KV, which is only a cache, is taken to be away. */
const KV_PATIENCE = 1000;

/** What `asked` brings, unless that takes longer than anybody waits for a cache. */
async function soon(asked) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, KV_PATIENCE, new Error('no answer in time'))));
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The text under a key of a KV namespace, or null. */
export const read = (namespace, key) => soon(namespace.get(key));

/** Keeps a text in a KV namespace for so many seconds. */
export const keep = (namespace, key, text, seconds) => soon(namespace.put(key, text, { expirationTtl: seconds }));

/** Forgets a key of a KV namespace. */
export const forget = (namespace, key) => soon(namespace.delete(key));

/** Whether one more passes a rate limit; undefined where there is no such binding. */
export const passes = async (env, binding, key) => (await env[binding]?.limit({ key }))?.success;

// One flight for a key in an isolate. Waiting happens in JavaScript, which resumes each request as its own; Rust would resume all
// of them within the one that landed.
const flights = new Map();
/** A request may end before its flight does; after so long (milliseconds) it is taken for lost. */
const LOST = 2000;

/** Whether the caller is to fly for `key`; else somebody is under way. */
export function board(key) {
  if (Date.now() - (flights.get(key)?.since ?? 0) < LOST) return false;
  let land;
  const landed = new Promise((resolve) => (land = resolve));
  flights.set(key, { landed, land, since: Date.now() });
  return true;
}

/** What the flight for `key` brings; undefined where it brings nothing or is lost. */
export async function landing(key) {
  const flight = flights.get(key);
  if (!flight) return undefined;
  let timer;
  const lost = new Promise((resolve) => (timer = setTimeout(resolve, LOST)));
  const text = await Promise.race([flight.landed, lost]);
  clearTimeout(timer);
  return text;
}

/** Ends the flight for `key` with what it brought, if anything. Whether there was one: it may have been forgotten meanwhile. */
export function land(key, text) {
  const flight = flights.get(key);
  flights.delete(key);
  flight?.land(text);
  return flight !== undefined;
}
