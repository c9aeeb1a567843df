// Whether people who sign in keep others waiting: the session check by itself, and while logins are in flight.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { FLOWS } from './flows.mjs';
import { prepare } from './measure.mjs';
import { drive } from './load.mjs';

export const LOGINS = 10;
/** A 99th percentile is the tenth slowest of a thousand. */
const LEAST = 1_000;

/** Keeps `count` requests of `target` in flight until it is told to stop; then gives how many were answered as expected. */
function keepInFlight({ url, requests: [request], expect }, count) {
  const worker = new Worker(new URL('./in-flight.mjs', import.meta.url), { workerData: { url, request, expect, count } });
  const answered = once(worker, 'message');
  // Told to whoever stops it.
  answered.catch(() => {});
  return async () => {
    worker.postMessage('stop');
    return (await answered)[0];
  };
}

/** The latency of session checks, one after the other, idle and under logins; undefined where either flow cannot be measured. */
export async function measureContention(bench, seconds) {
  const named = (name) => prepare(FLOWS.find((flow) => flow.name === name), bench);
  const [{ target: session }, { target: login }] = [await named('session'), await named('login')];
  if (!session || !login) return undefined;
  const warm = await drive(session, { connections: 1, amount: LEAST });
  const check = () => drive(session, { connections: 1, amount: Math.max(LEAST, Math.ceil(warm.rate * seconds)) });
  const idle = await check();
  const stop = keepInFlight(login, LOGINS);
  let busy;
  let logins;
  try {
    busy = await check();
  } finally {
    logins = await stop();
  }
  const figures = ({ p50, p99, errors }) => ({ p50, p99, errors });
  return { transport: bench.transport, idle: figures(idle), busy: figures(busy), logins, ratio: busy.p99 / idle.p99 };
}
