// Writes wrangler/*.jsonc, or a pull request's, from wrangler/platform.mjs and wrangler/account.json:
// node scripts/lib/deploy/generate.mjs [preview-123]
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WORKERS } from '../../../wrangler/platform.mjs';
import { committed, configuration } from './configuration.mjs';
import { environmentOf, previewFolder, readAccount } from './environments.mjs';

/** Characters of a line, its indentation included. */
const WIDTH = 140;

/** JSON as a person would write it: what fits on a line is on one. */
function printed(value, indent = '') {
  const flat = JSON.stringify(value, null, 1)?.replace(/\n\s*/g, ' ').replaceAll('[ ', '[').replaceAll(' ]', ']');
  if (typeof value !== 'object' || indent.length + flat.length + 24 <= WIDTH && !('env' in value) && indent !== '') return flat;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => inner + printed(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${printed(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${items.join(',\n')}\n${indent}${close}`;
}

const text = (worker, environments, root) => `// Made by scripts/lib/deploy/generate.mjs: change platform.mjs or account.json, not this.
// The worker ${worker}: ${WORKERS[worker].about}. The top level is development; environments inherit neither bindings nor variables.
${printed(configuration(worker, environments, root))}
`;

/** The committed files by path, as they should be. */
export function committedFiles(account = readAccount()) {
  return Object.fromEntries(Object.keys(WORKERS).map((worker) => [`wrangler/${worker}.jsonc`, text(worker, committed(account), '..')]));
}

/** A preview's files by path. */
export function previewFiles(name, account = readAccount()) {
  const environments = [environmentOf(name, account)];
  return Object.fromEntries(Object.keys(WORKERS).map((worker) => [join(previewFolder(name), `${worker}.jsonc`), text(worker, environments, '../../..')]));
}

/** The committed files that are not as they should be, by path. */
export function drifted(account) {
  const files = committedFiles(account);
  const stray = readdirSync('wrangler').filter((name) => name.endsWith('.jsonc') && !(`wrangler/${name}` in files));
  const changed = Object.entries(files).filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  return [...changed.map(([path]) => path), ...stray.map((name) => `wrangler/${name}`)];
}

/** Writes the files of `name`: a preview's own, else the committed ones. */
export function generate(name) {
  const files = name?.startsWith('preview-') ? previewFiles(name) : committedFiles();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
  return Object.keys(files);
}

/** The configuration file of a worker for an environment. */
export const configurationFile = (worker, environment) =>
  environment.kind === 'preview' ? join(previewFolder(environment.name), `${worker}.jsonc`) : `wrangler/${worker}.jsonc`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of generate(process.argv[2])) console.log(path);
}
