// Makes what an environment needs before the first deployment. Running it again makes what is still missing, and else nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cloudflare } from './cloudflare.mjs';
import { ACCOUNT_FILE, environmentOf, previewFolder } from './environments.mjs';
import { generate } from './generate.mjs';
import { missing } from './resources.mjs';
import { missingEndpoints, stripeClient } from './stripe.mjs';
import { doubts, keep, made, open, vaultFile, wanted } from './vault.mjs';

export const USAGE = `usage: scripts/setup <staging|production|preview-N> [--plan] [--secrets FILE]

Makes what the environment needs of Cloudflare and Stripe, and the secrets that are ours to make; all of it only where it is missing:
KV namespaces, queues, buckets with CORS and lifecycle rules, Hyperdrive without a cache, the tenants' DNS record, routes that keep
workers away from other hosts, HTTPS, Stripe's webhooks. Ids go into wrangler/account.json, secrets into .secrets/<environment>.env.
--plan   says what would be made
environment: CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID; docs/operations.md says what the token must be allowed`;

/** Runs it; whether everything is there at the end. `say` gets each line. */
export async function setup(name, { plan = false, secrets: file, env = process.env, say = console.log } = {}) {
  const environment = environmentOf(name);
  if (!environment.deployed) throw new Error('development needs no setting up: scripts/dev brings what it needs');
  const vault = file ?? vaultFile(environment);
  const values = open(vault);
  const api = cloudflare(env);
  const { steps, ids } = await missing(api, environment, { databaseUrl: values.DATABASE_URL });

  const ours = { ...made(values, environment), ...(!values.R2_ACCOUNT_ID && { R2_ACCOUNT_ID: api.accountId }) };
  if (Object.keys(ours).length > 0) steps.push({ what: `make the secrets ${Object.keys(ours).join(', ')}`, make: async () => ours });
  if (values.STRIPE_SECRET_KEY) steps.push(...(await missingEndpoints(stripeClient(values.STRIPE_SECRET_KEY, env), environment, (name) => values[name])));

  const secretNames = wanted();
  for (const { what, make } of steps) {
    say(`${plan || !make ? '-' : '+'} ${what}`);
    if (plan || !make) continue;
    for (const [name, value] of Object.entries(await make())) {
      if (secretNames.has(name)) values[name] = value;
      else ids[name] = value;
    }
    // After each step, so that what Stripe or the account told once is not lost with what comes next.
    if (vault !== '-') keep(vault, values);
    writeIds(environment, ids);
  }
  if (!plan) {
    writeIds(environment, ids);
    generate(environment.kind === 'preview' ? name : undefined);
  }

  const unknown = [...secretNames.keys()].filter((name) => !values[name] && !(plan && name in ours));
  for (const name of unknown) say(`? ${name} is not in ${vault}: ${hint(name)}`);
  const wrong = doubts(values, environment);
  for (const doubt of wrong) say(`! ${doubt}`);
  const done = steps.filter(({ make }) => make).length;
  say(done === 0 ? `${name}: everything is there` : `${name}: ${done} ${plan ? 'to make' : 'made'}`);
  if (unknown.length > 0) say(`${name}: ${unknown.length} secrets are yours to find; then scripts/setup ${name} once more, and scripts/deploy ${name}`);
  return wrong.length === 0 && unknown.length === 0;
}

/** Where a secret that is not ours comes from. */
function hint(name) {
  if (name === 'DATABASE_URL') return "your Postgres's address, as the owner of the schema";
  if (name === 'STRIPE_SECRET_KEY') return 'dashboard.stripe.com, Developers, API keys';
  if (name.startsWith('STRIPE_WEBHOOK_SECRET_')) return 'made with the webhook, once STRIPE_SECRET_KEY is there';
  if (name.startsWith('R2_')) return 'dash.cloudflare.com, R2, Manage API tokens: object read and write';
  if (name === 'TRANSCODING_WEBHOOK_SECRET') return "the rehearsal's, whose transcoder works for previews";
  if (name === 'MAIL_API_KEY') return 'resend.com, API keys: sending access';
  return 'see docs/operations.md';
}

/** Keeps ids where the configuration is made from: a preview's beside its configuration, else in the committed account file. */
function writeIds(environment, ids) {
  const [file, content] = environment.kind === 'preview' ? [join(previewFolder(environment.name), 'ids.json'), ids] : [ACCOUNT_FILE, withIds(environment, ids)];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

function withIds(environment, ids) {
  const account = JSON.parse(readFileSync(ACCOUNT_FILE, 'utf8'));
  const own = account.environments[environment.name];
  own.ids = { ...own.ids, ...ids };
  return account;
}
