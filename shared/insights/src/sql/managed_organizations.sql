-- insights.managed_organizations
-- $1 who: those they manage, two at most, which is as good as many
SELECT coalesce(json_agg(id), '[]') FROM (
    SELECT o.id FROM organization_members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
    WHERE m.user_id = $1::uuid AND m.role IN ('owner', 'admin') LIMIT 2
) managed
