// Whether time tells if an address has an account: the same requests for addresses that have one and for addresses that have none.
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import pg from 'pg';
import { clientOf } from '../client.mjs';
import { startStack } from '../stack.mjs';
import { COARSE, LIMITS } from './limits.mjs';
import { PASSWORD } from './seed.mjs';

/** Beside the ports of the other measurements. */
const OFFSET = 3200;
const WARM_UP = 20;
/** How far medians may be apart, and how often at most whoever guesses by the clock may be right. Chance is 0.5. */
const TOLERANCE = { ratio: 1.15, right: 0.65 };

/** What is asked about an address; those that hash a password take thirty times as long, so fewer of them. */
const ASKED = {
  login: { path: '/api/auth/email/login', body: (email) => ({ email, password: 'not the password' }), status: 401, samples: 500 },
  reset: { path: '/api/auth/request-password-reset', body: (email) => ({ email }), status: 200, samples: 500 },
  resend: { path: '/api/auth/send-verification-email', body: (email) => ({ email }), status: 200, samples: 500 },
  register: { path: '/api/auth/email/register', body: (email) => ({ email, password: PASSWORD, name: 'A Person' }), status: 200, samples: 150 },
};

const sorted = (times) => times.toSorted((a, b) => a - b);
const median = (times) => sorted(times)[Math.floor(times.length / 2)];

/** How often the slower of two random requests is the one of an account, or of none: the best that one look at the clock can do. */
function right(known, unknown) {
  const slower = known.reduce((sum, time) => sum + unknown.filter((other) => other < time).length, 0) / (known.length * unknown.length);
  return Math.max(slower, 1 - slower);
}

/** An account for every `person-N@example.com` that will be asked about, with the password of the one there is. */
async function openAccounts(databaseUrl) {
  const database = new pg.Client(databaseUrl);
  await database.connect();
  await database.query(`INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
    SELECT gen_random_uuid(), 'person-' || n || '@example.com', name, password_hash, created_at, updated_at FROM users, generate_series(1, 5000) n`);
  await database.end();
}

/** Measures every route that is asked about an address; whether none of them tells. Registration, too, because verification is required. */
export async function measureAlike(log) {
  const state = resolve('.local/bench/alike');
  rmSync(state, { recursive: true, force: true });
  const vars = { LIMITS, REQUIRE_EMAIL_VERIFICATION: 'true' };
  const stack = await startStack({ offset: OFFSET, state, adjust: COARSE.local, vars, onLog: () => {} });
  try {
    const { expect } = clientOf(stack);
    // Each address is asked about once: what the limiter knows of it must not differ.
    let next = 0;
    const addresses = { known: () => `person-${++next}@example.com`, unknown: () => `nobody-${++next}@example.com` };
    await expect(200, 'auth', 'POST', ASKED.register.path, { body: ASKED.register.body('person@example.com') });
    await openAccounts(stack.databaseUrl);
    const result = {};
    for (const [name, { path, body, status, samples }] of Object.entries(ASKED)) {
      const times = { known: [], unknown: [] };
      for (let index = 0; index < WARM_UP + samples; index++) {
        // In turns, and each first as often: what else the machine does befalls both alike.
        for (const kind of index % 2 ? ['known', 'unknown'] : ['unknown', 'known']) {
          const email = addresses[kind]();
          const from = performance.now();
          await expect(status, 'auth', 'POST', path, { body: body(email) });
          if (index >= WARM_UP) times[kind].push(performance.now() - from);
        }
      }
      const medians = { known: median(times.known), unknown: median(times.unknown) };
      const ratio = medians.known / medians.unknown;
      const guess = right(times.known, times.unknown);
      const tells = Math.max(ratio, 1 / ratio) > TOLERANCE.ratio && guess > TOLERANCE.right;
      result[name] = { ...medians, ratio, right: guess, tells };
      const [here, none] = [medians.known, medians.unknown].map((time) => time.toFixed(2));
      log(`${name.padEnd(10)} ${here} ms with an account, ${none} without: ratio ${ratio.toFixed(3)}, a guess is right ${(guess * 100).toFixed(0)} %${tells ? '  TELLS' : ''}`);
    }
    return result;
  } finally {
    await stack.stop();
  }
}
