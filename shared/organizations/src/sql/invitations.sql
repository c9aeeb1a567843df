-- organizations.invitations
-- $1 organization, $2 who asks, $3 status or null ('expired' is pending past its end), $4 now, $5 limit, $6 offset; the latest first
WITH asking AS (
    SELECT m.role FROM organization_members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
    WHERE m.organization_id = $1::uuid AND m.user_id = $2::uuid
), listed AS NOT MATERIALIZED (
    SELECT i.id, i.email, i.role, i.invited_by, i.created_at, i.sent_at, i.expires_at, i.decided_at,
        CASE WHEN i.status = 'pending' AND i.expires_at <= $4::timestamptz THEN 'expired' ELSE i.status END AS status
    FROM organization_invitations i
    WHERE i.organization_id = $1::uuid AND EXISTS (SELECT FROM asking WHERE role IN ('owner', 'admin')) AND CASE $3::text
        WHEN 'pending' THEN i.status = 'pending' AND i.expires_at > $4::timestamptz
        WHEN 'expired' THEN i.status = 'pending' AND i.expires_at <= $4::timestamptz
        ELSE $3::text IS NULL OR i.status = $3::text
    END
)
SELECT json_build_object(
    'role', role,
    'listed', json_build_object(
        'total', (SELECT count(*) FROM (SELECT FROM listed LIMIT 10000) counted),
        'items', (SELECT coalesce(json_agg(r), '[]') FROM (
            SELECT * FROM listed ORDER BY created_at DESC, id DESC LIMIT $5::int OFFSET $6::int
        ) r)
    )
)
FROM asking
