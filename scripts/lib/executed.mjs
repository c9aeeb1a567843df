// Fails for every SQL statement that the native tests never ran. They leave a file named after each in EXECUTED_STATEMENTS.
import { globSync, readdirSync, readFileSync } from 'node:fs';

const executed = new Set(readdirSync(process.env.EXECUTED_STATEMENTS));
const names = globSync('shared/*/src/**/*.sql').map((file) => readFileSync(file, 'utf8').split('\n', 1)[0].replace(/^--\s*/, '').trim());
const missing = names.filter((name) => !executed.has(name)).sort();
if (names.length === 0) throw new Error('no statement was found');
if (missing.length > 0) {
  console.error(`The native tests never ran:\n  ${missing.join('\n  ')}`);
  process.exit(1);
}
console.log(`${names.length} statements, each run by the native tests`);
