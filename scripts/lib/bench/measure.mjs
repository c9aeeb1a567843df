// One stack, measured: its floors, then each flow at each number of connections.
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { portsOf } from '../ports.mjs';
import { startStack } from '../stack.mjs';
import { FLOORS, floorOf, floorTargets, floorWorker, hashFloor } from './floors.mjs';
import { fault } from './flows.mjs';
import { COARSE, LIMITS } from './limits.mjs';
import { drive } from './load.mjs';
import { cpuSeconds, residentMegabytes, workerds } from './process.mjs';
import { seed } from './seed.mjs';
import { COUNTING, statementCounter } from './statements.mjs';
import { WEBHOOK_SECRET } from './webhook.mjs';

export const OWN_DATABASE = 'the bench writes thousands of rows, so it uses no database but its own: unset DATABASE_URL, in .dev.vars too';
const OFFSET = 3000;
const FLOORS_PORT = 23_090;
/** Where the stack has PostgreSQL and its HTTP endpoint. */
export const { postgres: DATABASE_PORT, outside: SQL_PORT } = portsOf(OFFSET);
/** Where files are memory. */
const MEMORY = '/dev/shm';
/** Before the first measurement of a flow: compilation to machine code is done by then. */
const WARM_UP = { connections: 10, seconds: 2 };

/**
 * Starts a fresh stack, seeds it, calls `work` with it and ends it. `limits`: the kind of rate-limit bindings.
 * `databasePort`: where the workers find the database, when not where it is. `inspect`: whether isolates can be looked into.
 */
export async function withStack({ transport, limits, databasePort, inspect, log }, work) {
  const state = resolve('.local/bench/state');
  rmSync(state, { recursive: true, force: true });
  // On Cloudflare no isolate waits for the disk of a Durable Object; here all of them would, whenever one commits.
  const storage = join(existsSync(MEMORY) ? MEMORY : state, 'codex-bench');
  rmSync(storage, { recursive: true, force: true });
  const failures = [];
  const databaseUrl = (port) => `postgres://codex:codex@127.0.0.1:${port}/codex`;
  const sqlUrl = (port) => `http://127.0.0.1:${port}/sql`;
  const vars = { LIMITS, STRIPE_WEBHOOK_SECRET_BOOKING: WEBHOOK_SECRET };
  if (databasePort && transport === 'http') vars.DATABASE_HTTP_URL = sqlUrl(databasePort);
  const adjust = (options) => {
    if (databasePort && transport === 'hyperdrive') options.hyperdrives = { HYPERDRIVE: databaseUrl(databasePort) };
    return COARSE[limits](options);
  };
  const stack = await startStack({
    offset: OFFSET,
    state,
    storage,
    inspect,
    transport,
    log,
    vars,
    adjust,
    beside: [floorWorker(FLOORS_PORT, { databaseUrl: databaseUrl(DATABASE_PORT), databaseHttpUrl: sqlUrl(SQL_PORT) })],
    postgresFlags: COUNTING,
    onLog: ({ level, message }) => level === 'error' && failures.push(message),
  });
  let world;
  let counter;
  try {
    if (!stack.postgres) throw new Error(OWN_DATABASE);
    log('seeding');
    world = await seed(stack);
    counter = await statementCounter(stack.databaseUrl);
    return await work({ stack, world, counter, transport, limits, failures, pids: workerds() });
  } finally {
    await counter?.end();
    await world?.end();
    await stack.stop();
    rmSync(storage, { recursive: true, force: true });
  }
}

/** Sends as many requests as fit into about `seconds`, as the last drive of this target tells. */
const amountFor = (rate, seconds) => Math.max(20, Math.ceil(rate * seconds));

/** How fast `target` answers once it is warm. */
async function warmUp(target) {
  const probe = await drive(target, { connections: WARM_UP.connections, amount: 20 });
  const warm = await drive(target, { connections: WARM_UP.connections, amount: amountFor(probe.rate, WARM_UP.seconds) });
  return warm.rate;
}

/** Drives `target` and says what that cost. */
export async function measured({ pids, counter, failures }, target, load) {
  failures.length = 0;
  const statements = await counter.read();
  const memory = residentMegabytes(pids);
  const cpu = cpuSeconds(pids);
  const { requests, ...driven } = await drive(target, load);
  const used = cpuSeconds(pids) - cpu;
  const { count, milliseconds } = await counter.read();
  return {
    connections: load.connections,
    requests,
    ...driven,
    cpuPerThousand: (used / requests) * 1000,
    statements: (count - statements.count) / requests,
    databaseMilliseconds: (milliseconds - statements.milliseconds) / requests,
    memoryBefore: memory,
    memoryAfter: residentMegabytes(pids),
    logged: failures.slice(0, 3),
  };
}

/** What the runtime's own parts cost: CPU seconds per 1,000 by name. */
export async function measureFloors(bench, { seconds, onCell, log }) {
  const costs = {};
  for (const { name, target } of await floorTargets(`http://127.0.0.1:${FLOORS_PORT}`)) {
    const rate = await warmUp(target);
    const cell = await measured(bench, target, { connections: 10, amount: amountFor(rate, seconds) });
    costs[name] = cell.cpuPerThousand;
    onCell({ flow: `floor: ${FLOORS[name].what}`, transport: bench.transport, ...cell });
  }
  costs.hash = hashFloor();
  log(`floor: one Argon2id by OpenSSL: ${costs.hash.toFixed(1)} CPU seconds per 1,000`);
  return costs;
}

/** The flow as something to drive, or why it cannot be measured. */
export async function prepare(flow, { stack, world }) {
  const url = stack.urls[flow.worker]?.replace('localhost', '127.0.0.1');
  if (!url) return { kind: 'skipped', why: `${flow.worker} is not built` };
  const target = { url, requests: flow.requests(world), expect: flow.expect };
  const broken = await fault(flow, target, world);
  return broken ? { kind: 'broken', why: broken } : { target };
}

/** Every cell of one flow. */
export async function measureFlow(bench, flow, target, { connections, seconds, floors, onCell }) {
  const cells = [];
  let rate = await warmUp(target);
  for (const count of connections) {
    // One connection is slower than ten; how much is not known before.
    if (count < WARM_UP.connections) rate = (await drive(target, { connections: count, amount: 20 })).rate;
    const cell = await measured(bench, target, { connections: count, amount: amountFor(rate, seconds) });
    rate = cell.rate;
    const floor = bench.transport === 'http' ? floorOf(flow.uses, bench.limits, floors) : undefined;
    cells.push({ flow: flow.name, transport: bench.transport, ...cell, aim: flow.aim, floor, like: flow.like && { what: FLOORS[flow.like].what, cpu: floors[flow.like] }, reference: flow.reference && { rate: flow.reference.rate[count], cpu: flow.reference.cpu } });
    onCell(cells.at(-1));
  }
  return cells;
}
