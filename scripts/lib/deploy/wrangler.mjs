// Wrangler, as a program: it uploads workers and shifts traffic between their versions.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationFile } from './generate.mjs';

/** How much of what wrangler says is repeated when it fails, characters. */
const REPEATED = 4_000;

/** Runs wrangler; what it says about what it did (`WRANGLER_OUTPUT_FILE_PATH`: one JSON object a line). */
export async function wrangler(args, { env = process.env, input } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'codex-wrangler-'));
  const told = join(folder, 'told.ndjson');
  writeFileSync(told, '');
  try {
    const child = spawn('wrangler', args, {
      env: { ...env, CI: '1', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_OUTPUT_FILE_PATH: told, WRANGLER_LOG_PATH: '.local/wrangler-logs' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-REPEATED)));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    const code = await new Promise((ended, failed) => child.once('error', failed).once('close', ended));
    if (code !== 0) throw new Error(`wrangler ${args.slice(0, 2).join(' ')} failed:\n${said.trim()}`);
    return readFileSync(told, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The arguments that name a worker of an environment. */
export const of = (worker, environment) => ['--config', configurationFile(worker, environment), '--env', environment.kind];

/** Runs `use` with a file that holds `values` as JSON, for as long as it takes; nothing where there is nothing to hold. */
export async function withFile(values, use) {
  if (Object.keys(values).length === 0) return use(undefined);
  const folder = mkdtempSync(join(tmpdir(), 'codex-secrets-'));
  try {
    const file = join(folder, 'secrets.json');
    writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
