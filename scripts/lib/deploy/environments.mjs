// Where the platform is deployed: development (not deployed), staging, production, and a preview for each pull request.
import { existsSync, readFileSync } from 'node:fs';
import { NOT_WORKERS, WORKERS } from '../../../wrangler/platform.mjs';

/** What setting up writes: the domain, and the ids that the account gave. */
export const ACCOUNT_FILE = 'wrangler/account.json';

/** The pull request that stands for all in the committed files; no pull request has this number. */
export const EXAMPLE = 0;

export const readAccount = (file = ACCOUNT_FILE) => JSON.parse(readFileSync(file, 'utf8'));

/** Where a preview's files are: configuration, ids and secrets; they live as long as its pull request. */
export const previewFolder = (name) => `.local/wrangler/${name}`;

/** A preview's ids, once it is set up. */
const previewIds = (name) => {
  const file = `${previewFolder(name)}/ids.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
};

/**
 * The environment called `name`: `development`, `staging`, `production` or `preview-{number of the pull request}`. `kind` is what
 * the workers are told, `suffix` what every name of the account ends with, `at(host)` an address, `host(name)` a name below the domain.
 */
export function environmentOf(name, account = readAccount()) {
  const preview = name.match(/^preview-(0|[1-9]\d{0,8})$/);
  const kind = preview ? 'preview' : name;
  const known = account.environments;
  if (!preview && name !== 'development' && !known[name]) {
    throw new Error(`there is no environment "${name}"; there are staging, production and preview-N`);
  }
  const { domain } = account;
  const suffix = name === 'development' ? '' : `-${name}`;
  const host = (label) => `${label}${{ production: '', staging: '-staging' }[name] ?? suffix}.${domain}`;
  return {
    name,
    kind,
    number: preview ? Number(preview[1]) : undefined,
    domain,
    suffix,
    deployed: name !== 'development',
    // A preview's database is a branch for a day: no Hyperdrive is made for it, of which an account has few.
    hasHyperdrive: !preview,
    transport: preview ? 'http' : known[name]?.transport,
    images: known[preview ? 'staging' : name]?.images ?? 'off',
    transcoder: known[preview ? 'staging' : name]?.transcoder,
    ids: preview ? previewIds(name) : (known[name]?.ids ?? {}),
    host,
    at: (label) => `https://${host(label)}`,
    named: (what) => `codex-${what}${suffix}`,
  };
}

/** The names below the domain of a worker in an environment: `[{ label, host }]`. */
export function hostsOf(worker, environment) {
  const { hosts = [], inPreviews = [] } = WORKERS[worker];
  if (!environment.deployed) return [];
  return (environment.kind === 'preview' ? inPreviews : hosts).map(environment.host);
}

/** Hosts of this environment that no worker serves; tenants' route must not catch them. */
export function hostsBeside(environment) {
  const ours = environment.kind === 'preview' ? ['assets'] : NOT_WORKERS;
  return ours.map(environment.host);
}

/** The workers in the order of deploying: whoever is called stands before who calls. */
export function calleesFirst(workers = WORKERS) {
  const ordered = [];
  const visit = (name, callers) => {
    if (callers.includes(name)) throw new Error(`workers call each other in a circle: ${[...callers, name].join(' -> ')}`);
    if (ordered.includes(name)) return;
    for (const callee of Object.values(workers[name].calls ?? {})) visit(callee, [...callers, name]);
    ordered.push(name);
  };
  for (const name of Object.keys(workers)) visit(name, []);
  return ordered;
}
