-- organizations.transfer
-- $1 organization, $2 the owner who gives, $3 the member who gets, $4 now, $5 mail, $6 link. The owners' rows are locked first, in one
-- order, and read as whoever came before left them: see `change_role`.
WITH owners AS MATERIALIZED (
    SELECT user_id FROM organization_members WHERE organization_id = $1::uuid AND role = 'owner' ORDER BY user_id FOR UPDATE
), grounds AS (
    SELECT o.id, o.name, EXISTS (SELECT FROM owners w WHERE w.user_id = $2::uuid) AS may
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $1::uuid AND m.user_id = $2::uuid AND o.deleted_at IS NULL
), promoted AS (
    UPDATE organization_members m SET role = 'owner'
    FROM grounds g WHERE m.organization_id = g.id AND m.user_id = $3::uuid AND g.may
    RETURNING m.user_id
), demoted AS (
    UPDATE organization_members m SET role = 'admin'
    FROM promoted p WHERE m.organization_id = $1::uuid AND m.user_id = $2::uuid AND p.user_id <> m.user_id
), creator AS (
    UPDATE users u SET role = 'creator', updated_at = $4::timestamptz
    FROM promoted p WHERE u.id = p.user_id AND u.role = 'customer'
    RETURNING u.id
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, user_id)
    SELECT $5::uuid, 'role-changed', u.email,
        json_build_object('name', u.name, 'organization', g.name, 'role', 'owner', 'link', $6::text), $4::timestamptz, $4::timestamptz, g.id, u.id
    FROM promoted p JOIN users u ON u.id = p.user_id CROSS JOIN grounds g
)
SELECT json_build_object(
    'may', may, 'done', EXISTS (SELECT FROM promoted),
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s JOIN creator c ON c.id = s.user_id)
)
FROM grounds
