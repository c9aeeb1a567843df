// A platform with some life in it: a creator's organization with thousands of contents, a viewer who bought some.
import pg from 'pg';

export const PASSWORD = 'correct horse battery';
const SIZES = { media: 500, content: 5000, people: 1000, bought: 100 };

/** Two of five contents are for sale, the others free. */
const SEED = [
  `INSERT INTO media_items (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, status, hls_master_key, duration_seconds, created_at, updated_at)
   SELECT id, $1::uuid, 'Film ' || n, 'video', 'video/mp4', 1000000, $1 || '/originals/' || id || '/original.mp4', 'ready',
          $1 || '/hls/' || id || '/master.m3u8', 600, now(), now()
   FROM (SELECT uuidv7() AS id, n FROM generate_series(1, ${SIZES.media}) n) made`,
  `INSERT INTO content (id, creator_id, organization_id, media_item_id, title, slug, description, content_type, category, tags, visibility, price_cents, status, published_at, created_at, updated_at)
   SELECT uuidv7(), $1::uuid, $2::uuid, media[1 + n % ${SIZES.media}], 'Lesson ' || n, 'lesson-' || n, repeat('What is taught here, and to whom. ', 12), 'video',
          'category ' || n % 20, '["yoga", "morning"]', CASE WHEN n % 5 < 2 THEN 'purchased_only' ELSE 'public' END, CASE WHEN n % 5 < 2 THEN 2999 ELSE 0 END,
          'published', now() - n * interval '1 minute', now() - n * interval '1 minute', now()
   FROM generate_series(1, ${SIZES.content}) n, (SELECT array_agg(id) AS media FROM media_items) m`,
];
const PEOPLE = `INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
  SELECT uuidv7(), 'bench-' || n || '@example.com', 'Person ' || n, 'never signs in', now(), now() FROM generate_series(1, ${SIZES.people}) n`;
const BOUGHT = `WITH bought AS (
    INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, status, amount_cents, currency, platform_fee_cents,
                           organization_fee_cents, creator_payout_cents, purchased_at)
    SELECT uuidv7(), $1::uuid, id, organization_id, creator_id, 'cs_seed_' || id, 'paid', 2999, 'usd', 300, 270, 2429, now()
    FROM content WHERE visibility = 'purchased_only' ORDER BY published_at DESC LIMIT ${SIZES.bought}
    RETURNING id, user_id, content_id
  )
  INSERT INTO content_access (user_id, content_id, purchase_id, granted_at) SELECT user_id, content_id, id, now() FROM bought
  RETURNING content_id, (SELECT slug FROM content c WHERE c.id = content_id) AS slug`;

async function send(url, body, cookie) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie && { cookie }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`seeding: ${new URL(url).pathname} answers ${response.status}: ${text}`);
  return { json: JSON.parse(text), cookie: response.headers.get('set-cookie')?.split(';')[0] };
}

/** People come by the API, so that their sessions are real; the rows in bulk come by SQL. What the flows need to know of it. */
export async function seed(stack) {
  const register = (email) => send(`${stack.urls.auth}/api/auth/email/register`, { email, password: PASSWORD, name: 'A Person' });
  const creator = await register('creator@example.com');
  const viewer = await register('viewer@example.com');
  const organization = await send(`${stack.urls['organization-api']}/api/organizations`, { name: 'Yoga', slug: 'yoga' }, creator.cookie);

  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  const query = async (text, params) => (await client.query(text, params)).rows;
  const [media, content] = SEED;
  await query(media, [creator.json.user.id]);
  await query(content, [creator.json.user.id, organization.json.data.id]);
  await query(PEOPLE);
  const bought = await query(BOUGHT, [viewer.json.user.id]);
  await query('ANALYZE');
  return {
    query,
    end: () => client.end(),
    viewer: { email: 'viewer@example.com', id: viewer.json.user.id, cookie: viewer.cookie },
    organization: { id: organization.json.data.id, slug: 'yoga' },
    creatorId: creator.json.user.id,
    bought: bought.map((row) => row.content_id),
    boughtSlugs: bought.map((row) => row.slug),
    people: (await query("SELECT id FROM users WHERE email LIKE 'bench-%'")).map((row) => row.id),
    forSale: (await query("SELECT id FROM content WHERE visibility = 'purchased_only'")).map((row) => row.id),
    published: SIZES.content,
  };
}
