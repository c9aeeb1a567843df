-- content.list_public
-- $1 content type, $2 organization, $3 creator, $4 category, $5 search pattern (each or null), $6 limit, $7 offset
WITH matching AS NOT MATERIALIZED (
    SELECT * FROM content
    WHERE status = 'published' AND visibility = 'public' AND deleted_at IS NULL
        AND ($1::text IS NULL OR content_type = $1::text)
        AND ($2::uuid IS NULL OR organization_id = $2::uuid)
        AND ($3::uuid IS NULL OR creator_id = $3::uuid)
        AND ($4::text IS NULL OR category = $4::text)
        AND ($5::text IS NULL OR title ILIKE $5::text OR description ILIKE $5::text)
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, c.creator_id, c.organization_id, c.media_item_id, c.title, c.slug, c.description, c.content_type, c.category, c.tags,
       c.thumbnail_url, c.visibility, c.price_cents, c.currency, c.status, c.published_at, c.created_at, c.updated_at,
            m.status AS media_status, m.duration_seconds
        FROM matching c LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        ORDER BY c.published_at DESC, c.id DESC LIMIT $6::int OFFSET $7::int
    ) r)
)
