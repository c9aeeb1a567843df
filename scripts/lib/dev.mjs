// Starts the stack for a person: demo data, a table of what is where, workers reloaded when they are rebuilt, and an orderly end.
// --offset N moves every port to 20000 + N and on, --state FOLDER keeps it elsewhere than in .local.
import { watchFile } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addresses } from './ports.mjs';
import { seed } from './seed.mjs';
import { hasFfmpeg, startStack } from './stack.mjs';

/** As in wrangler's configuration, where a minute is the shortest. */
const SCHEDULES = { 'notifications-api': 60_000, auth: 600_000, 'ecom-api': 600_000, 'content-api': 600_000, 'media-api': 60_000 };

const { values } = parseArgs({ options: { offset: { type: 'string', default: '0' }, state: { type: 'string', default: '.local' } } });
const state = resolve(values.state);
const say = (line) => console.log(`  ${line}`);

const offset = Number(values.offset);
// Pages name their own address in links, wherever this stack was moved.
const vars = offset === 0 ? {} : { WEB_APP_URL: addresses(offset).urls.web };

const transcoder = hasFfmpeg();
if (!transcoder) say('ffmpeg is missing: nothing is transcoded, and the demo brings a ready-made film (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg)');

let stack;
const end = async () => {
  await stack?.stop();
  process.exit(0);
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
try {
  stack = await startStack({ offset, state, transcoder, vars, log: say });
} catch (error) {
  console.error(`\nCannot start: ${error.message}`);
  process.exit(1);
}
for (const [name, every] of Object.entries(SCHEDULES)) setInterval(() => stack.cron(name).catch(() => {}), every).unref();

let demo;
try {
  say('demo data');
  demo = await seed(stack, state);
} catch (error) {
  console.error(`  the demo data could not be made: ${error.message}`);
}

// scripts/build writes this file last.
for (const name of [...Object.keys(stack.urls), 'hasher']) {
  watchFile(`workers/${name}/build/.sources`, { interval: 500 }, async () => {
    await (name === 'hasher' ? stack.hasher : stack).reload();
    say(`${name} was rebuilt and is reloaded`);
  });
}

const rows = [
  ...Object.entries(stack.urls),
  ['mailbox', `${stack.local}/mailbox`],
  ['stripe stand-in', `${stack.local}/`],
  ...(transcoder ? [['transcoder', addresses(offset).transcoder]] : []),
  ['postgres', stack.databaseUrl],
  ...(demo && stack.urls.web ? [['a tenant', stack.urls.web.replace('://', `://${demo.tenant}.`)]] : []),
  ...(demo ? [['creator', `${demo.creator} / ${demo.password}`], ['viewer', `${demo.viewer} / ${demo.password}`]] : []),
];
const account = JSON.stringify({ email: demo?.viewer, password: demo?.password });
console.log(`\n${rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`).join('\n')}

Try:
  curl -c jar ${stack.urls.auth}/api/auth/email/login -H 'content-type: application/json' -d '${account}'
  curl ${stack.urls['content-api']}/api/content
  curl -b jar ${stack.urls['content-api']}/api/content/${demo?.contentId}
  curl -b jar ${stack.urls['content-api']}/api/access/content/${demo?.contentId}/stream      # refused: not paid yet
  curl -b jar ${stack.urls['ecom-api']}/checkout/create -H 'content-type: application/json' \\
       -d '{"contentId":"${demo?.contentId}","successUrl":"http://localhost:3000/","cancelUrl":"http://localhost:3000/"}'
  scripts/demo${values.offset === '0' ? '' : ` --offset ${values.offset}`}          # the whole story, checked
  scripts/build auth     # rebuilds one worker; this stack reloads it

Ctrl-C ends everything.`);
