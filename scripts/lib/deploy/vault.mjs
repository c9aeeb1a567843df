// The secrets of an environment, where whoever deploys keeps them: a file that git ignores and nobody else may read, or standard input.
// Cloudflare takes secrets and never tells them, and Stripe tells a webhook's once, so this file is the one that must not be lost.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WORKERS } from '../../../wrangler/platform.mjs';
import { secretsOf } from './configuration.mjs';

/** Those that are ours to make: 256 random bits. */
const OURS = ['SESSION_SECRET', 'WORKER_SHARED_SECRET', 'TRANSCODING_WEBHOOK_SECRET'];
/** Those that may hold several, separated by commas, while one is replaced: the first signs, any is believed. */
const SEVERAL = /^(TRANSCODING_WEBHOOK_SECRET|STRIPE_WEBHOOK_SECRET_[A-Z]+)$/;

export const isOurs = (name) => OURS.includes(name);
export const takesSeveral = (name) => SEVERAL.test(name);

/** Every secret there is, and the workers that want it. */
export function wanted() {
  const all = new Map();
  for (const worker of Object.keys(WORKERS)) for (const name of secretsOf(worker)) all.set(name, [...(all.get(name) ?? []), worker]);
  return all;
}

export const vaultFile = (environment) => `.secrets/${environment.name}.env`;

/** NAME=value lines, with or without quotes; `#` begins a comment at a line's start. */
export function parse(text) {
  const values = {};
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, quoted, bare] = line.match(/^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(?:"([^"]*)"|(.*?))\s*$/) ?? [];
    // The line itself may hold a secret: it is not repeated.
    if (!name) throw new Error(`line ${index + 1} of the secrets is not NAME=value`);
    const value = quoted ?? bare.replace(/^'(.*)'$/, '$1');
    if (value !== '') values[name] = value;
  }
  return values;
}

/** The secrets in `file` (`-` is standard input, `.json` what scripts/dev keeps; nothing where there is no file). */
export function open(file) {
  if (file === '-') return parse(readFileSync(0, 'utf8'));
  if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
  return existsSync(file) ? parse(readFileSync(file, 'utf8')) : {};
}

/** Keeps `values`: in one step, so that a full disk loses nothing, and for the owner's eyes only. */
export function keep(file, values) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lines = Object.entries(values).sort(([a], [b]) => a.localeCompare(b)).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(`${file}.new`, lines.join(''), { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}

/** The secrets that are ours and not there yet, made. Previews use the rehearsal's transcoder, and so its secret. */
export const made = (values, environment) =>
  Object.fromEntries(OURS.filter((name) => !values[name] && (environment.kind !== 'preview' || name !== 'TRANSCODING_WEBHOOK_SECRET')).map((name) => [name, fresh()]));

export const fresh = () => randomBytes(32).toString('hex');

/** What is wrong with the values for an environment, in sentences that hold none of them. */
export function doubts(values, environment) {
  const found = [];
  const known = wanted();
  const live = environment.name === 'production';
  for (const [name, value] of Object.entries(values)) {
    if (!known.has(name)) found.push(`${name} is no secret of any worker`);
    if (/[\r\n"]/.test(value)) found.push(`${name} holds a quote or a line break`);
    if (isOurs(name) && value.split(',').some((one) => one.length < 32)) found.push(`${name} is shorter than 32 characters`);
    if (value.includes(',') && !takesSeveral(name) && name !== 'DATABASE_URL') found.push(`${name} holds a comma, and takes one value only`);
    if (name.startsWith('STRIPE_WEBHOOK_SECRET_') && !value.split(',').every((one) => one.startsWith('whsec_'))) found.push(`${name} does not begin with whsec_`);
  }
  const { STRIPE_SECRET_KEY: stripe, DATABASE_URL: database } = values;
  if (stripe && !/^(sk|rk)_(test|live)_/.test(stripe)) found.push('STRIPE_SECRET_KEY does not begin with sk_ or rk_, test or live');
  if (stripe && /^.k_test_/.test(stripe) === live) found.push(`STRIPE_SECRET_KEY is ${live ? 'for tests, and this is production' : 'live, and this is not production'}`);
  if (database && !URL.canParse(database)) found.push('DATABASE_URL is no address');
  else if (database && (!/^postgres(ql)?:$/.test(new URL(database).protocol) || /^(localhost|127\.|\[::1\])/.test(new URL(database).hostname))) {
    found.push('DATABASE_URL is not a Postgres that Cloudflare can reach');
  }
  return found;
}
