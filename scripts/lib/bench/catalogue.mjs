// What the lists of the catalogue cost, and how they are planned, with 1,000 contents and with a million; and the sums of a million sales.
// Beside a throwaway PostgreSQL: node scripts/lib/with-postgres.mjs node scripts/lib/bench/catalogue.mjs [contents]
// Fails where a list costs more than twice as much, or reads a large table from end to end.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { costOf, costsOf, fastest, freshDatabase } from './plans.mjs';

const MANY = Number(process.argv[2] ?? 1_000_000);
const FEW = 1000;
const OWNER = '019aa000-0000-7000-8000-0000000000aa';
const TENANT = '019aa000-0000-7000-8000-00000000a001';
const GIANT = '019aa000-0000-7000-8000-00000000a002';
/** Who has made all that GIANT has. */
const STAR = '019aa000-0000-7000-8000-0000000000ab';
/** What a list may cost among many, in times of what it costs among few. */
const FACTOR = 2;
const NAMES = { [TENANT]: 'tenant', [GIANT]: 'giant' };
/**
 * A search and the facets of one tenant look at up to a thousand contents themselves. Those of a thousand lie on 60 pages; among a million each
 * may lie on its own, which is found by an index of four. So many pages they may touch besides twice as many; of milliseconds, twice.
 */
const LOOKED_AT = 1000;
const SEARCHED = 5 * LOOKED_AT;
/** Milliseconds that say nothing of sums of sales. */
const NOISE_MS = 1;
const GROWING = ['content', 'media_items', 'purchases', 'content_sales', 'users', 'organizations', 'tiers'];

/** A uuid of the database's md5(). */
const CONTENT = createHash('md5').update('content 777').digest('hex').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

const statement = (crate, name) => readFileSync(`shared/${crate}/src/sql/${name}.sql`, 'utf8');

/**
 * Organizations as many here as there. Contents of a tenant with a thousand; of many, of one for every 2,000, and one that has every second content. Types, visibilities, categories
 * and tags fall independently of each other, every tenth is for members. Few are all in one category, have one tag and are for members
 * never, so that lists by them are a whole thousand.
 */
async function fill(client, contents) {
  const tenants = Math.max(1, contents / 2000);
  const [categories, tags] = contents === FEW ? [1, 1] : [50, 300];
  const dice = (seed) => `abs(hashint8extended(i, ${seed}) % 1000003)`;
  await client.query(`SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'`);
  await client.query(`
    INSERT INTO users (id, email, name, password_hash, role, created_at, updated_at) VALUES ('${OWNER}', 'owner@example.com', 'Owner', 'x', 'creator', now(), now());
    INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at)
      SELECT CASE i WHEN 0 THEN '${GIANT}' WHEN 1 THEN '${TENANT}' ELSE md5('tenant ' || i)::uuid END, CASE i WHEN 0 THEN 'giant' WHEN 1 THEN 'tenant' ELSE 'tenant-' || i END, 'Tenant ' || i, '${OWNER}', now(), now()
      FROM generate_series(0, ${Math.max(5000, tenants)}) i;
    INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
      SELECT md5('tier ' || id)::uuid, id, 'Gold', 1, 999, 9990, 'usd', now(), now() FROM organizations;
    INSERT INTO media_items (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, hls_master_key, status, duration_seconds, created_at, updated_at)
      SELECT md5('media ' || i)::uuid, '${OWNER}', 'Film', 'video', 'video/mp4', 1, 'x' || i, 'h' || i, 'ready', 60, now(), now() FROM generate_series(1, ${contents}) i;
    INSERT INTO content (id, creator_id, organization_id, media_item_id, title, slug, description, content_type, category, tags, visibility, audience, price_cents,
        minimum_tier_id, status, published_at, created_at, updated_at)
      SELECT md5('content ' || i)::uuid, CASE o WHEN '${TENANT}' THEN '${OWNER}' WHEN '${GIANT}' THEN '${STAR}' ELSE md5('creator ' || o)::uuid END, o, md5('media ' || i)::uuid,
        'Title ' || md5(i::text), 'title-' || i, 'About breathing, part ' || i, (ARRAY['video', 'audio', 'written'])[1 + ${dice(1)} % 3],
        'category ' || ${dice(2)} % ${categories}, jsonb_build_array('tag ' || ${dice(3)} % ${tags}), v, 'team', CASE v WHEN 'purchased_only' THEN 100 + ${dice(4)} % 9000 ELSE 0 END,
        CASE WHEN v = 'members_only' THEN md5('tier ' || o)::uuid END, 'published', t, t, t
      FROM generate_series(1, ${contents}) i
      CROSS JOIN LATERAL (SELECT CASE WHEN ${contents} > ${FEW} AND i % 2 = 0 THEN '${GIANT}' WHEN i / 2 % ${tenants} = 0 THEN '${TENANT}' ELSE md5('tenant ' || 1 + i / 2 % ${tenants})::uuid END AS o,
        CASE WHEN ${contents} > ${FEW} AND ${dice(5)} % 10 = 0 THEN 'members_only' WHEN ${dice(6)} % 2 = 0 THEN 'purchased_only' ELSE 'public' END AS v,
        timestamptz '2025-01-01' + i * interval '30 seconds' AS t) x`);
  const migration = readFileSync('migrations/0022_catalogue.sql', 'utf8');
  // Indexes that are made when all is there are as dense among a million as among a thousand, and sooner made.
  await client.query('DROP INDEX catalogue_time_idx, catalogue_title_idx, catalogue_price_idx');
  for (const [filling] of migration.matchAll(/^(INSERT INTO|CREATE INDEX \w+ ON) catalogue_entries [^;]+;/gm)) await client.query(filling);
  await client.query('SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE');
  await client.query('ANALYZE catalogue_entries');
}

