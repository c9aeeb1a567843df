// Brings accounts from elsewhere. See HELP.
import { createWriteStream, existsSync } from 'node:fs';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { accountsOfBetterAuth } from './import/better-auth.mjs';
import { accountsOfCsv } from './import/csv.mjs';
import { load } from './import/load.mjs';

const HELP = `scripts/import-users (--csv FILE | --better-auth URL) --to URL [options]

  --csv FILE           accounts from a CSV file in UTF-8 whose first line names its columns:
                         email            needed
                         password_hash    Argon2id ($argon2id$), bcrypt ($2a$, $2b$, $2y$, cost 4 to 14), or
                                          BetterAuth's scrypt (salt:key); never a password itself
                         name             else the part of the address before its @
                         email_verified   true, false, or when
                         created_at       a time; id: a UUID to keep; further columns are left out
  --better-auth URL    accounts from a BetterAuth database (tables user and account, or users and accounts)
  --schema public      where its tables are
  --to URL             the database of this platform, migrated; DATABASE_URL if left out
  --dry-run            says what would happen and writes nothing
  --without-password   also accounts without a password or with a hash of another kind: they sign in after "forgot password"
  --report FILE        writes what was skipped as CSV, a line each: where it stood in the source, and why

People keep their passwords: a hash from elsewhere is verified at the next login, and replaced by an Argon2id then. Everybody comes as
a customer. An address that is here already is skipped and stays as it is, so a run that was cut short is simply
run again. Memory does not grow with the number of accounts: a million from a CSV file of 130 MB took under five minutes on two shared
cores, 3,500 a second, and 240 MB throughout. URLs must lead to PostgreSQL directly, not to a pooler: a
temporary table and a cursor live as long as their connection.`;

/** What was asked for; a sentence where that makes no sense. */
function options() {
  const { values } = parseArgs({
    options: {
      csv: { type: 'string' },
      'better-auth': { type: 'string' },
      schema: { type: 'string', default: 'public' },
      to: { type: 'string', default: process.env.DATABASE_URL },
      'dry-run': { type: 'boolean', default: false },
      'without-password': { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
  if (Boolean(values.csv) === Boolean(values['better-auth'])) throw new Error('say where the accounts are: --csv FILE or --better-auth URL');
  if (!values.to) throw new Error('say where they go: --to URL, or DATABASE_URL');
  if (values.csv && !existsSync(values.csv)) throw new Error(`there is no file ${values.csv}`);
  return values;
}

const number = (value) => Math.round(value).toLocaleString('en');

/** Once a second at most, on standard error. */
function progress() {
  const started = performance.now();
  let last = started;
  return ({ read, imported, skipped }) => {
    const now = performance.now();
    if (now - last < 1_000) return;
    last = now;
    console.error(`  ${number(read)} read, ${number(imported)} imported, ${number(skipped)} skipped, ${number((read / (now - started)) * 1_000)} a second`);
  };
}

async function run({ csv, schema, to, report, ...values }) {
  const dryRun = values['dry-run'];
  const entries = csv ? accountsOfCsv(csv) : accountsOfBetterAuth(values['better-auth'], schema);
  const file = report && createWriteStream(report);
  file?.write('where,why\n');
  const reasons = {};
  const onSkipped = ({ at, reason }) => {
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    file?.write(`${at},${reason}\n`);
  };
  const onProgress = progress();
  const counts = await load(entries, { to, dryRun, withoutPassword: values['without-password'], onSkipped, onProgress });
  if (file) await once(file.end(), 'finish');
  console.log(`${number(counts.read)} accounts read`);
  console.log(`${number(counts.imported)} ${dryRun ? 'would be imported (dry run)' : 'imported'}`);
  console.log(`${number(counts.skipped)} skipped`);
  for (const [reason, count] of Object.entries(reasons).sort(([, a], [, b]) => b - a)) console.log(`  ${number(count)} ${reason}`);
  if (report) console.log(`each is named in ${report}`);
}

try {
  if (process.argv.includes('--help')) console.log(HELP);
  else await run(options());
} catch (error) {
  console.error(`\nCannot import: ${error.message}`);
  process.exitCode = 1;
}
