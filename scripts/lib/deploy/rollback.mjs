// Gives the traffic back to versions that were deployed before. The schema stays: migrations expand, and only contract once nothing that is
// deployed reads the old shape.
import { cloudflare } from './cloudflare.mjs';
import { deploymentsOf, mainVersion, scriptOf } from './deployed.mjs';
import { calleesFirst, environmentOf } from './environments.mjs';
import { generate } from './generate.mjs';
import { smoke } from './smoke.mjs';
import { of, wrangler } from './wrangler.mjs';

export const USAGE = `usage: scripts/rollback <staging|production> [WORKER ...] [--to TAG] [--plan]

Gives all of the traffic back to the version that each worker had before its last release, callers first; then asks each.
--to    to the release of this name (what scripts/deploy called it)
--plan  says what would happen`;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const tagOf = ({ annotations = {} }) => annotations['workers/tag'];

/** The version of a script to go back to: that of the release `to`, else the last that had all of the traffic before the current one. */
async function target(api, script, to) {
  const deployments = await deploymentsOf(api, script);
  const current = mainVersion(deployments[0]);
  if (to) {
    const versions = await api.list(`/accounts/${api.accountId}/workers/scripts/${script}/versions?deployable=true`, ({ items }) => items);
    return { current, version: versions.find((version) => tagOf(version) === to)?.id };
  }
  const whole = deployments.filter(({ versions }) => versions.length === 1).map(mainVersion);
  return { current, version: whole.find((version) => version !== current) };
}

/** Runs it; how many workers went back. */
export async function rollback(name, { workers = [], to, plan = false, env = process.env, say = console.log, run = wrangler, ask = fetch, wait = pause } = {}) {
  const environment = environmentOf(name);
  if (environment.kind === 'preview') generate(name);
  const known = calleesFirst();
  for (const worker of workers) if (!known.includes(worker)) throw new Error(`there is no worker ${worker}; there are ${known.join(', ')}`);
  const api = cloudflare(env);
  const chosen = known.filter((worker) => workers.length === 0 || workers.includes(worker)).reverse();
  const targets = [];
  for (const worker of chosen) targets.push({ worker, script: scriptOf(worker, environment), ...(await target(api, scriptOf(worker, environment), to)) });
  const lost = targets.filter(({ version }) => !version).map(({ worker }) => worker);
  if (lost.length > 0) throw new Error(`${lost.join(', ')}: ${to ? `no version of the release ${to}` : 'no version before this one'} can be deployed; nothing was changed`);
  let gone = 0;
  for (const { worker, script, current, version } of targets) {
    if (version === current) {
      say(`${worker}: is at ${version}`);
      continue;
    }
    gone += 1;
    say(`${worker}: ${current} back to ${version}`);
    if (plan) continue;
    await run(['versions', 'deploy', `${version}@100`, ...of(worker, environment), '--message', `rollback${to ? ` to ${to}` : ''}`, '--yes'], { env });
    await smoke(worker, environment, { script, wait, ask });
  }
  return gone;
}
