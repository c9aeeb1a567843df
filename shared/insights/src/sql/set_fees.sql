-- insights.set_fees
-- $1 organization or null for the platform's own, $2 platform's and $3 organization's part in basis points, $4 who sets them, $5 why, or null,
-- $6 now. No row where there is no such organization; what is so already stays as it was set
WITH target AS (
    SELECT o.id FROM organizations o WHERE o.id = $1::uuid AND o.deleted_at IS NULL UNION ALL SELECT NULL WHERE $1::uuid IS NULL
), written AS (
    INSERT INTO fee_rates AS f (organization_id, platform_bp, organization_bp, updated_by, reason, updated_at)
    SELECT t.id, $2::int, $3::int, $4::uuid, $5, $6::timestamptz FROM target t
    ON CONFLICT (organization_id) DO UPDATE SET platform_bp = EXCLUDED.platform_bp, organization_bp = EXCLUDED.organization_bp,
        updated_by = EXCLUDED.updated_by, reason = EXCLUDED.reason, updated_at = EXCLUDED.updated_at
        WHERE (f.platform_bp, f.organization_bp) <> (EXCLUDED.platform_bp, EXCLUDED.organization_bp)
    RETURNING f.*
)
SELECT to_json(r) FROM (
    SELECT t.id AS organization_id, (SELECT o.name FROM organizations o WHERE o.id = t.id) AS organization_name, f.platform_bp, f.organization_bp,
        f.updated_by, f.updated_at, f.reason
    FROM target t CROSS JOIN LATERAL (
        SELECT w.platform_bp, w.organization_bp, w.updated_by, w.updated_at, w.reason FROM written w
        UNION ALL
        SELECT s.platform_bp, s.organization_bp, s.updated_by, s.updated_at, s.reason FROM fee_rates s
        WHERE s.organization_id IS NOT DISTINCT FROM t.id AND NOT EXISTS (SELECT FROM written)
    ) f
) r
