// SQL statements as the database counted them: pg_stat_statements sees every one, whichever road it came by.
import pg from 'pg';

/** Arguments of PostgreSQL that make it count. */
export const COUNTING = ['-c', 'shared_preload_libraries=pg_stat_statements', '-c', 'pg_stat_statements.track=top'];

/** All but this question itself. */
const COUNTS = `SELECT coalesce(sum(calls), 0)::float8 AS count, coalesce(sum(total_exec_time), 0)::float8 AS milliseconds
  FROM pg_stat_statements WHERE query !~ 'pg_stat_statements'`;

const OF_SOME = `SELECT coalesce(sum(calls), 0)::float8 AS count FROM pg_stat_statements WHERE query ~ $1 AND query !~ 'pg_stat_statements'`;

/** A connection that reads how many statements ran so far, and the milliseconds that the database spent in them; or how often those did
 * whose text matches a pattern. */
export async function statementCounter(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const read = async () => (await client.query(COUNTS)).rows[0];
  const countOf = async (pattern) => (await client.query(OF_SOME, [pattern])).rows[0].count;
  return { read, countOf, end: () => client.end() };
}
