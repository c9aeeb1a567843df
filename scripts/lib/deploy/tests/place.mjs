// A folder that looks like this repository, so that what the scripts write stays out of it.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const HERE = resolve('.');

/** Goes there; the way back removes it. */
export function elsewhere() {
  const folder = mkdtempSync(join(tmpdir(), 'codex-deploy-'));
  cpSync('wrangler', join(folder, 'wrangler'), { recursive: true });
  for (const name of ['workers', 'shared', 'migrations', 'node_modules', 'package.json', '.dev.vars.example']) symlinkSync(join(HERE, name), join(folder, name));
  // Wrangler builds before it uploads; here what is built is uploaded.
  mkdirSync(join(folder, 'scripts'));
  writeFileSync(join(folder, 'scripts/build'), '#!/bin/sh\n', { mode: 0o755 });
  process.chdir(folder);
  return () => {
    process.chdir(HERE);
    rmSync(folder, { recursive: true });
  };
}

/** Compares lines with the committed `snapshots/{name}.txt`, or writes them there with UPDATE_SNAPSHOTS=1. Ids are made equal first,
 * and migrations, of which there are ever more. */
export function snapshot(name, lines) {
  const file = join(HERE, 'scripts/lib/deploy/tests/snapshots', `${name}.txt`);
  const text = `${lines.join('\n')}\n`
    .replace(/\b[0-9a-f]{32}\b/g, '{id}')
    .replace(/\d{4}_\w+\.sql(, \d{4}_\w+\.sql)*/g, '{migrations}')
    .replace(/(migrated \{migrations\}\n)+/g, 'migrated {migrations}\n');
  if (process.env.UPDATE_SNAPSHOTS === '1') {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, existsSync(file) ? readFileSync(file, 'utf8') : '', `${name}: UPDATE_SNAPSHOTS=1 rewrites it`);
}
