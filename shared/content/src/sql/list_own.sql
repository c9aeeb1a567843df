-- content.list_own
-- $1 creator, then each or null: $2 status, $3 content type, $4 visibility, $5 organization, $6 category, $7 search pattern;
-- $8 limit, $9 offset
WITH matching AS NOT MATERIALIZED (
    SELECT * FROM content
    WHERE creator_id = $1::uuid AND deleted_at IS NULL
        AND ($2::text IS NULL OR status = $2::text)
        AND ($3::text IS NULL OR content_type = $3::text)
        AND ($4::text IS NULL OR visibility = $4::text)
        AND ($5::uuid IS NULL OR organization_id = $5::uuid)
        AND ($6::text IS NULL OR category = $6::text)
        AND ($7::text IS NULL OR title ILIKE $7::text OR description ILIKE $7::text)
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, c.creator_id, c.organization_id, c.media_item_id, c.title, c.slug, c.description, c.content_type, c.category, c.tags,
       c.thumbnail_url, c.visibility, c.price_cents, c.currency, c.status, c.published_at, c.created_at, c.updated_at,
            m.status AS media_status, m.duration_seconds
        FROM matching c LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        ORDER BY c.created_at DESC, c.id DESC LIMIT $8::int OFFSET $9::int
    ) r)
)
