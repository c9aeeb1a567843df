-- organizations.resend_invitation
-- $1 invitation, $2 organization, $3 who asks, $4 new token hash, $5 now, $6 new end, $7 mail, $8 link. The old link ends; once a minute.
WITH grounds AS (
    SELECT o.id, o.name, m.role, u.name AS inviter
    FROM organizations o
    JOIN organization_members m ON m.organization_id = o.id
    JOIN users u ON u.id = m.user_id
    WHERE o.id = $2::uuid AND m.user_id = $3::uuid AND o.deleted_at IS NULL
), found AS (
    SELECT i.id, i.sent_at > $5::timestamptz - interval '1 minute' AS too_soon, g.role = 'owner' OR g.role = 'admin' AND i.role <> 'owner' AS may
    FROM grounds g JOIN organization_invitations i ON i.organization_id = g.id
    WHERE i.organization_id = $2::uuid AND i.id = $1::uuid AND i.status = 'pending'
), sent AS (
    UPDATE organization_invitations i SET token_hash = $4::text, sent_at = $5::timestamptz, expires_at = $6::timestamptz
    FROM found f
    WHERE i.organization_id = $2::uuid AND i.id = f.id AND i.status = 'pending' AND f.may AND i.sent_at <= $5::timestamptz - interval '1 minute'
    RETURNING i.*
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id)
    SELECT $7::uuid, 'invitation', i.email,
        json_build_object('organization', g.name, 'inviter', g.inviter, 'role', i.role, 'link', $8::text), $5::timestamptz, $5::timestamptz, g.id
    FROM sent i CROSS JOIN grounds g
)
SELECT json_build_object(
    'role', g.role, 'found', f.id IS NOT NULL, 'may', coalesce(f.may, false), 'too_soon', coalesce(f.too_soon, false),
    'invitation', (SELECT to_json(i) FROM sent i)
)
FROM grounds g LEFT JOIN found f ON true
