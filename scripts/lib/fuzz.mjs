// Whether a worker ever answers 5xx, or anything that its document does not say, to what schemathesis makes of that document. See HELP.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { LIMITS } from './bench/limits.mjs';
import { clientOf } from './client.mjs';
import { startStack } from './stack.mjs';

const HELP = `scripts/fuzz [options]   a stack of its own (state in .local/fuzz), and schemathesis at every route

  --workers a,b    of the workers; all by default
  --examples 20    cases made for each route
  --seed N         makes the same cases again
  --no-build       fuzzes what is built, as it is`;

const OFFSET = 3600;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
];
/** These end the session that all the others need. */
const LAST_WORDS = ['/api/auth/signout', '/api/auth/sign-out', '/api/auth/sessions', '/api/user/account'];

/** Ends with whether schemathesis found nothing. */
function schemathesis(worker, url, cookie, { examples, seed }) {
  const args = ['run', `workers/${worker}/openapi.json`, '--url', url, '--header', `cookie: ${cookie}`, '--checks', CHECKS.join(), '--phases', 'examples,coverage,fuzzing'];
  args.push('--max-examples', examples, '--continue-on-failure', '--no-color', '--suppress-health-check', 'all', '--warnings', 'off');
  if (seed) args.push('--seed', seed);
  for (const path of LAST_WORDS) args.push('--exclude-path', path);
  const child = spawn(resolve('.local/fuzz/venv/bin/schemathesis'), args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((done) => child.once('exit', (code) => done(code === 0)));
}

async function main() {
  const { values } = parseArgs({
    options: {
      workers: { type: 'string' },
      examples: { type: 'string', default: '20' },
      seed: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const state = resolve('.local/fuzz/state');
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state, { recursive: true });
  const adjust = (options) => {
    for (const { simple } of Object.values(options.ratelimits ?? {})) simple.limit = 1_000_000_000;
    return options;
  };
  const failures = [];
  const stack = await startStack({
    offset: OFFSET,
    state,
    vars: { LIMITS },
    adjust,
    log: (line) => console.log(line),
    onLog: ({ level, message }) => level === 'error' && failures.push(message),
  });
  try {
    const client = clientOf(stack);
    const cookie = await client.person('fuzz@example.com');
    const opened = await client.call('organization-api', 'POST', '/api/organizations', { cookie, body: { name: 'Fuzz', slug: 'fuzz' } });
    const creator = opened.headers.get('set-cookie').split(';')[0];
    // Nearly all of admin-api is for who runs the platform: others would only ever hear 403.
    const overseer = await client.person('overseer@example.com');
    const database = new pg.Client({ connectionString: stack.databaseUrl });
    await database.connect();
    await database.query(`UPDATE users SET role = 'platform_owner', email_verified_at = now() WHERE email = 'overseer@example.com'`);
    await database.end();
    const whoAt = { 'admin-api': overseer };
    const workers = values.workers?.split(',') ?? Object.keys(stack.urls);
    const found = [];
    for (const worker of workers) {
      console.log(`\n== ${worker}`);
      if (!(await schemathesis(worker, stack.urls[worker], whoAt[worker] ?? creator, values))) found.push(worker);
    }
    for (const line of new Set(failures)) console.log(line);
    console.log(found.length ? `\nschemathesis found something in ${found.join(', ')}` : `\nschemathesis found nothing in ${workers.join(', ')}`);
    process.exitCode = found.length ? 1 : 0;
  } finally {
    await stack.stop();
  }
}

await main();
