// Statements on databases of their own: what each costs there, and how it is planned.
import pg from 'pg';
import { migrate } from '../migrate.mjs';

/** A new, migrated database beside the one that `TEST_DATABASE_URL` names; a client of it that plans for the parameters at hand. */
export async function freshDatabase(name) {
  const server = new URL(process.env.TEST_DATABASE_URL);
  const admin = new pg.Client({ connectionString: server.href });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${name}`);
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  server.pathname = `/${name}`;
  await migrate(server.href);
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  await client.query('SET plan_cache_mode = force_custom_plan');
  return client;
}

function* nodes(plan) {
  yield plan;
  for (const inner of plan.Plans ?? []) yield* nodes(inner);
}

/** Rows that a plan may read in no order: the longest lists are counted to 10,000, and some of what is read may be left out. */
const COUNTED = 30_000;

let made = 0;
async function prepared(client, sql, params) {
  const name = `s${++made}`;
  await client.query(`PREPARE ${name} (${params.map(() => 'text').join(', ')}) AS ${sql}`);
  const values = params.map((value) => (value === null ? 'NULL' : pg.escapeLiteral(String(value)))).join(', ');
  return { run: `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE ${name} (${values})`, end: () => client.query(`DEALLOCATE ${name}`) };
}

async function costOnce(client, run) {
  const { rows } = await client.query(run);
  const [{ Plan: plan, 'Execution Time': execution, 'Planning Time': planning }] = rows[0]['QUERY PLAN'];
  const ran = [...nodes(plan)].filter((node) => node['Actual Loops'] > 0);
  const scans = ran.filter((node) => node['Node Type'] === 'Seq Scan');
  const walked = scans.map((node) => node['Relation Name']);
  const far = scans.filter((node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) > COUNTED).map((node) => node['Relation Name']);
  const read = ran.filter((node) => node['Index Name']).map((node) => node['Index Name']);
  return { ms: execution + planning, pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], walked: [...new Set(walked)], far: [...new Set(far)], read: [...new Set(read)] };
}

const byTime = (costs) => costs.toSorted((a, b) => a.ms - b.ms);
export const median = (costs) => byTime(costs)[costs.length >> 1];
export const fastest = (costs) => byTime(costs)[0];

/** Milliseconds, pages touched, tables read from end to end (`far`: past `COUNTED` rows) and indexes used by `sql` with these parameters; the best of five. */
export async function costOf(client, sql, params) {
  const { run, end } = await prepared(client, sql, params);
  const costs = [];
  for (let turn = 0; turn < 5; turn++) costs.push(await costOnce(client, run));
  await end();
  return fastest(costs);
}

/** The same of one statement in several databases, each with its own parameters, in turns, so that whatever else the machine does slows both: what `pick` takes of `turns`. */
export async function costsOf(clients, sql, params, turns = 3, pick = median) {
  const statements = [];
  for (const [which, client] of clients.entries()) statements.push(await prepared(client, sql, params[which]));
  const costs = clients.map(() => []);
  // The first run of each fills caches.
  for (let turn = 0; turn <= turns; turn++) {
    for (const [which, client] of clients.entries()) {
      const cost = await costOnce(client, statements[which].run);
      if (turn > 0) costs[which].push(cost);
    }
  }
  for (const { end } of statements) await end();
  return costs.map(pick);
}
