// What each worker would upload, as `wrangler deploy --dry-run` measures it; fails above the bar.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** KiB, gzip, per worker. The aim is 600; content-api is above it still. */
const BAR = 720;

for (const file of readdirSync('wrangler').filter((name) => name.endsWith('.jsonc'))) {
  const worker = file.replace('.jsonc', '');
  const env = { ...process.env, CI: '1', NO_COLOR: '1', WRANGLER_LOG_PATH: '.local/wrangler-logs' };
  const output = execFileSync('wrangler', ['deploy', '--dry-run', '--config', `wrangler/${file}`, '--outdir', resolve('.local/dry-run', worker)], {
    encoding: 'utf8',
    env,
  });
  const size = Number(output.match(/gzip: ([\d.]+) KiB/)?.[1]);
  if (!Number.isFinite(size)) throw new Error(`${worker}: no size in\n${output}`);
  console.log(`${worker}: ${size} KiB gzip`);
  if (size > BAR) throw new Error(`${worker} is above ${BAR} KiB`);
}
