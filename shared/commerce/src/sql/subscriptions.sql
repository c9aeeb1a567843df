-- commerce.subscriptions
-- $1 whose, each null or a filter: $2 organization, $3 status; $4 limit, $5 offset. The newest first.
WITH matched AS NOT MATERIALIZED (
    SELECT s.* FROM subscriptions s
    WHERE s.user_id = $1::uuid AND ($2::uuid IS NULL OR s.organization_id = $2::uuid) AND ($3::text IS NULL OR s.status = $3)
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM matched),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT s.id, s.organization_id, o.name AS organization_name, o.slug AS organization_slug, s.tier_id, t.name AS tier_name, s.status, s.interval,
            s.amount_cents, s.currency, s.period_start AS current_period_start, s.period_end AS current_period_end, s.cancel_at_period_end,
            s.opens_until AS access_until, s.created_at, s.ended_at
        FROM matched s JOIN organizations o ON o.id = s.organization_id JOIN tiers t ON t.id = s.tier_id
        ORDER BY s.created_at DESC, s.id DESC LIMIT $4::int OFFSET $5::int
    ) r)
)
