-- organizations.membership
-- $1 organization, $2 who
SELECT json_build_object('membership', (
    SELECT json_build_object('role', m.role, 'joined_at', m.created_at) FROM organization_members m
    WHERE m.organization_id = o.id AND m.user_id = $2::uuid
))
FROM organizations o WHERE o.id = $1::uuid AND o.deleted_at IS NULL
