-- organizations.members
-- $1 organization, $2 who asks, $3 role or null, $4 limit, $5 offset. The longest there first; addresses are for those who manage it.
WITH asking AS (
    SELECT m.organization_id, m.role IN ('owner', 'admin') AS manages
    FROM organization_members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
    WHERE m.organization_id = $1::uuid AND m.user_id = $2::uuid
), matching AS NOT MATERIALIZED (
    SELECT m.user_id, m.role, m.created_at FROM organization_members m
    WHERE m.organization_id = $1::uuid AND ($3::text IS NULL OR m.role = $3::text)
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT u.id AS user_id, u.name, u.username, u.avatar_url, CASE WHEN a.manages THEN u.email END AS email, p.role, p.created_at AS joined_at
        FROM (SELECT * FROM matching ORDER BY created_at, user_id LIMIT $4::int OFFSET $5::int) p JOIN users u ON u.id = p.user_id
        ORDER BY p.created_at, p.user_id
    ) r)
)
FROM asking a
