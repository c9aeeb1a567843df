// What each worker would upload, as `wrangler deploy --dry-run` measures it; run by itself for every environment and for a pull
// request's, offline, failing above the bar.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { generate } from './deploy/generate.mjs';
import { previewFolder } from './deploy/environments.mjs';

/** KiB, gzip, per worker: 600 kB. */
const BAR = 585;
/** Dry runs at a time: each is a Node of its own. */
const AT_ONCE = 2;
/** The pull request that is tried. */
const PREVIEW = 'preview-123';

const env = { ...process.env, CI: '1', NO_COLOR: '1', WRANGLER_LOG_PATH: '.local/wrangler-logs' };
const run = promisify(execFile);

async function dryRun(file, environment) {
  const target = resolve('.local/dry-run', file.replace('.jsonc', '').replaceAll('/', '-'), environment || 'development');
  const args = ['deploy', '--dry-run', '--config', file, '--env', environment, '--outdir', target];
  const { stdout } = await run('wrangler', args, { env, maxBuffer: 2 ** 26 }).catch((error) => {
    throw new Error(`${file}, ${environment || 'development'}: ${error.stdout}${error.stderr}`);
  });
  const size = Number(stdout.match(/gzip: ([\d.]+) KiB/)?.[1]);
  if (!Number.isFinite(size)) throw new Error(`${file} ${environment}: no size in\n${stdout}`);
  return size;
}

/** What `work` makes of each of `items`, a few at a time, in their order. */
async function each(items, work) {
  const made = [];
  const left = items.entries();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const [index, item] of left) made[index] = await work(item);
  }));
  return made;
}

const workers = () => readdirSync('wrangler').filter((name) => name.endsWith('.jsonc')).map((name) => name.replace('.jsonc', ''));

/** KiB, gzip, of each worker. */
export async function uploadSizes() {
  const names = workers();
  const sizes = await each(names, (worker) => dryRun(`wrangler/${worker}.jsonc`, ''));
  return Object.fromEntries(names.map((name, index) => [name, sizes[index]]));
}

if (import.meta.main) {
  generate(PREVIEW);
  const runs = workers().flatMap((worker) => [
    ...['', 'preview', 'staging', 'production'].map((environment) => [worker, `wrangler/${worker}.jsonc`, environment]),
    [worker, `${previewFolder(PREVIEW)}/${worker}.jsonc`, 'preview'],
  ]);
  const sizes = await each(runs, ([, file, environment]) => dryRun(file, environment));
  for (const worker of workers()) {
    const size = Math.max(...sizes.filter((_, index) => runs[index][0] === worker));
    console.log(`${worker}: ${size} KiB gzip, in every environment and for ${PREVIEW}`);
    if (size > BAR) throw new Error(`${worker} is above ${BAR} KiB`);
  }
}
