// Sets, checks and replaces secrets by name. Nothing here prints one.
import { cloudflare } from './cloudflare.mjs';
import { secretsOf } from './configuration.mjs';
import { deployedIn, lacking } from './deployed.mjs';
import { environmentOf } from './environments.mjs';
import { doubts, fresh, isOurs, keep, made, open, takesSeveral, vaultFile, wanted } from './vault.mjs';
import { wrangler } from './wrangler.mjs';

export const USAGE = `usage: scripts/secrets <staging|production|preview-N> check             which secrets each deployed worker has, and which it lacks
       scripts/secrets ENVIRONMENT generate                      makes those that are ours and not there yet
       scripts/secrets ENVIRONMENT set [NAME ...]                gives the workers what the file says: all of it, or these
       scripts/secrets ENVIRONMENT rotate NAME                   makes a new one (or takes it from standard input), and sets it; those that
                                                                 may hold several are believed old and new
       scripts/secrets ENVIRONMENT retire NAME                   ends the old one after a rotation, and sets it
options: --secrets FILE (.secrets/<environment>.env; - for standard input), --plan
Names only are ever printed. The file is the only place that knows the values: keep a copy where your company keeps such things.`;

/** What comes of replacing a secret that may not hold several. */
const AT_ONCE = {
  SESSION_SECRET: 'everybody is signed out, films that are playing stop within the hour, and links in mail for unsubscribing die',
  WORKER_SHARED_SECRET: 'calls between workers fail for the seconds until all of them have it',
};

/** Gives each of `states` the secrets among `names` that it wants, in one request a worker. */
async function push(states, environment, values, names, { run, env, say }) {
  for (const { worker, script, exists } of states) {
    const own = secretsOf(worker).filter((name) => names.includes(name) && values[name]);
    if (own.length === 0) continue;
    if (!exists) {
      say(`${worker}: is not deployed yet; scripts/deploy ${environment.name} gives it ${own.join(', ')}`);
      continue;
    }
    await run(['secret', 'bulk', '--name', script], { env, input: JSON.stringify(Object.fromEntries(own.map((name) => [name, values[name]]))) });
    say(`${worker}: has ${own.join(', ')}`);
  }
}

async function check(states, values, say) {
  let wrong = 0;
  for (const state of states) {
    if (!state.exists) {
      const unknown = secretsOf(state.worker).filter((name) => !values[name]);
      say(`${state.worker}: is not deployed${unknown.length > 0 ? `, and the file lacks ${unknown.join(', ')}` : ''}`);
      wrong += unknown.length;
      continue;
    }
    const missing = lacking(state);
    const stray = state.secrets.filter((name) => !secretsOf(state.worker).includes(name));
    wrong += missing.length;
    say(`${state.worker}: ${missing.length > 0 ? `lacks ${missing.join(', ')}` : 'has all'}${stray.length > 0 ? `; nobody asks for ${stray.join(', ')}` : ''}`);
  }
  return wrong === 0;
}

/** The values after `name` was rotated to `value`, or its old ones retired. */
export function turned(values, name, value) {
  const held = values[name]?.split(',').map((one) => one.trim()).filter(Boolean) ?? [];
  if (value === undefined) return { ...values, [name]: held[0] };
  return { ...values, [name]: takesSeveral(name) ? [value, ...held.slice(0, 1)].join(',') : value };
}

/** Runs a command; whether all is well. */
export async function secrets(name, command, names, { plan = false, secrets: file, env = process.env, say = console.log, run = wrangler, input } = {}) {
  const environment = environmentOf(name);
  const vault = file ?? vaultFile(environment);
  const values = open(vault);
  const known = wanted();
  for (const asked of names) if (!known.has(asked)) throw new Error(`${asked} is no secret of any worker; there are ${[...known.keys()].join(', ')}`);
  const trust = (next) => {
    const wrong = doubts(next, environment);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  };

  if (command === 'generate') {
    const ours = made(values, environment);
    for (const name of Object.keys(ours)) say(`${plan ? '-' : '+'} ${name}`);
    if (!plan && Object.keys(ours).length > 0) keep(vault, { ...values, ...ours });
    return true;
  }
  const states = await deployedIn(cloudflare(env), environment);
  if (command === 'check') return check(states, values, say);
  if (command === 'set') {
    trust(values);
    const chosen = names.length > 0 ? names : Object.keys(values);
    for (const name of chosen) if (!values[name]) throw new Error(`${name} is not in ${vault}`);
    if (plan) for (const name of chosen) say(`- ${name} for ${known.get(name).join(', ')}`);
    else await push(states, environment, values, chosen, { run, env, say });
    return true;
  }
  if (command !== 'rotate' && command !== 'retire') throw new Error(USAGE);
  const [rotated, ...more] = names;
  if (!rotated || more.length > 0) throw new Error(`${command} takes one name`);
  if (command === 'retire' && !values[rotated]?.includes(',')) throw new Error(`${rotated} holds one value: there is nothing to retire`);
  if (command === 'rotate' && !isOurs(rotated) && !input) throw new Error(`${rotated} is made elsewhere: give the new one on standard input`);
  const next = turned(values, rotated, command === 'rotate' ? (input?.trim() ?? fresh()) : undefined);
  trust(next);
  if (command === 'rotate' && !takesSeveral(rotated) && AT_ONCE[rotated]) say(`! ${rotated} holds one value: ${AT_ONCE[rotated]}`);
  if (plan) {
    say(`- ${rotated} for ${known.get(rotated).join(', ')}`);
    return true;
  }
  // Kept before it is given away: what a worker has and nobody knows could not be given to the next one.
  if (vault !== '-') keep(vault, next);
  await push(states, environment, next, [rotated], { run, env, say });
  if (command === 'rotate' && takesSeveral(rotated)) say(`old and new are believed; once nobody uses the old one: scripts/secrets ${name} retire ${rotated}`);
  return true;
}
