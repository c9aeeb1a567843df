-- insights.grant_access
-- $1 to whom, $2 content, $3 who grants it, $4 whether they run the platform, $5 reason or null, $6 now. What is granted already stays as
-- it is; the trigger of the row opens the content
WITH target AS (
    SELECT c.id, c.title, c.organization_id FROM content c
    WHERE c.id = $2::uuid AND c.deleted_at IS NULL AND ($4::boolean OR EXISTS (
        SELECT FROM organization_members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
        WHERE m.organization_id = c.organization_id AND m.user_id = $3::uuid AND m.role IN ('owner', 'admin')))
), granted AS (
    INSERT INTO access_grants AS g (id, user_id, content_id, organization_id, granted_by, granted_at, reason)
    SELECT gen_random_uuid(), u.id, t.id, t.organization_id, $3::uuid, $6::timestamptz, $5
    FROM target t JOIN users u ON u.id = $1::uuid AND u.deleted_at IS NULL
    ON CONFLICT (user_id, content_id) WHERE revoked_at IS NULL DO UPDATE SET reason = g.reason
    RETURNING g.*
)
SELECT json_build_object('grant', (SELECT to_json(r) FROM (SELECT granted.*, target.title FROM granted) r)) FROM target
