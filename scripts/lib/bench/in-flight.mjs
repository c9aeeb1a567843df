// On a thread of its own, so that what it sends keeps nobody's clock waiting: so many requests in flight until it is told to stop; then
// it tells how many were answered as expected.
import { parentPort, workerData } from 'node:worker_threads';

const { url, request, expect, count } = workerData;
let [stopped, answered] = [false, 0];
parentPort.once('message', () => (stopped = true));
await Promise.all(
  Array.from({ length: count }, async () => {
    while (!stopped) {
      const response = await fetch(url + request.path, request);
      await response.arrayBuffer();
      if (response.status !== expect) throw new Error(`${request.path} answers ${response.status}`);
      answered++;
    }
  }),
);
parentPort.postMessage(answered);
