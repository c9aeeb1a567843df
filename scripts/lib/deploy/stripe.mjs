// Stripe's webhook endpoints: https://docs.stripe.com/api/webhook_endpoints
import Stripe from 'stripe';
import { stripeVersion } from './code.mjs';
import { webhooks } from './stripe-events.mjs';

/** A client with the secret key; STRIPE_API_URL says where, for tests. */
export function stripeClient(key, env = process.env) {
  const url = env.STRIPE_API_URL ? new URL(env.STRIPE_API_URL) : undefined;
  return new Stripe(key, { maxNetworkRetries: 2, telemetry: false, ...(url && { protocol: url.protocol.slice(0, -1), host: url.hostname, port: url.port }) });
}

/** Where an environment hears from Stripe. */
export const addressOf = (environment, name) => `${environment.at('api')}/webhooks/stripe/${name}`;

/**
 * The types of each endpoint of an environment. A preview has one for all: Stripe lets an account have 16, and each of our addresses takes any
 * event. What happens to connected accounts a preview does not hear.
 */
export function endpointsOf(environment) {
  const { connect, ...own } = webhooks();
  return environment.kind === 'preview' ? { booking: Object.values(own).flat() } : { ...own, connect };
}

/** What to do where an endpoint must be another: events that are not heard meanwhile, Stripe brings again, or the schedule asks for. */
const ANEW = 'delete it in the dashboard, then scripts/setup and scripts/secrets set';

const secretName = (name) => `STRIPE_WEBHOOK_SECRET_${name.toUpperCase()}`;

/**
 * The steps that bring Stripe's endpoints to exactly the events that the code handles: `[{ what, make }]`, in the version of Stripe's API that it
 * reads, whatever the account's own is. A new endpoint's signing secret is told once, by the answer that makes it: `make` gives it, to be kept.
 * Endpoints of other addresses are nobody's business here.
 */
export async function missingEndpoints(stripe, environment, known) {
  const existing = await stripe.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  const steps = [];
  const version = stripeVersion();
  for (const [name, events] of Object.entries(endpointsOf(environment))) {
    const url = addressOf(environment, name);
    const found = existing.find((endpoint) => endpoint.url === url);
    const what = `${url} for ${events.join(', ')}`;
    // Every address of a preview has the secret of its one endpoint. It is told once, so where it is not known the endpoint is made anew.
    const names = environment.kind === 'preview' ? Object.keys(webhooks()).map(secretName) : [secretName(name)];
    const other = found && found.api_version !== version;
    const lost = environment.kind === 'preview' && found && (other || !known(names[0]));
    if (!found || lost) {
      steps.push({ what: `make Stripe's webhook ${what}`, make: async () => {
        if (lost) await stripe.webhookEndpoints.del(found.id);
        const made = await stripe.webhookEndpoints.create({ url, enabled_events: events, api_version: version, connect: name === 'connect', description: `Codex ${environment.name}` });
        return Object.fromEntries(names.map((name) => [name, made.secret]));
      } });
      continue;
    }
    const same = [...found.enabled_events].sort().join() === [...events].sort().join() && found.status === 'enabled';
    if (!same) steps.push({ what: `change Stripe's webhook ${what}`, make: async () => {
      await stripe.webhookEndpoints.update(found.id, { enabled_events: events, disabled: false });
      return {};
    } });
    if (other) steps.push({ what: `${found.id} is sent events of Stripe's version ${found.api_version ?? 'of the account'}, which cannot be changed, and the code reads ${version}: ${ANEW}`, make: undefined });
    if (!known(names[0])) steps.push({ what: `${names[0]} is not known, and Stripe tells it only in its dashboard (${found.id}): put it into the secrets`, make: undefined });
  }
  return steps;
}

/** Removes an environment's endpoints; how many. */
export async function removeEndpoints(stripe, environment) {
  const ours = new Set(Object.keys(webhooks()).map((name) => addressOf(environment, name)));
  const existing = await stripe.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  const found = existing.filter(({ url }) => ours.has(url));
  for (const { id } of found) await stripe.webhookEndpoints.del(id);
  return found.length;
}
