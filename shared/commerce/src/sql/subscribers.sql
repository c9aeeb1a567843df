-- commerce.subscribers
-- $1 organization, $2 who asks, each null or a filter: $3 tier, $4 status; $5 limit, $6 offset. The newest first. No row for whoever does not
-- belong to the organization.
WITH asking AS (
    SELECT m.role IN ('owner', 'admin') AS manages
    FROM organization_members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
    WHERE m.organization_id = $1::uuid AND m.user_id = $2::uuid
), matched AS NOT MATERIALIZED (
    SELECT s.* FROM subscriptions s
    WHERE s.organization_id = $1::uuid AND ($3::uuid IS NULL OR s.tier_id = $3::uuid) AND ($4::text IS NULL OR s.status = $4)
)
SELECT json_build_object(
    'manages', manages,
    'total', CASE WHEN manages THEN (SELECT count(*) FROM (SELECT FROM matched LIMIT 10000) counted) ELSE 0 END,
    'items', CASE WHEN manages THEN (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT s.id, s.user_id, u.name, s.tier_id, t.name AS tier_name, s.status, s.interval, s.amount_cents, s.currency,
            s.period_end AS current_period_end, s.cancel_at_period_end, s.created_at, s.ended_at
        FROM (SELECT * FROM matched ORDER BY created_at DESC, id DESC LIMIT $5::int OFFSET $6::int) s
        JOIN users u ON u.id = s.user_id JOIN tiers t ON t.id = s.tier_id
        ORDER BY s.created_at DESC, s.id DESC
    ) r) ELSE '[]' END
)
FROM asking
