-- commerce.sales
-- $1 seller, $2 limit, $3 offset; each null or a filter: $4 status, $5 content, $6 organization, $7 from, $8 to. The newest first, and the
-- sums of all that match. Without an organization: what this creator sold anywhere. In one: what they sold there, or
-- everything where they are its owner or admin.
WITH matched AS NOT MATERIALIZED (
    SELECT p.*, purchase_position(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, p.duplicate, p.refunded_cents, p.held_cents,
        p.lost_cents) AS has
    FROM purchases p
    WHERE ($6::uuid IS NULL AND p.creator_id = $1::uuid
            OR p.organization_id = $6::uuid AND (p.creator_id = $1::uuid OR EXISTS (
                SELECT FROM organization_members m
                WHERE m.organization_id = $6::uuid AND m.user_id = $1::uuid AND m.role IN ('owner', 'admin'))))
        AND ($4::text IS NULL OR p.status = $4) AND ($5::uuid IS NULL OR p.content_id = $5::uuid)
        AND ($7::timestamptz IS NULL OR p.purchased_at >= $7::timestamptz) AND ($8::timestamptz IS NULL OR p.purchased_at < $8::timestamptz)
)
SELECT json_build_object(
    'member', $6::uuid IS NULL OR EXISTS (SELECT FROM organization_members m WHERE m.organization_id = $6::uuid AND m.user_id = $1::uuid),
    'total', (SELECT count(*) FROM matched),
    'totals', (SELECT coalesce(json_agg(t), '[]') FROM (
        SELECT currency, count(*) AS count, sum(amount_cents) AS amount_cents, sum(refunded_cents + lost_cents) AS refunded_cents,
            sum(held_cents) AS held_cents, sum(has[3]) AS platform_cents, sum(has[4]) AS organization_cents, sum(has[5]) AS creator_cents
        FROM matched GROUP BY currency ORDER BY currency
    ) t),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT p.id, p.content_id, c.title, p.organization_id, p.status, p.amount_cents, p.currency, p.refunded_cents + p.lost_cents AS refunded_cents,
            p.held_cents, p.has[3] AS platform_cents, p.has[4] AS organization_cents, p.has[5] AS creator_cents, p.purchased_at
        FROM matched p JOIN content c ON c.id = p.content_id
        ORDER BY p.purchased_at DESC, p.id DESC LIMIT $2::int OFFSET $3::int
    ) r)
)
