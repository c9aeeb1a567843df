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
/**
 * Milliseconds (of the statement, not of a clock at every row), pages touched, tables read from end to end and indexes used by `sql` with
 * these parameters; the best of seven.
 */
export async function costOf(client, sql, params) {
  const prepared = `s${++made}`;
  await client.query(`PREPARE ${prepared} (${params.map(() => 'text').join(', ')}) AS ${sql}`);
  const values = params.map((value) => (value === null ? 'NULL' : pg.escapeLiteral(String(value)))).join(', ');
  let best;
  for (let turn = 0; turn < 7; turn++) {
    const { rows } = await client.query(`EXPLAIN (ANALYZE, TIMING OFF, BUFFERS, FORMAT JSON) EXECUTE ${prepared} (${values})`);
    const [{ Plan: plan, 'Execution Time': execution, 'Planning Time': planning }] = rows[0]['QUERY PLAN'];
    const ran = [...nodes(plan)].filter((node) => node['Actual Loops'] > 0);
    const walked = ran.filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) > COUNTED).map((node) => node['Relation Name']);
    const read = ran.filter((node) => node['Index Name']).map((node) => node['Index Name']);
    const found = { ms: execution + planning, pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], walked: [...new Set(walked)], read: [...new Set(read)] };
    if (!best || found.ms < best.ms) best = found;
  }
  return best;
}