/** Every choice of one value of each list. */
const every = (choices) => Object.entries(choices).reduce((all, [name, values]) => all.flatMap((chosen) => values.map((value) => ({ ...chosen, [name]: value }))), [{}]);
const ORDERS = ['newest', 'oldest', 'title', 'price', '-price'];
const named = (chosen) => Object.entries(chosen).filter(([, value]) => value).map(([name, value]) => (value === true ? name : `${name}=${NAMES[value] ?? value}`)).join(' ') || 'all';

/** Rows of the table: what is asked for, in every order, and of each the first page and the last whole one. */
const CASES = [];
const row = (title, name, orders, limit, paramsOf, apart = 0) =>
  CASES.push({ title, name, limit, apart, variants: every({ order: orders, page: limit ? ['first', 'last'] : [null] }).map((variant) => ({ ...variant, paramsOf })) });

const creators = { [TENANT]: OWNER, [GIANT]: STAR };
const list = ({ free = false, type = null, visibility = null, organization = null, creator = null, category, tag }, search = null) => (order, offset) =>
  [free, type, visibility, organization, creator && creators[creator], category ? 'category 0' : null, tag ? 'tag 0' : null, search, order, 20, offset];
for (const asked of every({ free: [false, true], visibility: [null, 'purchased_only'], type: [null, 'audio'], organization: [null, TENANT, GIANT], creator: [null, TENANT, GIANT], category: [false, true], tag: [false, true] })) {
  const sensible = !(asked.free && asked.visibility) && !(asked.organization && asked.creator && asked.organization !== asked.creator);
  if (sensible) row(`list ${named(asked)}`, 'list_catalogue', ORDERS, 20, list(asked));
}
const shown = ({ organization = null, type = null, visibility = null, category }, search = null) => (order, offset) =>
  [organization, type, visibility, category ? 'category 0' : null, search, order, 24, offset];
for (const asked of every({ organization: [null, 'tenant', 'giant'], visibility: [null, 'public', 'purchased_only'], type: [null, 'audio'], category: [false, true] })) {
  row(`storefront ${named(asked)}`, 'storefront', ORDERS, 24, shown(asked));
}
for (const [words, search] of [['rare', '"part 777"'], ['common', 'breathing']]) {
  for (const asked of [{}, { type: 'audio' }, { free: true }, { organization: TENANT }, { organization: GIANT }, { creator: TENANT }, { category: true }, { tag: true }]) {
    row(`${words} words, list ${named(asked)}`, 'list_catalogue', ['relevance', ...ORDERS], 20, list(asked, search), SEARCHED);
  }
  for (const asked of [{}, { organization: 'tenant' }, { organization: 'giant' }]) row(`${words} words, storefront ${named(asked)}`, 'storefront', ['relevance', ...ORDERS], 24, shown(asked, search), SEARCHED);
}
for (const [title, params] of [['all', [null, null]], ['tenant', [TENANT, null]], ['giant', [GIANT, null]], ['creator', [null, OWNER]]]) row(`facets ${title}`, 'facets', [null], null, () => params, title === 'all' ? 0 : LOOKED_AT);
row('one content', 'find', [null], null, () => [CONTENT, null, 'true', '2026-01-01T00:00:00Z']);
row('one content, by name', 'storefront_find', [null], null, () => ['tenant', 'title-1', null, 'true', '2026-01-01T00:00:00Z']);

const number = (value) => value.toFixed(2).padStart(9);
/** The indexes used, each once whichever partition it is of. */
const plan = (indexes) => [...new Set(indexes.map((index) => index.replace(/^catalogue_(?:tagged_)?(free|sold)_[a-z]+_scope_(\w+?)_content_id.*$/, 'catalogue($2)')))].join(' ');
const show = ({ ms, pages }) => `${number(ms)} ${String(pages).padStart(7)}`;
const [few, many] = [await freshDatabase('catalogue_few'), await freshDatabase('catalogue_many')];
await fill(few, FEW);
const from = Date.now();
await fill(many, MANY);
console.log(`${MANY} contents made in ${Math.round((Date.now() - from) / 1000)} s\n`);
const { rows: sizes } = await many.query(`SELECT pg_size_pretty(pg_total_relation_size('content')) AS content, pg_size_pretty(sum(pg_total_relation_size(inhrelid))) AS entries
  FROM pg_inherits WHERE inhparent = 'catalogue_entries'::regclass`);
