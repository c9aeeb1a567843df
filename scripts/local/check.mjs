// Checks scripts/local with Neon's own driver and Stripe's own client.
// Needs the program running: LOCAL_URL, DATABASE_URL, STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET_BOOKING as it has them.
// It listens on the port of BOOKING_WEBHOOK_URL itself, to be the webhook; CHECK_WEBHOOK=0 leaves that part out when
// the real worker is there.
import { finish } from './check/common.mjs';
import './check/sql.mjs';
import './check/checkout.mjs';

if (process.env.CHECK_WEBHOOK !== '0') {
  await import('./check/payments.mjs');
  await import('./check/subscriptions.mjs');
  (await import('./check/webhook.mjs')).close();
}
await import('./check/mailbox.mjs');
finish();
