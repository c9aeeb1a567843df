// What each worker would upload, as `wrangler deploy --dry-run` measures it; run by itself for every environment, failing above the bar.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** KiB, gzip, per worker: 600 kB. */
const BAR = 585;

const env = { ...process.env, CI: '1', NO_COLOR: '1', WRANGLER_LOG_PATH: '.local/wrangler-logs' };

function dryRun(file, environment) {
  const target = resolve('.local/dry-run', file.replace('.jsonc', ''));
  const args = ['deploy', '--dry-run', '--config', `wrangler/${file}`, '--env', environment, '--outdir', target];
  const output = execFileSync('wrangler', args, { encoding: 'utf8', env, stdio: 'pipe' });
  const size = Number(output.match(/gzip: ([\d.]+) KiB/)?.[1]);
  if (!Number.isFinite(size)) throw new Error(`${file} ${environment}: no size in\n${output}`);
  return size;
}

const files = () => readdirSync('wrangler').filter((name) => name.endsWith('.jsonc'));

/** KiB, gzip, of each worker. */
export function uploadSizes() {
  return Object.fromEntries(files().map((file) => [file.replace('.jsonc', ''), dryRun(file, '')]));
}

if (import.meta.main) {
  for (const file of files()) {
    const worker = file.replace('.jsonc', '');
    const sizes = ['', 'preview', 'staging', 'production'].map((environment) => dryRun(file, environment));
    console.log(`${worker}: ${sizes[0]} KiB gzip, in every environment`);
    if (sizes[0] > BAR) throw new Error(`${worker} is above ${BAR} KiB`);
  }
}
