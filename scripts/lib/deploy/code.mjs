// What the Rust sources say they need: the list that each worker's `Api::new` takes, which the worker compares with its environment at
// its first request and which its native tests are bound to; and every name that is read from the configuration anywhere.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /"([A-Z][A-Z0-9_]+)"/g;
const names = (text) => [...text.matchAll(NAME)].map(([, name]) => name);

/** The Rust files below `folder`, as `[path, text]`, without tests. */
function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith('.rs')) yield [path, withoutTests(readFileSync(path, 'utf8'))];
  }
}

/** A file's text up to its tests, which stand last. */
const withoutTests = (text) => text.split(/^#\[cfg\(test\)\]\nmod /m)[0];

/** The workers there are in the sources. */
export const workersInCode = () => readdirSync('workers').filter((name) => existsSync(`workers/${name}/src/routes.rs`)).sort();

/** The sources do not change while somebody asks. */
const once = (read) => {
  const answers = new Map();
  return (key) => answers.get(key) ?? answers.set(key, read(key)).get(key);
};

/**
 * What a worker needs: `requires` are variables, secrets and bindings by name, `database` whether it has one; `crons` and `consumes` whether it
 * has handlers for them, `wakesMail` whether it tells the queue of mail.
 */
export const neededBy = once((worker) => {
  const text = [...sources(`workers/${worker}/src`)].map(([, text]) => text).join('\n');
  const routes = readFileSync(`workers/${worker}/src/routes.rs`, 'utf8');
  const list = routes.match(/Api::new\(\s*"[^"]+",\s*&\[([^\]]*)\]/) ?? routes.match(/const REQUIRED: &\[&str\] = &\[([^\]]*)\]/);
  if (!list) throw new Error(`workers/${worker}/src/routes.rs does not say what the worker requires`);
  return {
    requires: names(list[1]),
    database: !routes.includes('.without_database()'),
    crons: text.includes('worker::event(scheduled)'),
    consumes: text.includes('worker::event(queue)'),
    wakesMail: text.includes('.wake_mail()'),
  };
});

/** Every name that is read from the configuration, or required, anywhere. */
export const namesInCode = once(() => {
  const found = new Set(['ENVIRONMENT']);
  for (const folder of ['shared', 'workers']) {
    for (const [path, text] of sources(folder)) {
      if (/\/(tests|testkit)\//.test(path)) continue;
      for (const [, name] of text.matchAll(/\b(?:find|get|configuration|has)\("([A-Z][A-Z0-9_]+)"\)/g)) found.add(name);
      for (const [, name] of text.matchAll(/"(STRIPE_WEBHOOK_SECRET_[A-Z]+)"/g)) found.add(name);
    }
  }
  for (const worker of workersInCode()) for (const name of neededBy(worker).requires) found.add(name);
  return found;
});

/** The types of Stripe's events that change something. */
export function appliedEvents() {
  const [, list] = readFileSync('shared/commerce/src/event.rs', 'utf8').match(/const APPLIED: \[[^\]]*\] = \[([^\]]*)\]/);
  return [...list.matchAll(/"([a-z_.]+)"/g)].map(([, type]) => type);
}

/** The version of Stripe's API that the code is written for. */
export function stripeVersion() {
  const [, version] = readFileSync('shared/commerce/src/stripe.rs', 'utf8').match(/const VERSION: &str = "([^"]+)"/);
  return version;
}

/** The webhook addresses that the commerce worker has, by the last part. */
export function webhookRoutes() {
  const routes = readFileSync('workers/ecom-api/routes.txt', 'utf8');
  return [...routes.matchAll(/\/webhooks\/stripe\/([a-z]+)/g)].map(([, name]) => name);
}

/** The workers' rate limits as the code has them, by the name of the binding. */
export const limitsInCode = once(() => {
  const text = readFileSync('shared/http/src/limits.rs', 'utf8');
  const found = [...text.matchAll(/Counter::Coarse\("([A-Z_]+)", limit\((\d+), (\d+)\)\)/g)];
  return Object.fromEntries(found.map(([, name, limit, period]) => [name, { limit: Number(limit), period: Number(period) }]));
});
