// Starts the stack for a person: demo accounts, a table of what is where, and an orderly end. --offset N moves every port,
// --state FOLDER keeps it elsewhere than in .local.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startStack } from './stack.mjs';

const DEMO = { email: 'creator@example.com', password: 'demo password', name: 'Demo Creator' };

const { values } = parseArgs({ options: { offset: { type: 'string', default: '0' }, state: { type: 'string', default: '.local' } } });
let stack;
try {
  stack = await startStack({ offset: Number(values.offset), state: resolve(values.state), log: (line) => console.log(`  ${line}`) });
} catch (error) {
  console.error(`\nCannot start: ${error.message}`);
  process.exit(1);
}
const end = async () => {
  await stack.stop();
  process.exit(0);
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
if (process.env.CI !== 'true') setInterval(() => stack.cron('auth').catch(() => {}), 60_000).unref();

const response = await fetch(`${stack.urls.auth}/api/auth/email/register`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(DEMO),
});
const { code } = await response.json();
if (!response.ok && code !== 'USER_ALREADY_EXISTS') console.error(`the demo account could not be made: ${code}`);

const rows = [
  ...Object.entries(stack.urls),
  ['mailbox', `${stack.local}/mailbox`],
  ['stripe stand-in', `${stack.local}/`],
  ['postgres', stack.databaseUrl],
  ['demo account', `${DEMO.email} / ${DEMO.password}`],
];
console.log(`\n${rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`).join('\n')}

Try:
  curl -i -c jar ${stack.urls.auth}/api/auth/email/login -H 'content-type: application/json' \\
       -d '{"email":"${DEMO.email}","password":"${DEMO.password}"}'
  curl -b jar ${stack.urls.auth}/api/auth/session
  scripts/demo${values.offset === '0' ? '' : ` --offset ${values.offset}`}

Ctrl-C ends everything.`);
