-- organizations.tiers
-- $1 organization, $2 visitor or null, $3 status, $4 limit, $5 offset: the lowest first. What is archived, and everything while
-- subscriptions are switched off, is for those who manage it. No row where there is no such organization.
WITH asked AS (
    SELECT o.id, EXISTS (
            SELECT FROM organization_members m WHERE m.organization_id = o.id AND m.user_id = $2::uuid AND m.role IN ('owner', 'admin')
        ) OR o.subscriptions_enabled AND $3 = 'active' AS shown
    FROM organizations o WHERE o.id = $1::uuid AND o.deleted_at IS NULL
), matching AS (
    SELECT t.* FROM tiers t JOIN asked a ON t.organization_id = a.id AND a.shown WHERE t.status = $3
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM matching),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT * FROM matching ORDER BY sort_order, id LIMIT $4::int OFFSET $5::int
    ) r)
)
FROM asked
