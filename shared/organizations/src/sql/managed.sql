-- organizations.managed
-- $1 organization, $2 who
SELECT json_build_object('role', m.role, 'organization', to_json(o))
FROM organizations o JOIN organization_members m ON m.organization_id = o.id
WHERE o.id = $1::uuid AND m.user_id = $2::uuid AND o.deleted_at IS NULL
