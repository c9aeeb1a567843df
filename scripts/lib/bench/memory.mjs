// Whether memory grows with use: after 20,000 requests, and after 200,000. What is resident is the whole of workerd, and with it what was
// thrown away but not collected yet, the simulation of the platform, and what the allocator keeps; what isolates hold is ours.
import { isolatesOf } from './isolates.mjs';
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
  const measured = flows.filter(({ name }) => !SLOW.includes(name));
  const targets = [];
  for (const flow of measured) {
    const { target } = await prepare(flow, bench);
    if (target) targets.push(target);
  }
  const names = [...new Set(measured.map(({ worker }) => `codex-${worker}`))];
  const isolates = await isolatesOf(await bench.stack.inspector(), names);
  const rounds = [];
  const marks = [];
  for (let sent = 0; sent < MARKS.at(-1); ) {
    for (const target of targets) sent += (await drive(target, { connections: CONNECTIONS, amount: Math.ceil(ROUND / targets.length) })).requests;
    const resident = residentMegabytes(bench.pids);
    rounds.push({ requests: sent, resident });
    log(`${sent} requests: ${resident.toFixed(0)} MB resident`);
    if (sent < MARKS[marks.length]) continue;
    const held = await isolates.megabytes();
    log(`  of which ${names.length} isolates hold ${held.toFixed(1)} MB`);
    marks.push({ requests: sent, resident, held });
  }
  const ratio = (of) => marks.at(-1)[of] / marks[0][of];
  const ratios = { held: ratio('held'), resident: ratio('resident') };
  log(`after ${MARKS[1]} requests to after ${MARKS[0]}: held ×${ratios.held.toFixed(2)}, resident ×${ratios.resident.toFixed(2)}`);
  return { transport: bench.transport, rounds, marks, ratios };
}
