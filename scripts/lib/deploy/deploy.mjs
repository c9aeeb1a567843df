// Deploys an environment: looks before it leaps, brings the schema up to date, then each worker, callees first, a part of the traffic at a
// time. Whatever fails takes back what was done to the workers; the schema only ever grows, so that the old ones go on with it.
import { execFileSync } from 'node:child_process';
import { migrate } from '../migrate.mjs';
import { lacking, scriptOf } from './deployed.mjs';
import { secretsOf } from './configuration.mjs';
import { environmentOf } from './environments.mjs';
import { generate } from './generate.mjs';
import { objectsTag, preflight } from './preflight.mjs';
import { askedThrough, requestsOf, smoke } from './smoke.mjs';
import { open, vaultFile } from './vault.mjs';
import { of, withFile, wrangler } from './wrangler.mjs';

export const USAGE = `usage: scripts/deploy <staging|production|preview-N> [WORKER ...] [--plan] [--shares 0,10,100] [--pause SECONDS] [--secrets FILE|-] [--tag NAME]

Preflight; migrations; then each worker, callees first: a version is uploaded, asked by name while it gets none of the traffic, gets 10 %
and is asked again, then all. A worker's first deployment, and one that changes Durable Objects, is made at once. What fails is taken back.
Workers may be named; without, it is all of them.
--plan    says what would happen
--shares  percentages of the traffic, in order (0,10,100); previews are deployed at once
--pause   how long each share is watched, seconds (30)
--secrets the environment's secrets (.secrets/<environment>.env), - for standard input: DATABASE_URL to migrate, and what workers lack
--tag     the release's name (git describe), by which scripts/rollback finds it`;

