// Whether memory grows with use: what workerd holds after 20,000 requests, and after 200,000.
import { prepare } from './measure.mjs';
import { drive } from './load.mjs';
import { residentMegabytes } from './process.mjs';

const MARKS = [20_000, 200_000];
const ROUND = 20_000;
const CONNECTIONS = 10;
/** Hashing a password takes 30 ms: 200,000 of them would take hours and say nothing more. */
const SLOW = ['register', 'login'];

/** Mixes the flows evenly, round after round, and reads the memory at each mark. */
export async function measureMemory(bench, flows, log) {
  const targets = [];
  for (const flow of flows.filter(({ name }) => !SLOW.includes(name))) {
    const { target } = await prepare(flow, bench);
    if (target) targets.push(target);
  }
  const marks = [];
  for (let sent = 0; sent < MARKS.at(-1); ) {
    for (const target of targets) sent += (await drive(target, { connections: CONNECTIONS, amount: Math.ceil(ROUND / targets.length) })).requests;
    const megabytes = residentMegabytes(bench.pids);
    log(`${sent} requests: ${megabytes.toFixed(0)} MB`);
    marks.push({ requests: sent, megabytes });
  }
  const [early, late] = MARKS.map((mark) => marks.find(({ requests }) => requests >= mark).megabytes);
  log(`memory after ${MARKS[1]} requests is ${(late / early).toFixed(2)} times that after ${MARKS[0]}`);
  return { transport: bench.transport, marks, ratio: late / early };
}
