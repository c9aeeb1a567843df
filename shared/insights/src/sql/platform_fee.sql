-- insights.platform_fee
-- What is kept of a sale where an organization has no rates of its own
SELECT to_json(r) FROM (
    SELECT f.organization_id, NULL AS organization_name, f.platform_bp, f.organization_bp, f.updated_by, f.updated_at, f.reason
    FROM fee_rates f WHERE f.organization_id IS NULL
) r
