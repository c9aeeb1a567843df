-- organizations.revoke_invitation
-- $1 invitation, $2 organization, $3 who, $4 now; what was revoked before stays so
WITH grounds AS (
    SELECT o.id, m.role
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $2::uuid AND m.user_id = $3::uuid AND o.deleted_at IS NULL
), revoked AS (
    UPDATE organization_invitations i SET status = 'revoked', decided_at = coalesce(i.decided_at, $4::timestamptz)
    FROM grounds g
    WHERE i.organization_id = g.id AND i.organization_id = $2::uuid AND i.id = $1::uuid AND i.status IN ('pending', 'revoked')
        AND g.role IN ('owner', 'admin')
    RETURNING i.id
)
SELECT json_build_object('role', role, 'revoked', EXISTS (SELECT FROM revoked)) FROM grounds
