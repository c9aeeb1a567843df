-- organizations.change_role
-- $1 organization, $2 who changes, $3 whose, $4 role, $5 now, $6 mail, $7 link.
-- The owners' rows are locked first, in one order. Whoever waited for a lock reads the row as it was left, so that of two owners
-- who demote each other the second finds to be no owner any more; a plain count would still see both. The role that was
-- read must be the role that is changed: what changed meanwhile changes nothing.
WITH owners AS MATERIALIZED (
    SELECT user_id FROM organization_members WHERE organization_id = $1::uuid AND role = 'owner' ORDER BY user_id FOR UPDATE
), acting AS (
    SELECT o.id, o.name,
        CASE WHEN EXISTS (SELECT FROM owners w WHERE w.user_id = $2::uuid) THEN 'owner' WHEN m.role = 'owner' THEN 'member' ELSE m.role END AS role
    FROM organizations o JOIN organization_members m ON m.organization_id = o.id
    WHERE o.id = $1::uuid AND m.user_id = $2::uuid AND o.deleted_at IS NULL
), grounds AS (
    SELECT a.id, a.name, a.role, t.role AS current,
        a.role = 'owner' OR a.role = 'admin' AND t.role <> 'owner' AND $4::text <> 'owner' AS may,
        t.role = 'owner' AND $4::text <> 'owner' AND NOT EXISTS (SELECT FROM owners w WHERE w.user_id <> $3::uuid) AS last_owner
    FROM acting a LEFT JOIN organization_members t ON t.organization_id = a.id AND t.user_id = $3::uuid
), changed AS (
    UPDATE organization_members m SET role = $4::text
    FROM grounds g WHERE m.organization_id = g.id AND m.user_id = $3::uuid AND m.role = g.current AND g.may AND NOT g.last_owner
    RETURNING m.user_id, m.role, m.created_at, g.current <> m.role AS is_new
), creator AS (
    UPDATE users u SET role = 'creator', updated_at = $5::timestamptz
    FROM changed c WHERE u.id = c.user_id AND u.role = 'customer' AND c.role <> 'member'
    RETURNING u.id
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, user_id)
    SELECT $6::uuid, 'role-changed', u.email,
        json_build_object('name', u.name, 'organization', g.name, 'role', c.role, 'link', $7::text), $5::timestamptz, $5::timestamptz, g.id, u.id
    FROM changed c JOIN users u ON u.id = c.user_id CROSS JOIN grounds g WHERE c.is_new
)
SELECT json_build_object(
    'current', current, 'manages', role IN ('owner', 'admin'), 'may', may, 'last_owner', last_owner,
    'member', (
        SELECT json_build_object('user_id', u.id, 'name', u.name, 'username', u.username, 'avatar_url', u.avatar_url, 'email', u.email,
            'role', c.role, 'joined_at', c.created_at)
        FROM changed c JOIN users u ON u.id = c.user_id
    ),
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s JOIN creator c ON c.id = s.user_id)
)
FROM grounds
