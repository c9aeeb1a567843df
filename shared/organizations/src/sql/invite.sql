-- organizations.invite
-- $1 id, $2 organization, $3 who invites, $4 address, $5 role, $6 token hash, $7 now, $8 end, $9 mail, $10 link. An address has one
-- invitation at a time; an expired one gives way.
WITH grounds AS (
    SELECT o.id, o.name, m.role, u.name AS inviter,
        EXISTS (
            SELECT FROM users e JOIN organization_members t ON t.user_id = e.id AND t.organization_id = o.id WHERE e.email = $4::text
        ) AS is_member,
        (SELECT count(*) FROM (
            SELECT FROM organization_invitations i WHERE i.organization_id = o.id AND i.status = 'pending' AND i.expires_at > $7::timestamptz LIMIT 500
        ) pending) >= 500 AS is_full
    FROM organizations o
    JOIN organization_members m ON m.organization_id = o.id
    JOIN users u ON u.id = m.user_id
    WHERE o.id = $2::uuid AND m.user_id = $3::uuid AND o.deleted_at IS NULL
), invited AS (
    INSERT INTO organization_invitations AS i (id, organization_id, email, role, token_hash, invited_by, created_at, sent_at, expires_at)
    SELECT $1::uuid, id, $4::text, $5::text, $6::text, $3::uuid, $7::timestamptz, $7::timestamptz, $8::timestamptz
    FROM grounds WHERE (role = 'owner' OR role = 'admin' AND $5::text <> 'owner') AND NOT is_member AND NOT is_full
    ON CONFLICT (organization_id, email) WHERE status = 'pending' DO UPDATE
        SET id = EXCLUDED.id, role = EXCLUDED.role, token_hash = EXCLUDED.token_hash, invited_by = EXCLUDED.invited_by,
            created_at = EXCLUDED.created_at, sent_at = EXCLUDED.sent_at, expires_at = EXCLUDED.expires_at
        WHERE i.expires_at <= $7::timestamptz
    RETURNING i.*
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id)
    SELECT $9::uuid, 'invitation', i.email,
        json_build_object('organization', g.name, 'inviter', g.inviter, 'role', i.role, 'link', $10::text), $7::timestamptz, $7::timestamptz, g.id
    FROM invited i CROSS JOIN grounds g
)
SELECT json_build_object('role', role, 'is_member', is_member, 'is_full', is_full, 'invitation', (SELECT to_json(i) FROM invited i)) FROM grounds
