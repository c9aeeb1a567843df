// What the statements of shared/insights cost and how they are planned, behind the fence: for one tenant of 1,000 purchases, alone and among a
// million, for one that has half of the million, and for those who run the platform.
// Beside a throwaway PostgreSQL: node scripts/lib/with-postgres.mjs node scripts/lib/bench/insights.mjs [rows]
// Fails where a plan reads a large table from end to end, or where the same page costs more than twice as much of many as of 1,000.
import { readFileSync } from 'node:fs';
import { costOf, freshDatabase } from './plans.mjs';

const MANY = Number(process.argv[2] ?? 1_000_000);
const SMALL = '019aa000-0000-7000-8000-00000000a001';
const LARGE = '019aa000-0000-7000-8000-00000000a002';
const OWNER = '019aa000-0000-7000-8000-0000000000aa';
/** Tables that grow with the platform: no plan may walk one of them from end to end. */
const GROWING = ['purchases', 'subscription_payments', 'sales_figures', 'sales_sums', 'customer_sums', 'buying_days', 'buyer_sums', 'content_sales', 'customers', 'customer_spending', 'ledger_entries', 'content', 'users', 'playback_progress'];
/** What a page may cost of many, in times of what it costs of 1,000; and milliseconds that say nothing. */
const FACTOR = 2;
const NOISE_MS = 1;
/**
 * Who runs the platform has contents ranked that are 500 times as many as those of one tenant: 20 of 10,000 instead of 20 of 20. What the best of a
 * time are shows only once all that sold in it are added up, unless rankings are kept of every time that may be asked about; no content's
 * sums are read for another's, though. So these may cost so many pages for each content that is ranked.
 */
const RANKED = { 'top content, 30 days': 4, 'top content, a year': 4, 'overview, 30 days': 4, 'overview, a year': 4 };

const statement = (name) => readFileSync(`shared/insights/src/sql/${name}.sql`, 'utf8');
/** The statements of the migrations that sum what was sold before them. */
const SUMS = [['0008_insights', ['customers', 'customer_spending']], ['0017_figures', ['customers', 'customer_spending']], ['0018_rollup', ['unsummed_sales', 'buying_days', 'unsummed_customers']]].flatMap(([migration, tables]) => {
  const sql = readFileSync(`migrations/${migration}.sql`, 'utf8');
  return tables.map((table) => sql.match(new RegExp(`^INSERT INTO ${table} [^;]+;`, 'm'))[0]);
});

