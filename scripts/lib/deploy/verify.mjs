// Looks at what is deployed from outside: names, certificates, health, headers, CORS, cookies, Stripe's webhooks, workers that call each other.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { WORKERS } from '../../../wrangler/platform.mjs';
import { addresses } from '../ports.mjs';
import { checks } from './checks.mjs';
import { environmentOf } from './environments.mjs';
import { open, vaultFile } from './vault.mjs';

export const USAGE = `usage: scripts/verify <local|staging|production|preview-N> [--secrets FILE] [--offset N]

Asks a deployed environment, or a running scripts/dev, as a stranger would; says each check, and a verdict. It changes nothing, but that
with the secrets of Stripe's webhooks (.secrets/<environment>.env, .local/secrets.json) each takes one signed event of a type that means nothing.
--offset  of a stack that was moved aside`;

/** A stack on this machine as an environment: each worker at its port, under the names that it has elsewhere. */
export function localEnvironment(offset = 0) {
  const { urls } = addresses(offset);
  const workerOf = (label) => Object.keys(WORKERS).find((worker) => WORKERS[worker].hosts?.includes(label)) ?? 'web';
  const host = (label) => `${label}.localhost:${new URL(urls[workerOf(label)]).port}`;
  return { name: 'local', kind: 'development', domain: 'localhost', deployed: true, local: true, host, at: (label) => `http://${host(label)}` };
}

/** Runs every check; whether all of them held. `resolve` finds a name's addresses. */
export async function verify(name, { secrets: file, offset = 0, say = console.log, resolve = (host) => lookup(host, { all: true }) } = {}) {
  const environment = name === 'local' ? localEnvironment(offset) : environmentOf(name);
  if (!environment.deployed) throw new Error('development is verified as "local"');
  const vault = file ?? (environment.local ? '.local/secrets.json' : vaultFile(environment));
  const secrets = existsSync(vault) ? open(vault) : {};
  const counts = { held: 0, failed: 0, left: 0 };
  for (const [title, look] of checks(environment, { secrets, resolve, marker: randomUUID() })) {
    try {
      const left = await look();
      counts[left ? 'left' : 'held'] += 1;
      say(left ? `- ${title}: not looked at, ${left}` : `✓ ${title}`);
    } catch (error) {
      counts.failed += 1;
      say(`✗ ${title}: ${error.message}`);
    }
  }
  say(`\n${name}: ${counts.held} held, ${counts.failed} failed, ${counts.left} not looked at`);
  say(counts.failed === 0 ? 'verdict: as it should be' : 'verdict: not as it should be');
  return counts.failed === 0;
}
