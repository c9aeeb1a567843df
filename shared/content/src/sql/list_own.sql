-- content.list_own
-- $1 creator, then each or null: $2 content type, $3 visibility, $4 access type, $5 organization, $6 status, $7 category, $8 tag,
-- $9 search words; $10 order, $11 limit, $12 offset. One creator's own are few enough to be sorted in any order
WITH matching AS NOT MATERIALIZED (
    SELECT * FROM content
    WHERE creator_id = $1::uuid AND deleted_at IS NULL
        AND ($2::text IS NULL OR content_type = $2::text)
        AND ($3::text IS NULL OR visibility = $3::text)
        AND ($4::text IS NULL OR access_type = $4::text)
        AND ($5::uuid IS NULL OR organization_id = $5::uuid)
        AND ($6::text IS NULL OR status = $6::text)
        AND ($7::text IS NULL OR category = $7::text)
        AND ($8::text IS NULL OR tags @> jsonb_build_array($8::text))
        AND ($9::text IS NULL OR search @@ websearch_to_tsquery('english', $9::text))
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, c.creator_id, c.organization_id, c.media_item_id, c.title, c.slug, c.description, c.content_type, c.category, c.tags,
            c.thumbnail_url, c.visibility, c.access_type, c.minimum_tier_id, c.price_cents, c.currency, c.status, c.published_at, c.created_at, c.updated_at,
            c.version, c.withheld_at, m.status AS media_status, m.duration_seconds
        FROM matching c LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        ORDER BY
            CASE $10::text WHEN 'relevance' THEN ts_rank(c.search, websearch_to_tsquery('english', $9::text)) END DESC,
            CASE $10::text WHEN 'oldest' THEN c.created_at END,
            CASE $10::text WHEN 'title' THEN lower(c.title) END,
            CASE $10::text WHEN 'price' THEN c.price_cents END,
            CASE $10::text WHEN '-price' THEN c.price_cents END DESC,
            CASE WHEN $10::text IN ('newest', 'relevance') THEN c.created_at END DESC,
            CASE WHEN $10::text IN ('oldest', 'title', 'price') THEN c.id END,
            c.id DESC
        LIMIT $11::int OFFSET $12::int
    ) r)
)
