-- insights.organization_fees
-- $1 limit, $2 offset: the organizations that have rates of their own, the latest set first
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM fee_rates f WHERE f.organization_id IS NOT NULL LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT f.organization_id, (SELECT o.name FROM organizations o WHERE o.id = f.organization_id) AS organization_name, f.platform_bp,
            f.organization_bp, f.updated_by, f.updated_at, f.reason
        FROM fee_rates f WHERE f.organization_id IS NOT NULL ORDER BY f.updated_at DESC, f.organization_id LIMIT $1::int OFFSET $2::int
    ) r)
)
