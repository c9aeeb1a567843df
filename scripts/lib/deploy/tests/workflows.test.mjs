// The workflows pass the linter, and the linter notices.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { found, workflows } from '../lint-workflows.mjs';

const text = (path) => readFileSync(path, 'utf8');

test('nothing is wrong with the workflows', async () => {
  assert.ok(workflows().length >= 6);
  for (const path of workflows()) assert.deepEqual(await found(path, text(path)), [], path);
});

test('what is wrong with one is told', async () => {
  const path = '.github/workflows/preview.yml';
  for (const [from, to, expected] of [
    [/@08eba0b27e820071cde6df949e0beb9ba4906955/, '@v4', 'not named by its commit'],
    [/^permissions:\n.*\n/m, '', 'says nothing of permissions'],
    [/    timeout-minutes: 60\n/, '', 'may run for hours'],
    [/"preview-\$NUMBER"/, '${{ github.event.pull_request.title }}', 'holds an expression'],
    [/secrets\.NEON_API_KEY/, 'secret.NEON_API_KEY', 'undefined variable "secret"'],
    [/runs-on: ubuntu-24\.04/, 'runs_on: ubuntu-24.04', 'unexpected key "runs_on"'],
    [/github\.event\.action/, 'github.event.acton(', 'did not reach end of input'],
    [/types: \[opened/, 'types: [opend', 'invalid activity type "opend"'],
  ]) {
    assert.match(text(path), from);
    const problems = (await found(path, text(path).replace(from, to))).join('\n');
    assert.match(problems, new RegExp(expected), `${from}`);
  }
  const [staging] = await found('.github/workflows/staging.yml', text('.github/workflows/staging.yml').replace('needs: test', 'needs: tests'));
  assert.match(staging, /needs job "tests"/);
});
