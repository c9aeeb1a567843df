-- commerce.purchases
-- $1 buyer, $2 limit, $3 offset; each null or a filter: $4 status, $5 content, $6 organization, $7 from, $8 to. The newest first, and the
-- sums of all that match.
WITH matched AS NOT MATERIALIZED (
    SELECT p.* FROM purchases p
    WHERE p.user_id = $1::uuid
        AND ($4::text IS NULL OR p.status = $4) AND ($5::uuid IS NULL OR p.content_id = $5::uuid)
        AND p.purchased_at >= coalesce($7::timestamptz, '-infinity') AND p.purchased_at < coalesce($8::timestamptz, 'infinity')
        AND ($6::uuid IS NULL OR p.organization_id = $6::uuid)
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM matched),
    'totals', (SELECT coalesce(json_agg(t), '[]') FROM (
        SELECT currency, count(*) AS count, sum(amount_cents) AS amount_cents, sum(refunded_cents + lost_cents) AS refunded_cents
        FROM matched GROUP BY currency ORDER BY currency
    ) t),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT p.id, p.content_id, c.title, c.slug, c.thumbnail_url, p.organization_id, p.status, p.amount_cents, p.currency,
            p.refunded_cents + p.lost_cents AS refunded_cents, p.purchased_at
        FROM matched p JOIN content c ON c.id = p.content_id
        ORDER BY p.purchased_at DESC, p.id DESC LIMIT $2::int OFFSET $3::int
    ) r)
)
