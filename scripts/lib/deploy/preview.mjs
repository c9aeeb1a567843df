// A pull request's own platform: a database branch, everything else by the scripts that every environment uses, and its end.
import { existsSync, rmSync } from 'node:fs';
import { cloudflare } from './cloudflare.mjs';
import { BINDINGS, STRIPE_WEBHOOKS } from '../../../wrangler/platform.mjs';
import { deploy } from './deploy.mjs';
import { deploymentsOf, scriptOf } from './deployed.mjs';
import { calleesFirst, environmentOf, hostsBeside, hostsOf, previewFolder } from './environments.mjs';
import { generate } from './generate.mjs';
import { neon } from './neon.mjs';
import { zoneOf } from './resources.mjs';
import { setup } from './setup.mjs';
import { removeEndpoints, stripeClient } from './stripe.mjs';
import { keep, open, vaultFile } from './vault.mjs';
import { of, wrangler } from './wrangler.mjs';

export const USAGE = `usage: scripts/preview up NUMBER     a branch of the database, then scripts/setup and scripts/deploy preview-NUMBER; prints its addresses
       scripts/preview down NUMBER   removes all of it
       scripts/preview config NUMBER writes its configuration into .local/wrangler, and nothing else
options: --secrets FILE|-   what previews share: STRIPE_SECRET_KEY (of a test mode), R2_*, MAIL_API_KEY, TRANSCODING_WEBHOOK_SECRET (the rehearsal's)
environment: CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, NEON_API_KEY, NEON_PROJECT_ID, NEON_BRANCH`;

const nameOf = (number) => environmentOf(`preview-${number}`).name;

/** The addresses of a preview, as Markdown for its pull request. */
export function comment(number, tag) {
  const environment = environmentOf(nameOf(number));
  const rows = calleesFirst().flatMap((worker) => hostsOf(worker, environment).map((host) => `| ${worker} | https://${host} |`));
  const about = `Of ${tag}, on a branch of the rehearsal's database, until this pull request closes.`;
  return [`### Preview ${number}`, '', about, '', '| worker | address |', '|---|---|', ...rows].join('\n');
}

/** Brings it up, or up to date. */
export async function up(number, { secrets: file, env = process.env, say = console.log, ...how } = {}) {
  const name = nameOf(number);
  const vault = vaultFile(environmentOf(name));
  const shared = file ? open(file) : {};
  keep(vault, { ...shared, ...open(vault), DATABASE_URL: await neon(env).branch(name) });
  if (!(await setup(name, { env, say }))) throw new Error(`${name} cannot be deployed: see above`);
  await deploy(name, { env, say, ...how });
}

/** Takes it down; what is already gone is no error. */
export async function down(number, { secrets: file, env = process.env, say = console.log, run = wrangler } = {}) {
  const name = nameOf(number);
  const environment = environmentOf(name);
  generate(name);
  const api = cloudflare(env);
  const account = `/accounts/${api.accountId}`;
  const gone = async (what, path) => {
    try {
      await api.call('DELETE', path);
      say(`- ${what}`);
    } catch (error) {
      if (error.status !== 404) throw error;
    }
  };

  const { STRIPE_SECRET_KEY: key } = { ...open(vaultFile(environment)), ...(file && open(file)) };
  if (key) say(`- ${await removeEndpoints(stripeClient(key, env), environment)} of ${STRIPE_WEBHOOKS.length} Stripe webhooks`);
  // Callers first: a worker that others are bound to cannot go before them. Custom domains and routes go with their workers.
  for (const worker of calleesFirst().reverse()) {
    if ((await deploymentsOf(api, scriptOf(worker, environment))).length === 0) continue;
    await run(['delete', ...of(worker, environment), '--force'], { env });
    say(`- ${scriptOf(worker, environment)}`);
  }
  const zone = await zoneOf(api, environment.domain);
  const patterns = hostsBeside(environment).map((host) => `${host}/*`);
  for (const { id, pattern } of await api.list(`/zones/${zone.id}/workers/routes`)) {
    if (patterns.includes(pattern)) await gone(`the route ${pattern}`, `/zones/${zone.id}/workers/routes/${id}`);
  }
  const named = (kind) => Object.values(BINDINGS).filter((binding) => binding[kind]).map((binding) => environment.named(binding[kind]));
  for (const { id, title } of await api.list(`${account}/storage/kv/namespaces`)) {
    if (named('kv').includes(title)) await gone(`the KV namespace ${title}`, `${account}/storage/kv/namespaces/${id}`);
  }
  for (const { queue_id, queue_name } of await api.list(`${account}/queues`)) {
    if (named('queue').includes(queue_name)) await gone(`the queue ${queue_name}`, `${account}/queues/${queue_id}`);
  }
  await sweepBuckets(api, environment, say);
  if (await neon(env).remove(name)) say(`- the database branch ${name}`);
  for (const path of [previewFolder(name), vaultFile(environment)]) if (existsSync(path)) rmSync(path, { recursive: true });
}

/**
 * Deletes the buckets of previews that are gone. A bucket that holds something cannot be deleted; its lifecycle empties it within days, and a later
 * preview's end takes it along.
 */
async function sweepBuckets(api, environment, say) {
  const account = `/accounts/${api.accountId}`;
  const scripts = await api.list(`${account}/workers/scripts`);
  for (const { name } of await api.list(`${account}/r2/buckets`, ({ buckets }) => buckets)) {
    const [, preview] = name.match(/^codex-(?:media|assets)-(preview-\d+)$/) ?? [];
    if (!preview || (preview !== environment.name && scripts.some(({ id }) => id === `codex-web-${preview}`))) continue;
    try {
      await api.call('DELETE', `${account}/r2/buckets/${name}`);
      say(`- the bucket ${name}`);
    } catch (error) {
      if (error.status === 404) continue;
      if (error.status !== 409) throw error;
      say(`the bucket ${name} still holds something: it empties itself within a week, and the end of another preview takes it along`);
    }
  }
}
