// Brings a stream of accounts into `users`, batch by batch. What is there already stays as it is, so a run that was cut short
// is run again.
import pg from 'pg';
import { accountOf } from './account.mjs';

const BATCH = 1_000;

/** The addresses of this run, kept by the database: a million of them are a lot for this process. */
const SEEN = 'CREATE TEMPORARY TABLE seen (email text PRIMARY KEY)';
const NEW_TO_US = `INSERT INTO seen SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING email`;
const EXISTING = 'SELECT email FROM users WHERE email = ANY ($1::text[])';
const INSERT = `INSERT INTO users (id, email, email_verified_at, name, password_hash, created_at, updated_at)
  SELECT id, email, email_verified_at, name, password_hash, created_at, updated_at
  FROM json_to_recordset($1::json) AS account (id uuid, email text, email_verified_at timestamptz, name text, password_hash text,
                                               created_at timestamptz, updated_at timestamptz)
  ON CONFLICT DO NOTHING RETURNING email`;

/** Arrays of at most `size` items. */
async function* batches(items, size) {
  let batch = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const emailsOf = async (client, sql, params) => new Set((await client.query(sql, params)).rows.map(({ email }) => email));

/**
 * Brings `entries` ({at, source} or {at, reason}) to the database at `to`. With `dryRun` nothing is written but what it says
 * would be. `onSkipped({at, reason})` is told each that did not come, `onProgress(counts)` the counts after each batch; the
 * last counts are the result.
 */
export async function load(entries, { to, dryRun = false, withoutPassword = false, onSkipped = () => {}, onProgress = () => {} }) {
  const client = new pg.Client({ connectionString: to });
  await client.connect();
  const counts = { read: 0, imported: 0, skipped: 0 };
  const skip = (at, reason) => {
    counts.skipped++;
    onSkipped({ at, reason });
  };
  try {
    await client.query(SEEN);
    for await (const batch of batches(entries, BATCH)) {
      const accounts = new Map();
      for (const { at, source, reason } of batch) {
        const made = reason ? { reason } : accountOf(source, { withoutPassword });
        if (made.reason) skip(at, made.reason);
        else if (accounts.has(made.account.email)) skip(at, 'duplicate');
        else accounts.set(made.account.email, { at, account: made.account });
      }
      const fresh = await emailsOf(client, NEW_TO_US, [[...accounts.keys()]]);
      for (const [email, { at }] of [...accounts]) {
        if (fresh.has(email)) continue;
        skip(at, 'duplicate');
        accounts.delete(email);
      }
      const rows = [...accounts.values()].map(({ account }) => account);
      const here = dryRun ? await emailsOf(client, EXISTING, [[...accounts.keys()]]) : await emailsOf(client, INSERT, [JSON.stringify(rows)]);
      for (const [email, { at }] of accounts) {
        if (here.has(email) === dryRun) skip(at, 'existing');
        else counts.imported++;
      }
      counts.read += batch.length;
      onProgress(counts);
    }
  } finally {
    await client.end();
  }
  return counts;
}
