// Tells the main story to the running stack and says how it went. What it needs to go on is kept in a file after each step.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { STEPS, newMemory } from './demo-steps.mjs';
import { addresses } from './ports.mjs';

const USAGE = `usage: scripts/demo [--resume] [--stop-after STEP] [--offset N] [--state FILE]
steps: ${STEPS.map(({ name }) => name).join(' ')}
environment: AUTH_URL, CONTENT_API_URL, ORGANIZATION_API_URL, ECOM_API_URL, LOCAL_URL, TRANSCODER_URL, where the stack is elsewhere`;

/** Ends the program with one sentence. */
function refuse(message) {
  console.error(message);
  process.exit(2);
}

function optionsOf(args) {
  try {
    const text = { type: 'string' };
    const options = { resume: { type: 'boolean' }, 'stop-after': text, offset: text, state: text, help: { type: 'boolean' } };
    return parseArgs({ args, options }).values;
  } catch (error) {
    return refuse(`${error.message}\n${USAGE}`);
  }
}

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
const offset = Number(options.offset ?? 0);
if (!Number.isInteger(offset)) refuse(`--offset needs a number\n${USAGE}`);
const last = options['stop-after'] ?? STEPS.at(-1).name;
if (!STEPS.some(({ name }) => name === last)) refuse(`there is no step ${last}\n${USAGE}`);
const file = options.state ?? '.local/demo.json';

const { urls, local, transcoder } = addresses(offset);
for (const name of Object.keys(urls)) urls[name] = process.env[`${name.toUpperCase().replaceAll('-', '_')}_URL`] ?? urls[name];
const world = { urls, local: process.env.LOCAL_URL ?? local, transcoder: process.env.TRANSCODER_URL ?? transcoder, fetch, memory: newMemory() };

if (options.resume) {
  try {
    world.memory = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    refuse(`there is no run to resume in ${file}; begin one with scripts/demo`);
  }
}
/** It holds cookies, so that nobody else may read it. */
const keep = () => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(world.memory, null, 2), { mode: 0o600 });
};

/** The first part of the stack that does not answer. */
async function missing() {
  for (const [name, url] of [...Object.entries(world.urls), ['the outside world', world.local]]) {
    const healthy = await fetch(`${url}/health`, { signal: AbortSignal.timeout(10_000) }).then(({ ok }) => ok, () => false);
    if (!healthy) return `${name} at ${url}`;
  }
}

const away = await missing();
if (away) refuse(`The stack does not run: ${away} does not answer in good health. Start it with scripts/dev and try again.`);

keep();
const begun = performance.now();
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(2)} s`.padStart(8);
for (const [index, step] of STEPS.entries()) {
  const label = `${String(index + 1).padStart(2)}. ${step.title}`.padEnd(52);
  if (world.memory.done.includes(step.name)) {
    console.log(`✓ ${label} ${'before'.padStart(8)}`);
  } else {
    const from = performance.now();
    try {
      const seen = await step.run(world);
      world.memory.done.push(step.name);
      keep();
      console.log(`✓ ${label} ${seconds(from)}  ${seen}`);
    } catch (error) {
      const reason = error.cause ? `the stack stopped answering: ${error.cause.message || error.cause.code}` : error.message;
      console.log(`✗ ${label} ${seconds(from)}  ${reason}`);
      console.log(`\nVerdict: failed at “${step.name}”, step ${index + 1} of ${STEPS.length}. Once it can work: scripts/demo --resume`);
      process.exit(1);
    }
  }
  if (step.name === last) break;
}
const told = world.memory.done.length === STEPS.length;
console.log(`\nVerdict: ${told ? 'the story holds' : `stopped after “${last}” as asked; go on with scripts/demo --resume`} (${seconds(begun).trim()})`);
