-- insights.fee_changes
-- $1 organization or null for every, $2 limit, $3 offset: the newest first
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM fee_rate_changes h WHERE $1::uuid IS NULL OR h.organization_id = $1::uuid LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT h.organization_id, h.platform_bp, h.organization_bp, h.changed_by, h.changed_at, h.reason
        FROM fee_rate_changes h WHERE $1::uuid IS NULL OR h.organization_id = $1::uuid ORDER BY h.id DESC LIMIT $2::int OFFSET $3::int
    ) r)
)
