// What is deployed: which versions of each worker get how much of the traffic, and which secrets each has, by name.
import { secretsOf } from './configuration.mjs';
import { calleesFirst } from './environments.mjs';

/** The name of a worker's script in the account. */
export const scriptOf = (worker, environment) => `codex-${worker}${environment.suffix}`;

/** Each worker, callees first: `{ worker, script, exists, migration, version, secrets }`; `version` is the one that gets most of the traffic. */
export async function deployedIn(api, environment) {
  const scripts = await api.list(`/accounts/${api.accountId}/workers/scripts`);
  const states = [];
  for (const worker of calleesFirst()) {
    const script = scriptOf(worker, environment);
    const found = scripts.find(({ id }) => id === script);
    const secrets = found ? (await api.list(`/accounts/${api.accountId}/workers/scripts/${script}/secrets`)).map(({ name }) => name) : [];
    const [current] = found ? await deploymentsOf(api, script) : [];
    states.push({ worker, script, exists: Boolean(found), migration: found?.migration_tag, version: mainVersion(current), secrets });
  }
  return states;
}

/** A worker's deployments, newest first. */
export async function deploymentsOf(api, script) {
  const { deployments = [] } = (await api.find(`/accounts/${api.accountId}/workers/scripts/${script}/deployments`)) ?? {};
  return deployments;
}

/** The version that gets most of a deployment's traffic. */
export const mainVersion = (deployment) => [...(deployment?.versions ?? [])].sort((a, b) => b.percentage - a.percentage)[0]?.version_id;

/** The names of the secrets that a worker wants and does not have. */
export const lacking = ({ worker, secrets }) => secretsOf(worker).filter((name) => !secrets.includes(name));
