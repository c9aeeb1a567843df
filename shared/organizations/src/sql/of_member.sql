-- organizations.of_member
-- $1 member, $2 limit, $3 offset
WITH mine AS (
    SELECT o.id, o.slug, o.name, o.description, o.logo_url, o.website_url, o.primary_color, o.created_at, o.updated_at
    FROM organization_members m JOIN organizations o ON o.id = m.organization_id
    WHERE m.user_id = $1::uuid AND o.deleted_at IS NULL
), page AS (
    SELECT * FROM mine ORDER BY lower(name), id LIMIT $2::int OFFSET $3::int
)
SELECT json_build_object(
    'items', (SELECT coalesce(json_agg(p ORDER BY lower(p.name), p.id), '[]') FROM page p),
    'total', (SELECT count(*) FROM mine)
)
