-- insights.set_fees
-- $1 organization or null for the platform's own, in basis points $2 the platform's part, $3 the organization's of a sale and $4 of a
-- subscription's payment, or null: as it was, or as the platform has it; $5 who sets them, $6 why, or null, $7 now. No row where there
-- is no such organization; what is so already stays as it was set
WITH target AS (
    SELECT o.id FROM organizations o WHERE o.id = $1::uuid AND o.deleted_at IS NULL UNION ALL SELECT NULL WHERE $1::uuid IS NULL
), wanted AS (
    SELECT t.id, coalesce($4::int, (SELECT r.subscription_organization_bp FROM fee_rates r
        WHERE r.organization_id = t.id OR r.organization_id IS NULL ORDER BY r.organization_id NULLS LAST LIMIT 1)) AS subscription_bp
    FROM target t
), written AS (
    INSERT INTO fee_rates AS f (organization_id, platform_bp, organization_bp, subscription_organization_bp, updated_by, reason, updated_at)
    SELECT w.id, $2::int, $3::int, w.subscription_bp, $5::uuid, $6, $7::timestamptz FROM wanted w
    ON CONFLICT (organization_id) DO UPDATE SET platform_bp = EXCLUDED.platform_bp, organization_bp = EXCLUDED.organization_bp,
        subscription_organization_bp = EXCLUDED.subscription_organization_bp, updated_by = EXCLUDED.updated_by, reason = EXCLUDED.reason,
        updated_at = EXCLUDED.updated_at
        WHERE (f.platform_bp, f.organization_bp, f.subscription_organization_bp)
            <> (EXCLUDED.platform_bp, EXCLUDED.organization_bp, EXCLUDED.subscription_organization_bp)
    RETURNING f.*
)
SELECT to_json(r) FROM (
    SELECT t.id AS organization_id, (SELECT o.name FROM organizations o WHERE o.id = t.id) AS organization_name, f.platform_bp, f.organization_bp,
        f.subscription_organization_bp, f.updated_by, f.updated_at, f.reason
    FROM target t CROSS JOIN LATERAL (
        SELECT w.platform_bp, w.organization_bp, w.subscription_organization_bp, w.updated_by, w.updated_at, w.reason FROM written w
        UNION ALL
        SELECT s.platform_bp, s.organization_bp, s.subscription_organization_bp, s.updated_by, s.updated_at, s.reason FROM fee_rates s
        WHERE s.organization_id IS NOT DISTINCT FROM t.id AND NOT EXISTS (SELECT FROM written)
    ) f
) r
