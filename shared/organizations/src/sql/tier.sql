-- organizations.tier
-- $1 organization, $2 tier, $3 visitor or null
SELECT to_json(t)
FROM tiers t JOIN organizations o ON o.id = t.organization_id AND o.deleted_at IS NULL
WHERE t.id = $2::uuid AND t.organization_id = $1::uuid AND (
    t.status = 'active' AND o.subscriptions_enabled OR EXISTS (
        SELECT FROM organization_members m WHERE m.organization_id = t.organization_id AND m.user_id = $3::uuid AND m.role IN ('owner', 'admin')
    )
)