const TAG = 25;
/** How often a worker that is new is asked until it answers: its host's certificate may take minutes. */
const FIRST_TRIES = 150;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The release's name: that of the commit. */
export function tagOf(environment) {
  const tag = execFileSync('git', ['describe', '--tags', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  if (environment.name === 'production' && tag.endsWith('-dirty')) throw new Error('there are changes that are not committed: production is deployed from a commit');
  return tag.slice(-TAG);
}

/** How each worker is deployed: `{ worker, script, before, shares, why?, secrets }`; `shares` are percentages. */
export function steps(states, environment, values, shares) {
  return states.map((state) => {
    const { worker, script, exists, version } = state;
    const why = whyAtOnce(state, environment);
    const names = exists ? lacking(state) : secretsOf(worker);
    const secrets = Object.fromEntries(names.map((name) => [name, values[name]]));
    return { worker, script, before: version, shares: why ? [100] : shares, why, secrets };
  });
}

/** Why a worker's traffic cannot be split, or need not be; nothing where it is. */
function whyAtOnce({ worker, exists, version, migration }, environment) {
  if (!exists || !version) return 'it is its first';
  const objects = objectsTag(worker, environment);
  if (objects && objects !== migration) return `its Durable Objects change (${migration ?? 'none'} to ${objects})`;
  return environment.kind === 'preview' ? 'a preview' : undefined;
}

/** What would happen, a line each. */
export function describe({ environment, tag, migrations, work }) {
  const lines = [`deploy ${tag} to ${environment.name} (${environment.domain})`];
  lines.push(migrations.length > 0 ? `migrate: ${migrations.join(', ')}` : 'migrate: nothing');
  for (const { worker, script, before, shares, why, secrets } of work) {
    const how = why ? `at once (${why})` : `${shares.join(' %, ')} % of the traffic`;
    const names = Object.keys(secrets);
    lines.push(`${worker}: ${script}, ${how}${before ? `, after ${before}` : ''}${names.length > 0 ? `, with the secrets ${names.join(', ')}` : ''}`);
    for (const { method, url, status, through } of requestsOf(worker, environment)) {
      lines.push(`  then ${method} ${url} must give ${status.join(' or ')}${through ? ` (through ${through})` : ''}`);
    }
  }
  return lines;
}

/** Runs it; the versions that were deployed, by worker. */
export async function deploy(name, options = {}) {
  const { workers = [], plan = false, shares = [0, 10, 100], seconds = 30, secrets: file, tag: named } = options;
  const { env = process.env, say = console.log, run = wrangler, ask = fetch, wait = pause } = options;
  const environment = environmentOf(name);
  if (!environment.deployed) throw new Error('development is not deployed: scripts/dev runs it');
  if (environment.kind === 'preview') generate(name);
  const values = open(file ?? vaultFile(environment));
  const { problems, states, migrations } = await preflight(environment, values, env);
  for (const worker of workers) if (!states.some((state) => state.worker === worker)) throw new Error(`there is no worker ${worker}`);
  const chosen = states.filter(({ worker }) => workers.length === 0 || workers.includes(worker));
  const work = steps(chosen, environment, values, shares);
  const tag = named ?? tagOf(environment);
  if (plan) describe({ environment, tag, migrations, work }).forEach((line) => say(line));
  for (const problem of problems) say(`! ${problem}`);
  if (problems.length > 0) throw new Error(`${problems.length} things must be put right first; nothing was changed`);
  if (plan) return {};

  for (const done of await migrate(values.DATABASE_URL)) say(`migrated ${done}`);
  const done = [];
  try {
    for (const step of work) {
      // Before it begins, so that what it did halfway is taken back, too.
      done.push(step);
      const through = askedThrough(step.worker, environment);
      // Whom it is asked through may be deployed after it, for the first time.
      const askable = !through || states.find(({ worker }) => worker === through).exists;
      const asked = (version) => askable && (!through || !version) && smoke(step.worker, environment, { script: step.script, version, tries: step.before ? undefined : FIRST_TRIES, wait, ask });
      await deployWorker(step, { environment, tag, seconds, say, run, wait, env, asked });
    }
    // Now all are there: those that nothing could be asked through before.
    const there = (worker) => states.some((state) => state.worker === worker && state.exists) || work.some((step) => step.worker === worker);
    for (const { worker, script } of work) {
      const through = askedThrough(worker, environment);
      if (through && there(through)) await smoke(worker, environment, { script, wait, ask });
    }
  } catch (error) {
    say(`! ${error.message}`);
    await takeBack(done, { environment, say, run, env });
    throw new Error(`${done.at(-1).worker} failed: what was deployed before is taken back; the schema stays as it is, which the old versions can read`);
  }
  say(`\n${tag} is deployed to ${name}:`);
  for (const { worker, version, before } of done) say(`  ${worker.padEnd(18)} ${version}${before ? `, before: ${before}` : ''}`);
  return Object.fromEntries(done.map(({ worker, version }) => [worker, version]));
}

/** `asked` smokes the worker, or a version of it by name. */
async function deployWorker(step, { environment, tag, seconds, say, run, wait, env, asked }) {
  const { worker, before, shares, why, secrets } = step;
  const about = ['--tag', tag, '--message', `release ${tag}`];
  const upload = (command) => withFile(secrets, (file) => run([...command, ...of(worker, environment), ...about, ...(file ? ['--secrets-file', file] : [])], { env }));
  if (why) {
    const [told] = (await upload(['deploy'])).filter(({ type }) => type === 'deploy');
    step.version = told?.version_id;
    await asked();
    return say(`${worker}: deployed at once`);
  }
  const [{ version_id: version }] = (await upload(['versions', 'upload'])).filter(({ type }) => type === 'version-upload');
  step.version = version;
  for (const share of shares) {
    const split = share === 100 ? [`${version}@100`] : [`${version}@${share}`, `${before}@${100 - share}`];
    await run(['versions', 'deploy', ...split, ...of(worker, environment), '--message', `release ${tag}, ${share} %`, '--yes'], { env });
    await asked(share === 100 ? undefined : version);
    say(`${worker}: ${share} %`);
    if (share > 0 && share < 100) await wait(1000 * seconds);
  }
  // Routes, custom domains, schedules and queues are the worker's, not a version's.
  await run(['triggers', 'deploy', ...of(worker, environment)], { env });
}

/** Gives all of the traffic back to the versions that were there before, callers first. */
async function takeBack(done, { environment, say, run, env }) {
  for (const { worker, before, version } of [...done].reverse()) {
    if (!before || !version) {
      say(`${worker}: ${before ? 'nothing was deployed' : 'there was none before'}`);
      continue;
    }
    try {
      await run(['versions', 'deploy', `${before}@100`, ...of(worker, environment), '--message', 'taken back', '--yes'], { env });
      say(`${worker}: back to ${before}`);
    } catch (error) {
      say(`! ${scriptOf(worker, environment)} could not be taken back: ${error.message}; wrangler rollback ${before} --name ${scriptOf(worker, environment)}`);
    }
  }
}