/** A thousand purchases of the small tenant over a year; with `many`, half of them are the large tenant's and the rest those of 500 others. Each sells twenty contents. */
async function fill(client, many) {
  const others = many > 1000;
  const run = (sql) => client.query(sql);
  await run(`SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'`);
  await run(`
    INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
      SELECT md5('user ' || i)::uuid, 'person' || i || '@example.com', CASE WHEN i % ${Math.max(500, many / 5) / 10} = 0 THEN 'Ada Marlowe' ELSE initcap(substr(md5(i::text), 1, 9)) END, 'x', now(), now()
      FROM generate_series(1, ${Math.max(500, many / 5)}) i;
    INSERT INTO users (id, email, name, password_hash, role, created_at, updated_at) VALUES ('${OWNER}', 'owner@example.com', 'Owner', 'x', 'platform_owner', now(), now());
    INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at)
      SELECT CASE i WHEN 1 THEN '${SMALL}' WHEN 2 THEN '${LARGE}' ELSE md5('tenant ' || i)::uuid END, 'tenant-' || i, 'Tenant ' || i, '${OWNER}', now(), now()
      FROM generate_series(1, ${others ? 502 : 1}) i;
    INSERT INTO organization_members SELECT id, '${OWNER}', 'owner', now() FROM organizations;
    INSERT INTO content (id, creator_id, organization_id, title, slug, content_type, content_body, visibility, price_cents, status, published_at, created_at, updated_at)
      SELECT md5(o.slug || ' ' || i)::uuid, '${OWNER}', o.id, 'Title ' || i || ' of ' || o.slug, 'title-' || i, 'written', 'x', 'purchased_only', 2999, 'published', t, t, t
      FROM organizations o CROSS JOIN generate_series(1, 20) i
      CROSS JOIN LATERAL (SELECT timestamptz '2024-12-01' + i * interval '1 minute' + length(o.slug) * interval '1 second' AS t) x;
    INSERT INTO content (id, creator_id, organization_id, title, slug, content_type, content_body, visibility, price_cents, status, published_at, created_at, updated_at)
      SELECT md5('large ' || i)::uuid, '${OWNER}', '${LARGE}', 'Large ' || i, 'large-' || i, 'written', 'x', 'purchased_only', 2999, 'published', t, t, t
      FROM generate_series(1, ${others ? 1000 : 0}) i CROSS JOIN LATERAL (SELECT timestamptz '2024-11-01' + i * interval '1 minute' AS t) x`);
  // In the order of time, as purchases are made.
  await run(`
    INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status, amount_cents, currency,
      platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at, refunded_cents)
    SELECT gen_random_uuid(), md5('user ' || 1 + (hashint4(i) & 1073741823) % ${Math.max(500, many / 5)})::uuid,
      CASE WHEN t.slug IS NULL THEN md5('large ' || 1 + (hashint4(i * 7) & 1073741823) % 20) ELSE md5(t.slug || ' ' || 1 + (hashint4(i * 7) & 1073741823) % 20) END::uuid,
      t.id, '${OWNER}', 'cs_' || i, 'pi_' || i, CASE WHEN i % 10 = 0 THEN 'partly_refunded' ELSE 'paid' END, 2999, CASE WHEN i % 7 = 0 THEN 'eur' ELSE 'usd' END,
      300, 270, 2429, timestamptz '2025-01-01' + i * interval '1 year' / ${many}, CASE WHEN i % 10 = 0 THEN 1000 ELSE 0 END
    FROM generate_series(1, ${many}) i CROSS JOIN LATERAL (SELECT
      CASE WHEN i % ${many / 1000} = 0 THEN '${SMALL}' WHEN i % 2 = 0 THEN '${LARGE}' ELSE md5('tenant ' || 3 + (i / 2) % 500) END::uuid AS id,
      CASE WHEN i % ${many / 1000} = 0 THEN 'tenant-1' WHEN i % 2 = 0 THEN NULL ELSE 'tenant-' || 3 + (i / 2) % 500 END AS slug) t`);
  await run(`
    INSERT INTO ledger_entries (purchase_id, organization_id, creator_id, kind, currency, buyer_cents, stripe_cents, platform_cents, organization_cents, creator_cents, caused_by, posted_at)
    SELECT id, organization_id, creator_id, 'sale', currency, -2999, 0, 300, 270, 2429, 'booking', purchased_at FROM purchases ORDER BY purchased_at;
    INSERT INTO playback_progress SELECT DISTINCT user_id, content_id, 1, 2, user_id < content_id, now() FROM purchases`);
  // A subscription's payment for every ten purchases.
  await run(`
    INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
    SELECT id, id, 'Gold', 1, 999, 9999, 'usd', now(), now() FROM organizations;
    INSERT INTO subscription_payments (id, stripe_subscription_id, user_id, organization_id, creator_id, tier_id, status, amount_cents, currency, platform_fee_cents,
      organization_fee_cents, creator_payout_cents, period_start, period_end, paid_at, changed_by, changed_at)
    SELECT 'in_' || id, 'sub_' || user_id, user_id, organization_id, creator_id, organization_id, 'paid', 999, currency, 100, 135, 764, purchased_at, purchased_at,
      purchased_at, 'subscription', purchased_at
    FROM purchases WHERE substr(payment_intent_id, 4)::bigint % 10 = 5 OR organization_id = '${SMALL}' AND substr(payment_intent_id, 4)::bigint % ${many / 100} = 0
    ORDER BY purchased_at`);
  for (const sums of SUMS) await run(sums);
  await run('SELECT fold_sums(NULL)');
  await run('SET session_replication_role = DEFAULT');
  await run('VACUUM ANALYZE');
}

const NOW = '2025-12-15T12:00:00Z';
const days = (preset) => [null, preset, null, null, NOW];
/** Which statements, with which parameters after organization, caller and role. */
const CASES = [
  ['revenue, 30 days', 'revenue', [...days('last30days'), 'day']],
  ['revenue, a year', 'revenue', [...days('last365days'), 'month']],
  ['dashboard, 30 days', 'dashboard', days('last30days')],
  ['overview, 30 days', 'overview', [...days('last30days'), 'day', 5, 5]],
  ['overview, a year', 'overview', [...days('last365days'), 'month', 5, 5]],
  ['customers, 30 days', 'customer_report', [...days('last30days'), 'day']],
  ['customers, a year', 'customer_report', [...days('last365days'), 'month']],
  ['top content, 30 days', 'top_content', [...days('last30days'), null, 'revenue', 20, 0]],
  ['top content, a year', 'top_content', [...days('last365days'), 'usd', 'revenue', 20, 0]],
  ['performance, 30 days', 'performance', [...days('last30days'), null, 'newest', 20, 0]],
  ['customers, newest', 'customers', [null, null, 'newest', 20, 0]],
  ['customers, recent', 'customers', [null, null, 'recent', 20, 0]],
  ['customers, most spent', 'customers', [null, 'usd', 'spent', 20, 0]],
  ['customers, searched', 'customers', ['%marlow%', null, 'recent', 20, 0]],
  ['customers, by a syllable', 'customers', ['%person%', null, 'recent', 20, 0]],
  ['customers, page 20', 'customers', [null, null, 'recent', 20, 380]],
  ['content, newest', 'contents', [null, null, null, null, null, 'newest', 20, 0]],
  ['content, searched', 'contents', [null, null, null, null, '%Title 13 of tenant-1', 'title', 20, 0]],
  ['activity', 'activity', [null, 20, 0]],
  ['activity, sales', 'activity', ['sale', 20, 0]],
  ['activity, refunds', 'activity', ['refund', 20, 0]],
];

