// Which of Stripe's events goes to which of our webhooks.
import { STRIPE_WEBHOOKS } from '../../../wrangler/platform.mjs';
import { appliedEvents } from './code.mjs';

/** The types of each webhook by its name: of what the code applies, each to the first whose beginning fits. */
export function webhooks(types = appliedEvents()) {
  const of = (type) => STRIPE_WEBHOOKS.find(([, beginnings]) => beginnings.some((beginning) => type.startsWith(beginning)))?.[0];
  return Object.fromEntries(STRIPE_WEBHOOKS.map(([name]) => [name, types.filter((type) => of(type) === name)]));
}