console.log(`content ${sizes[0].content}, its entries ${sizes[0].entries}\n`);
console.log(`${'ms, pages; the worst order and page'.padEnd(72)} ${`of ${FEW}`.padStart(17)} ${`of ${MANY}`.padStart(17)}  times`);
const wrong = [];
const over = (apart, small, large) => large.ms > FACTOR * small.ms || large.pages > FACTOR * small.pages + apart;
// Few have one tenant, which is all.
const SMALLER = { [GIANT]: TENANT, [STAR]: OWNER, giant: 'tenant' };
for (const { title, name, limit, apart, variants } of CASES) {
  const sql = statement('content', name);
  let worst;
  for (const { order, page, paramsOf } of variants) {
    const params = await Promise.all([few, many].map(async (client) => {
      const at = (offset) => paramsOf(order, offset).map((value) => (client === few ? (SMALLER[value] ?? value) : value));
      if (page !== 'last') return at(0);
      const { rows } = await client.query(sql, at(0));
      return at(limit * Math.max(0, Math.floor(Object.values(rows[0])[0].total / limit) - 1));
    }));
    let cost = await costsOf([few, many], sql, params);
    // Others use this machine, too: of what takes too long the fastest of more runs decides. Pages do not change.
    for (let again = 0; again < 2 && over(apart, ...cost); again++) cost = await costsOf([few, many], sql, params, 15, fastest);
    const [small, large] = cost;
    const asked = [title, order, page && `${page} page`].filter(Boolean).join(', ');
    const times = Math.max(large.ms / small.ms, apart ? 0 : large.pages / small.pages);
    if (!worst || times > worst.times) worst = { asked, small, large, times };
    if (over(apart, small, large)) wrong.push(`${asked}: ${show(small)} of ${FEW}, ${show(large)} of ${MANY}`);
    const walked = large.walked.filter((table) => GROWING.includes(table) || table.startsWith('catalogue_'));
    if (walked.length > 0) wrong.push(`${asked}: reads all of ${walked}`);
  }
  console.log(`${worst.asked.padEnd(72)} ${show(worst.small)} ${show(worst.large)} ${worst.times.toFixed(2).padStart(6)}  ${plan(worst.large.read)}`);
}

/** So many sales of twenty contents of the tenant over a year, every tenth given back in part; and the sums of them. */
async function sell(client, sales) {
  await client.query(`
    SET session_replication_role = replica;
    INSERT INTO organization_members VALUES ('${TENANT}', '${OWNER}', 'owner', now());
    INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status, amount_cents, currency,
        platform_fee_cents, organization_fee_cents, creator_payout_cents, refunded_cents, purchased_at)
      SELECT gen_random_uuid(), md5('user ' || i % 100000)::uuid, md5('content ' || 1 + i % 20)::uuid, '${TENANT}', '${OWNER}', 'cs_' || i, 'pi_' || i,
        CASE WHEN i % 10 = 0 THEN 'partly_refunded' ELSE 'paid' END, 2999, 'usd', 300, 270, 2429, CASE WHEN i % 10 = 0 THEN 1000 ELSE 0 END,
        timestamptz '2025-01-01' + i * interval '1 year' / ${sales}
      FROM generate_series(1, ${sales}) i`);
  await client.query(readFileSync('migrations/0018_rollup.sql', 'utf8').match(/^INSERT INTO unsummed_sales [^;]+;/m)[0]);
  await client.query('SELECT fold_sums(NULL)');
  await client.query('VACUUM ANALYZE purchases, content_sales, unsummed_sales');
}
await sell(few, FEW);
await sell(many, MANY);
console.log(`\n${'sales'.padEnd(22)} ${`of ${FEW}`.padStart(17)} ${`of ${MANY}`.padStart(17)}`);
for (const [title, organization, content, ...dates] of [
  ['of a creator', null, null, null, null],
  ['of a tenant', TENANT, null, null, null],
  ['of a day', TENANT, null, '2025-06-01T00:00:00Z', '2025-06-02T00:00:00Z'],
  ['between two instants', TENANT, null, '2025-02-03T04:05:06Z', '2025-11-12T13:14:15Z'],
  ['of a content', null, 'content 7', null, null],
]) {
  const cost = async (client) => {
    const id = content && (await client.query('SELECT md5($1)::uuid AS id', [content])).rows[0].id;
    return costOf(client, statement('commerce', organization ? 'organization_sales' : 'sales'), [OWNER, 20, 0, null, id, organization, ...dates]);
  };
  const [small, large] = [await cost(few), await cost(many)];
  console.log(`${title.padEnd(22)} ${show(small)} ${show(large)}   ${large.read.join(' ')}`);
  if (large.walked.some((table) => GROWING.includes(table))) wrong.push(`sales ${title}: reads all of ${large.walked}`);
  if (large.ms > FACTOR * small.ms + NOISE_MS) wrong.push(`sales ${title}: ${large.ms.toFixed(2)} ms, ${small.ms.toFixed(2)} of ${FEW}`);
}
await few.end();
await many.end();
if (wrong.length > 0) {
  console.error(`\n${wrong.join('\n')}`);
  process.exit(1);
}