/** Behind the fence of migration 0015, as `fenced` sets it. */
async function measure(client, name, organization, params) {
  const settings = { 'codex.caller': OWNER, 'codex.places': `{${organization ?? ''}}`, 'codex.managed': `{${organization ?? ''}}`, role: organization ? 'codex_caller' : 'codex_platform' };
  await client.query(`SELECT ${Object.entries(settings).map(([setting, value]) => `set_config('${setting}', '${value}', false)`).join(', ')}`);
  const found = await costOf(client, statement(name), [organization, OWNER, organization === null, ...params]);
  await client.query('RESET ROLE');
  return found;
}

const alone = await freshDatabase('insights_alone');
await fill(alone, 1000);
const among = await freshDatabase('insights_among');
const from = Date.now();
await fill(among, MANY);
console.log(`${MANY} purchases and a tenth as many subscription payments made in ${Math.round((Date.now() - from) / 1000)} s\n`);

const number = (value) => value.toFixed(1).padStart(9);
const show = ({ ms, pages }) => `${number(ms)} ${String(pages).padStart(8)}`;
console.log([''.padEnd(24), ...['1,000 of 1,000', '1,000 of all', 'half of all', 'all of 1,000', 'all of all'].map((head) => head.padStart(18))].join(' '));
const wrong = [];
const [{ contents }] = (await among.query('SELECT count(*)::int AS contents FROM content WHERE EXISTS (SELECT FROM purchases WHERE content_id = content.id)')).rows;
const better = (one, other) => (other && other.ms < one.ms ? other : one);
const tooMuch = (found, less) => found.ms > FACTOR * less.ms + NOISE_MS;
for (const [title, name, params] of CASES) {
  const stores = [[alone, SMALL], [among, SMALL], [among, LARGE], [alone, null], [among, null]];
  const found = [];
  // What seems to cost too much is measured again, all of it: the machine may have had something else to do.
  for (let turn = 0; turn < 5; turn++) {
    for (const [index, [client, organization]] of stores.entries()) found[index] = better(await measure(client, name, organization, params), found[index]);
    const [small, neighbour, large, few, all] = found;
    if (!(tooMuch(neighbour, small) || tooMuch(large, small) || (!(title in RANKED) && tooMuch(all, few)))) break;
  }
  const [small, neighbour, large, few, all] = found;
  console.log(`${title.padEnd(24)} ${found.map(show).join(' ')}   ${large.read.join(' ')}`);
  for (const [who, found, less] of [['a small tenant', neighbour, small], ['a large tenant', large, small], ['the platform', all, few]]) {
    const walked = found.far.filter((table) => GROWING.includes(table));
    if (walked.length > 0) wrong.push(`${title}: ${who} reads all of ${walked}`);
    if (who === 'the platform' && title in RANKED) {
      if (found.pages > RANKED[title] * contents) wrong.push(`${title}: ${who} reads ${found.pages} pages to rank ${contents}`);
    } else if (tooMuch(found, less)) wrong.push(`${title}: ${who} ${found.ms.toFixed(1)} ms, ${less.ms.toFixed(1)} of 1,000`);
  }
}
// What the sums of migration 0008 save: the same figures from every purchase.
const raw = `SELECT (purchased_at AT TIME ZONE 'UTC')::date, currency, count(*), sum(amount_cents), sum(has[2]), sum(has[3]), sum(has[4]), sum(has[5])
  FROM purchases p CROSS JOIN LATERAL purchase_position(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, p.duplicate, p.refunded_cents, p.held_cents, p.lost_cents) AS has
  WHERE organization_id = '${LARGE}' AND purchased_at >= '2025-01-01' GROUP BY 1, 2`;
const { rows } = await among.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${raw}`);
console.log(`\nA year's revenue of the large tenant from its purchases: ${rows[0]['QUERY PLAN'][0]['Execution Time'].toFixed(0)} ms`);
await alone.end();
await among.end();
if (wrong.length > 0) {
  console.error(`\n${wrong.join('\n')}`);
  process.exit(1);
}
