-- organizations.list
-- $1 part of a name or slug as a pattern, or null, $2 order, $3 limit, $4 offset. Of the two orders one is planned and read.
WITH matching AS NOT MATERIALIZED (
    SELECT o.* FROM organizations o
    WHERE o.deleted_at IS NULL AND ($1::text IS NULL OR o.name ILIKE $1::text OR o.slug ILIKE $1::text)
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        (SELECT * FROM matching WHERE $2::text = 'newest' ORDER BY created_at DESC, id DESC LIMIT $3::int OFFSET $4::int)
        UNION ALL
        (SELECT * FROM matching WHERE $2::text = 'name' ORDER BY lower(name), id LIMIT $3::int OFFSET $4::int)
    ) r)
)
