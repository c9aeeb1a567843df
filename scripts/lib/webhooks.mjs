// Looks at stored Stripe events and plays one again. The database is DATABASE_URL's, else the one of a running scripts/dev.
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { addresses, portsOf } from './ports.mjs';

const USAGE = `usage: scripts/webhooks list              what needs a look: events that should have changed something and did not, refunds that
                                          Stripe refuses, news of payments that no purchase is known for
       scripts/webhooks show ID           one event, as it came
       scripts/webhooks replay ID         sends a stored event to its webhook again, signed anew; what was applied stays as it is
       scripts/webhooks report            the last comparisons with Stripe's list of events, what had never arrived, and what could not be kept
       scripts/webhooks fetch ID          asks Stripe for an event and sends it to its webhook, as for one that could not be kept
options: --state DIR (default .local), --offset N (of a stack that was moved), --url URL of ecom-api
environment: DATABASE_URL; STRIPE_WEBHOOK_SECRET_*, and STRIPE_SECRET_KEY to fetch, where they are not in DIR/secrets.json; STRIPE_API_URL`;

/** The types that change something: as \`Event::APPLIED\` in shared/commerce/src/event.rs. */
const APPLIED = `('checkout.session.completed', 'checkout.session.async_payment_succeeded', 'charge.refunded', 'refund.created', 'refund.updated',
  'refund.failed', 'charge.dispute.created', 'charge.dispute.updated', 'charge.dispute.closed', 'account.updated',
  'invoice.paid', 'invoice.payment_succeeded')`;

const QUERIES = {
  'events that changed nothing': `
    SELECT id, type, endpoint, received_at FROM webhook_events
    WHERE NOT applied AND type IN ${APPLIED}
      -- A bank debit that is pending says so by an event that may have found nothing new.
      AND coalesce(payload -> 'data' -> 'object' ->> 'payment_status', '') <> 'unpaid'
    ORDER BY received_at DESC LIMIT 100`,
  'refunds that were not made': `
    SELECT r.id, r.purchase_id, p.payment_intent_id, r.attempts, r.problem, r.created_at
    FROM refunds_due r JOIN purchases p ON p.id = r.purchase_id
    WHERE r.failed_at IS NOT NULL OR (r.made_at < now() - interval '1 day' AND p.status = 'duplicate')
    ORDER BY r.created_at DESC LIMIT 100`,
  'news of payments without a purchase': `
    SELECT y.id, y.refunded_cents, y.disputes, y.event_id, y.changed_at FROM payments y
    WHERE y.purchase_id IS NULL AND NOT EXISTS (SELECT FROM purchases p WHERE p.payment_intent_id = y.id)
      AND NOT EXISTS (SELECT FROM subscription_payments s WHERE s.id = y.invoice_id)
    ORDER BY y.changed_at DESC LIMIT 100`,
  'subscriptions that Stripe could not be asked about': `
    SELECT id, heard, ticket, ask_at, event_id, told_by FROM subscription_news WHERE ask_at < now() - interval '1 hour' ORDER BY ask_at LIMIT 100`,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { state: { type: 'string', default: '.local' }, offset: { type: 'string', default: '0' }, url: { type: 'string' } },
});
const [command = 'help', id] = positionals;

async function main() {
  const secrets = { ...(existsSync(`${values.state}/secrets.json`) && JSON.parse(readFileSync(`${values.state}/secrets.json`, 'utf8'))), ...process.env };
  const offset = Number(values.offset);
  const connectionString = process.env.DATABASE_URL ?? `postgres://codex:codex@127.0.0.1:${portsOf(offset).postgres}/codex`;
  const client = new pg.Client({ connectionString });
  await client.connect();
  const rows = async (sql, ...params) => (await client.query(sql, params)).rows;
  const stored = async () => {
    const [event] = await rows('SELECT id, endpoint, payload FROM webhook_events WHERE id = $1', id);
    if (!event) throw new Error(`no event ${id}`);
    return event;
  };
  /** To the address it came to; what the comparison with Stripe found came to none, and any takes it. */
  const send = async ({ endpoint: came, payload }) => {
    const endpoint = came === 'reconcile' ? 'booking' : came;
    const secret = secrets[`STRIPE_WEBHOOK_SECRET_${endpoint.toUpperCase()}`]?.split(',')[0].trim();
    if (!secret) throw new Error(`STRIPE_WEBHOOK_SECRET_${endpoint.toUpperCase()} is not known`);
    const body = JSON.stringify(payload);
    const time = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    const url = `${values.url ?? addresses(offset).urls['ecom-api']}/webhooks/stripe/${endpoint}`;
    const answer = await fetch(url, { method: 'POST', body, headers: { 'stripe-signature': `t=${time},v1=${signature}` } });
    const [kept] = await rows('SELECT applied FROM webhook_events WHERE id = $1', id);
    console.log(`${answer.status} ${await answer.text()}; applied: ${kept?.applied ?? false}`);
    if (!answer.ok) process.exitCode = 1;
  };
  try {
    switch (command) {
      case 'list':
        for (const [title, sql] of Object.entries(QUERIES)) {
          const found = await rows(sql);
          console.log(`\n${title}: ${found.length}`);
          if (found.length > 0) console.table(found);
        }
        return;
      case 'show':
        return console.log(JSON.stringify((await stored()).payload, null, 2));
      case 'report': {
        const runs = await rows('SELECT since, until, seen, missing, failed FROM reconciliations WHERE missing <> $1 OR failed <> $1 ORDER BY id DESC LIMIT 50', '[]');
        const [{ until, count }] = await rows('SELECT max(until) AS until, count(*)::int AS count FROM reconciliations');
        console.log(`${count} comparisons, the last until ${until?.toISOString() ?? 'never'}; those that found something missing:`);
        return console.table(runs.map(({ missing, failed, ...run }) => ({ ...run, missing: missing.join(' '), failed: failed.join(' ') })));
      }
      case 'replay':
        return await send(await stored());
      case 'fetch': {
        const base = process.env.STRIPE_API_URL ?? (process.env.STRIPE_SECRET_KEY ? 'https://api.stripe.com' : addresses(offset).local);
        const answer = await fetch(`${base}/v1/events/${id}`, { headers: { authorization: `Bearer ${secrets.STRIPE_SECRET_KEY}` } });
        if (!answer.ok) throw new Error(`Stripe: ${answer.status} ${await answer.text()}`);
        return await send({ endpoint: 'reconcile', payload: await answer.json() });
      }
      default:
        console.log(USAGE);
        if (command !== 'help') process.exitCode = 2;
    }
  } finally {
    await client.end();
  }
}

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
