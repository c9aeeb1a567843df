-- commerce.organization_sales
-- $1 who asks, $2 limit, $3 offset, $6 organization; each null or a filter: $4 status, $5 content, $7 from, $8 to. What they sold there, or
-- everything where they are its owner or admin, the newest first, and the sums of all that match, which are read out of one index
WITH asking AS (
    SELECT m.role IN ('owner', 'admin') AS manages FROM organization_members m WHERE m.organization_id = $6::uuid AND m.user_id = $1::uuid
), matched AS NOT MATERIALIZED (
    SELECT p.* FROM purchases p
    WHERE p.organization_id = $6::uuid AND (p.creator_id = $1::uuid OR (SELECT manages FROM asking))
        AND ($4::text IS NULL OR p.status = $4) AND ($5::uuid IS NULL OR p.content_id = $5::uuid)
        AND p.purchased_at >= coalesce($7::timestamptz, '-infinity') AND p.purchased_at < coalesce($8::timestamptz, 'infinity')
), sums AS MATERIALIZED (
    SELECT s.currency, sum(s.purchases) AS count, sum(s.amount_cents) AS amount_cents, sum(s.refunded_cents) AS refunded_cents,
        sum(s.held_cents) AS held_cents, sum(s.platform_cents) AS platform_cents, sum(s.organization_cents) AS organization_cents,
        sum(s.creator_cents) AS creator_cents
    FROM sold_within($5::uuid IS NOT NULL, coalesce($7::timestamptz, '2000-01-01T00:00:00Z'), coalesce($8::timestamptz, '2100-01-01T00:00:00Z')) s
    WHERE s.organization_id = $6::uuid AND (s.creator_id = $1::uuid OR (SELECT manages FROM asking))
        AND ($4::text IS NULL OR s.status = $4) AND ($5::uuid IS NULL OR s.content_id = $5::uuid)
    GROUP BY 1 HAVING sum(s.purchases) > 0
)
SELECT json_build_object(
    'member', EXISTS (SELECT FROM asking),
    'total', (SELECT coalesce(sum(count), 0) FROM sums),
    'totals', (SELECT coalesce(json_agg(sums ORDER BY currency), '[]') FROM sums),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT p.id, p.content_id, c.title, p.organization_id, p.status, p.amount_cents, p.currency, p.refunded_cents + p.lost_cents AS refunded_cents,
            p.held_cents, has.platform_cents, has.organization_cents, has.creator_cents, p.purchased_at
        FROM (SELECT * FROM matched ORDER BY purchased_at DESC, id DESC LIMIT $2::int OFFSET $3::int) p
        JOIN content c ON c.id = p.content_id
        CROSS JOIN LATERAL sale_parts(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, p.duplicate, p.refunded_cents,
            p.held_cents, p.lost_cents) AS has
        ORDER BY p.purchased_at DESC, p.id DESC
    ) r)
)
