// The outside world on this machine, against the official clients of those it stands for: stripe-node and Neon's driver.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { ensureDatabase } from '../scripts/lib/migrate.mjs';
import { portsOf } from '../scripts/lib/ports.mjs';
import { startPostgres } from '../scripts/lib/postgres.mjs';
import { startOutside } from '../scripts/lib/stack.mjs';

const { postgres: POSTGRES, outside: LOCAL, 'ecom-api': WEBHOOK } = portsOf(1800);

test('the official clients cannot tell it from the real ones', async (t) => {
  const state = resolve('.local/test/e2e-local');
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state, { recursive: true });
  const postgres = await startPostgres({ folder: join(state, 'postgres'), port: POSTGRES });
  t.after(() => postgres.stop());
  const databaseUrl = postgres.url('codex');
  await ensureDatabase(databaseUrl);
  const secrets = { STRIPE_SECRET_KEY: 'sk_test_check', STRIPE_WEBHOOK_SECRET_BOOKING: 'whsec_check', STRIPE_WEBHOOK_SECRET_PAYMENT: 'whsec_payment', STRIPE_WEBHOOK_SECRET_SUBSCRIPTION: 'whsec_subscription' };
  const webhook = `http://localhost:${WEBHOOK}/webhooks/stripe/booking`;
  const outside = await startOutside({ state, port: LOCAL, databaseUrl, secrets, webhook });
  t.after(() => outside.stop());
  const check = spawn(process.execPath, ['scripts/local/check.mjs'], {
    stdio: 'inherit',
    env: { ...process.env, ...secrets, DATABASE_URL: databaseUrl, BOOKING_WEBHOOK_URL: webhook, LOCAL_URL: `http://127.0.0.1:${LOCAL}` },
  });
  assert.equal(await new Promise((done) => check.on('exit', done)), 0);
});
