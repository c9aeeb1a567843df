// Everything that would make a deployment fail halfway, looked at before it begins. All of it is told at once.
import { unstable_readConfig } from 'wrangler';
import { pending } from '../migrate.mjs';
import { problems, readConfigs } from './check.mjs';
import { cloudflare } from './cloudflare.mjs';
import { isRealId, secretsOf } from './configuration.mjs';
import { deployedIn, lacking } from './deployed.mjs';
import { WORKERS } from '../../../wrangler/platform.mjs';
import { configurationFile, drifted } from './generate.mjs';
import { missing, occupied } from './resources.mjs';
import { webhooks } from './stripe-events.mjs';
import { doubts } from './vault.mjs';

/** `{ problems, api, states, migrations }`: what is wrong, and what is there; `migrations` are the files that the database lacks. */
export async function preflight(environment, values, env) {
  const found = [];
  const checked = async (what, look) => {
    try {
      return await look();
    } catch (error) {
      found.push(`${what}: ${error.message}`);
      return undefined;
    }
  };
  found.push(...problems(readConfigs(Object.keys(WORKERS)), { secretsOf, webhooks: webhooks() }));
  found.push(...drifted().map((path) => `${path} is not what node scripts/lib/deploy/generate.mjs makes`));
  found.push(...doubts(values, environment));

  const api = cloudflare(env);
  await checked('the account', () => api.call('GET', `/accounts/${api.accountId}`));
  const resources = await checked('its resources', () => missing(api, environment, { databaseUrl: values.DATABASE_URL }));
  for (const { what } of resources?.steps ?? []) found.push(`not set up: ${what}; run scripts/setup ${environment.name}`);
  for (const [name, id] of Object.entries(resources?.ids ?? {})) {
    if (!isRealId(environment.ids[name]) || environment.ids[name] !== id) found.push(`the id of ${name} is not the account's; run scripts/setup ${environment.name}`);
  }
  found.push(...((await checked('its DNS', () => occupied(api, environment))) ?? []));
  const states = (await checked('what is deployed', () => deployedIn(api, environment))) ?? [];
  for (const state of states) {
    const unknown = lacking(state).filter((name) => !values[name]);
    if (unknown.length > 0) found.push(`${state.worker} has no ${unknown.join(', ')}; see scripts/secrets ${environment.name} check`);
  }
  const migrations = values.DATABASE_URL
    ? await checked('the database', () => pending(values.DATABASE_URL))
    : void found.push('DATABASE_URL is not among the secrets: the schema cannot be brought up to date');
  return { problems: found, api, states, migrations: migrations ?? [] };
}

/** The tag of the last migration of a worker's Durable Objects, as it is configured. */
export function objectsTag(worker, environment) {
  const config = unstable_readConfig({ config: configurationFile(worker, environment), env: environment.kind }, { hideWarnings: true });
  return config.migrations?.at(-1)?.tag;
}
