-- insights.contents
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; each or null: $4 status, $5 content type, $6 visibility,
-- $7 creator, $8 part of the title as a pattern; $9 newest, oldest or title, $10 limit, $11 offset. Of the three orders one is planned and
-- read; each ends with the id
WITH asked AS MATERIALIZED (SELECT manages FROM managed_tenant($1::uuid, $2::uuid, $3::boolean)),
matching AS NOT MATERIALIZED (
    SELECT c.* FROM content c
    WHERE c.deleted_at IS NULL AND ($1::uuid IS NULL OR c.organization_id = $1::uuid) AND ($4::text IS NULL OR c.status = $4::text)
        AND ($5::text IS NULL OR c.content_type = $5::text) AND ($6::text IS NULL OR c.visibility = $6::text)
        AND ($7::uuid IS NULL OR c.creator_id = $7::uuid) AND ($8::text IS NULL OR c.title ILIKE $8::text)
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, c.title, c.slug, c.content_type, c.visibility, c.status, c.price_cents, c.currency, c.organization_id, c.creator_id,
            (SELECT u.name FROM users u WHERE u.id = c.creator_id) AS creator_name,
            (SELECT o.slug FROM organizations o WHERE o.id = c.organization_id) AS organization_slug,
            (SELECT m.status FROM media_items m WHERE m.id = c.media_item_id AND m.deleted_at IS NULL) AS media_status,
            c.published_at, c.withheld_at, c.created_at, c.updated_at, c.version
        FROM (
            (SELECT * FROM matching WHERE $9::text = 'newest' ORDER BY created_at DESC, id DESC LIMIT $10::int OFFSET $11::int)
            UNION ALL
            (SELECT * FROM matching WHERE $9::text = 'oldest' ORDER BY created_at, id LIMIT $10::int OFFSET $11::int)
            UNION ALL
            (SELECT * FROM matching WHERE $9::text = 'title' ORDER BY lower(title), id LIMIT $10::int OFFSET $11::int)
        ) c
    ) r)
) END)
FROM asked a
