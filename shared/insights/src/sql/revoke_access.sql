-- insights.revoke_access
-- $1 from whom, $2 content, $3 who revokes it, $4 whether they run the platform, $5 reason or null, $6 now. Again is no different from
-- once; the trigger of the row closes the content, unless it was paid for
WITH target AS (
    SELECT c.id FROM content c
    WHERE c.id = $2::uuid AND ($4::boolean OR EXISTS (
        SELECT FROM organization_members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
        WHERE m.organization_id = c.organization_id AND m.user_id = $3::uuid AND m.role IN ('owner', 'admin')))
), revoked AS (
    UPDATE access_grants g SET revoked_by = $3::uuid, revoked_at = $6::timestamptz, revoke_reason = $5
    FROM target t WHERE g.content_id = t.id AND g.user_id = $1::uuid AND g.revoked_at IS NULL
)
SELECT json_build_object(
    'granted', EXISTS (SELECT FROM access_grants g WHERE g.user_id = $1::uuid AND g.content_id = t.id),
    'paid', EXISTS (SELECT FROM content_access a WHERE a.user_id = $1::uuid AND a.content_id = t.id AND a.revoked_at IS NULL))
FROM target t
