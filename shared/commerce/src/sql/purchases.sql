-- commerce.purchases
-- $1 buyer, $2 limit, $3 offset: the newest first
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM purchases WHERE user_id = $1::uuid LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT p.id, p.content_id, c.title, c.slug, c.thumbnail_url, p.organization_id, p.status, p.amount_cents, p.currency, p.purchased_at
        FROM purchases p JOIN content c ON c.id = p.content_id
        WHERE p.user_id = $1::uuid
        ORDER BY p.purchased_at DESC, p.id DESC LIMIT $2::int OFFSET $3::int
    ) r)
)
