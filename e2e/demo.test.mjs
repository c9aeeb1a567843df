// The story of scripts/demo, with the whole stack killed in the middle of every step and started again: nothing is lost.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { STEPS, newMemory } from '../scripts/lib/demo-steps.mjs';
import { addresses } from '../scripts/lib/ports.mjs';
import { startStack } from '../scripts/lib/stack.mjs';
import { PATIENCE, ask, playerBrowser, seekAndSwitch } from './player.mjs';

const OFFSET = 1400;
const STATE = '.local/test/e2e-demo';
const MEMORY = `${STATE}/demo.json`;

/** All that a stack is: a process group, in which PostgreSQL, workerd and the outside world run too. */
let stack;

/** Starts the stack as scripts/dev does. */
async function start() {
  stack = spawn(process.execPath, ['scripts/lib/dev.mjs', '--offset', String(OFFSET), '--state', STATE], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise((ready, failed) => {
    for (const stream of [stack.stdout, stack.stderr]) {
      stream.on('data', (text) => {
        said += text;
        if (said.includes('Ctrl-C ends everything')) ready();
      });
    }
    stack.once('exit', () => failed(new Error(`the stack did not start:\n${said}`)));
  });
}

/** Ends the stack as a power cut does. */
async function kill() {
  if (stack.exitCode !== null || stack.signalCode !== null) return;
  const ended = once(stack, 'exit');
  process.kill(-stack.pid, 'SIGKILL');
  await ended;
}

/** Whoever ends this test early ends the stack as well, which is not in its process group. */
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => kill().then(() => process.exit(1)));

const demo = (...args) =>
  new Promise((done) => {
    const command = ['scripts/lib/demo.mjs', '--offset', String(OFFSET), '--state', MEMORY, ...args];
    execFile(process.execPath, command, (error, stdout, stderr) => done({ code: error?.code ?? 0, output: stdout + stderr }));
  });

/** Lets the first change of a step happen, kills the stack, and loses the answer. */
async function fetchAndDie(url, init) {
  const response = await fetch(url, init);
  if ((init?.method ?? 'GET') === 'GET') return response;
  await kill();
  throw new Error('killed');
}

/** The world as another process would find it. */
const world = (fetch) => ({ ...addresses(OFFSET), fetch, memory: JSON.parse(readFileSync(MEMORY, 'utf8')) });

before(() => {
  rmSync(STATE, { recursive: true, force: true });
  mkdirSync(STATE, { recursive: true });
});
after(() => stack && kill());

test('says so when the stack does not run', async () => {
  const { code, output } = await demo();
  assert.equal(code, 2);
  assert.match(output, /^The stack does not run: auth at \S+ does not answer in good health\. Start it with scripts\/dev and try again\.\n$/);
});

test('stops where it is told to', async () => {
  await start();
  const { code, output } = await demo('--stop-after', STEPS[0].name);
  assert.equal(code, 0, output);
  assert.deepEqual(world().memory.done, [STEPS[0].name]);
  // The first step, too, is to be cut short below.
  writeFileSync(MEMORY, JSON.stringify({ run: 'killed', done: [] }));
});

test('goes on after a kill in the middle of each step', async (t) => {
  for (const step of STEPS) {
    try {
      await step.run(world(fetchAndDie)).catch((error) => assert.equal(error.message, 'killed'));
      await kill();
      await start();
      const again = world(fetch);
      t.diagnostic(`${step.name}: ${await step.run(again)}`);
      again.memory.done.push(step.name);
      writeFileSync(MEMORY, JSON.stringify(again.memory));
    } catch (error) {
      throw new Error(`killed and started again while ${step.name}: ${error.message}`, { cause: error });
    }
  }
});

test('gives the verdict', async () => {
  const { code, output } = await demo('--resume');
  assert.equal(code, 0, output);
  assert.match(output, /\nVerdict: the story holds \(/);
});

test('what was sold plays in a browser, from where the viewer stopped', async () => {
  const { viewer, contentId } = world().memory;
  const api = addresses(OFFSET).urls['content-api'];
  const browser = await playerBrowser();
  try {
    const opened = await browser.page(viewer.cookie);
    const { positionSeconds } = await ask(opened, 'saved', api, contentId);
    const { levels } = await ask(opened, 'open', api, contentId, positionSeconds);
    await opened.waitForFunction(`video.currentTime > ${positionSeconds}`, undefined, PATIENCE);
    await seekAndSwitch(opened, 2, levels.map(({ height }) => height));
    assert.ok((await ask(opened, 'colours')) > 10, 'a picture is seen');
    await opened.evaluate('video.currentTime = video.duration - 1');
    await opened.waitForFunction('video.ended', undefined, PATIENCE);
    assert.deepEqual((await ask(opened, 'where')).errors.filter(({ fatal }) => fatal), []);
    assert.deepEqual(await ask(await browser.page(), 'open', api, contentId, 0), { refused: 401 });
  } finally {
    await browser.close();
  }
});

test('holds over Hyperdrive too', async () => {
  const other = await startStack({ offset: 1700, state: resolve(STATE, 'hyperdrive'), transport: 'hyperdrive' });
  try {
    // Without a transcoder: the film comes ready-made.
    const story = { urls: other.urls, local: other.local, fetch, memory: newMemory() };
    for (const step of STEPS) await step.run(story);
  } finally {
    await other.stop();
  }
});
