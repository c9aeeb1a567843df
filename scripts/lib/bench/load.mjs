// Drives one target with autocannon and times every answer.
import autocannon from 'autocannon';

/** The value below which `share` of the sorted `values` lie. */
function percentile(values, share) {
  return values.length === 0 ? NaN : values[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)];
}

/**
 * Sends `amount` requests over `connections` and waits for every answer: an amount, not a time, so that no request is
 * cut off half done and counted in the CPU but not in the answers. Anything but the status `expect` is an error.
 */
export async function drive({ url, requests, expect }, { connections, amount }) {
  const latencies = [];
  let wrong = 0;
  let last = 0;
  const started = performance.now();
  const result = await new Promise((done, failed) => {
    const options = { url, requests, connections, amount: Math.max(amount, connections), sampleInt: 50, timeout: 30 };
    const run = autocannon(options, (error, result) => (error ? failed(error) : done(result)));
    run.on('response', (_client, status, _bytes, milliseconds) => {
      latencies.push(milliseconds);
      last = performance.now();
      if (status !== expect) wrong++;
    });
  });
  latencies.sort((a, b) => a - b);
  const seconds = (last - started) / 1000;
  return {
    requests: latencies.length,
    seconds,
    rate: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    errors: wrong + result.errors,
  };
}
