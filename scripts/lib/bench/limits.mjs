// Nothing may be refused while it is measured: what lifts the limits, exact and coarse.
import { withBindings } from '../bindings.mjs';

export const WITHOUT_LIMIT = 1_000_000_000;

/** The variable LIMITS. A window of a second, because a counter keeps the time of every request within its window. */
export const LIMITS = JSON.stringify(Object.fromEntries(['login', 'register', 'mail', 'costly'].map((name) => [name, [WITHOUT_LIMIT, 1]])));

/**
 * The rate-limit bindings as they are, with a quota that nothing reaches. Miniflare's stand-in is a Durable Object which
 * commits every count to disk, one after the other.
 */
function simulated(options) {
  for (const { simple } of Object.values(options.ratelimits ?? {})) simple.limit = WITHOUT_LIMIT;
  return options;
}

/** The bindings as Cloudflare has them, near enough to be measured: counted in memory, without a round trip. */
function local(options) {
  const names = Object.keys(options.ratelimits ?? {});
  const counters = ({ names, most }) => {
    // workers-rs takes a binding for what its class is called.
    class Ratelimit {
      counts = new Map();
      async limit({ key }) {
        this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
        return { success: this.counts.get(key) <= most };
      }
    }
    return Object.fromEntries(names.map((name) => [name, new Ratelimit()]));
  };
  return { ...withBindings(options, counters, { names, most: WITHOUT_LIMIT }), ratelimits: {} };
}

/** By name, what is done to the options of each worker. */
export const COARSE = { simulated, local };
