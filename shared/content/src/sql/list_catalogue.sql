-- content.list_catalogue
-- $1 whether only what is free for everybody, then each or null: $2 content type, $3 visibility, $4 organization, $5 creator,
-- $6 category, $7 tag, $8 search words; $9 order, $10 limit, $11 offset. Counted are 2,000, and ranked the newest 2,000 that match the words.
-- Every order ends with the id, so that pages neither repeat nor skip; each but relevance follows an index
WITH matching AS NOT MATERIALIZED (
    SELECT * FROM content
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only'
        AND (NOT $1::boolean OR visibility = 'public')
        AND ($2::text IS NULL OR content_type = $2::text)
        AND ($3::text IS NULL OR visibility = $3::text)
        AND ($4::uuid IS NULL OR organization_id = $4::uuid)
        AND ($5::uuid IS NULL OR creator_id = $5::uuid)
        AND ($6::text IS NULL OR category = $6::text)
        AND ($7::text IS NULL OR tags @> jsonb_build_array($7::text))
        AND ($8::text IS NULL OR search @@ websearch_to_tsquery('english', $8::text))
), ranked AS NOT MATERIALIZED (
    SELECT id, ts_rank(search, websearch_to_tsquery('english', $8::text)) AS rank
    FROM (SELECT id, search FROM matching WHERE $9::text = 'relevance' ORDER BY published_at DESC LIMIT 2000) newest
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 2000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, c.creator_id, c.organization_id, c.media_item_id, c.title, c.slug, c.description, c.content_type, c.category, c.tags,
            c.thumbnail_url, c.visibility, c.access_type, c.minimum_tier_id, c.price_cents, c.currency, c.status, c.published_at, c.created_at, c.updated_at,
            c.version, (SELECT m.status FROM media_items m WHERE m.id = c.media_item_id AND m.deleted_at IS NULL) AS media_status,
            (SELECT m.duration_seconds FROM media_items m WHERE m.id = c.media_item_id AND m.deleted_at IS NULL) AS duration_seconds
        FROM (
            SELECT c.* FROM matching c
            LEFT JOIN ranked k ON $9::text = 'relevance' AND k.id = c.id
            WHERE $9::text <> 'relevance' OR k.id IS NOT NULL
            ORDER BY
                CASE $9::text WHEN 'relevance' THEN k.rank END DESC,
                CASE $9::text WHEN 'oldest' THEN c.published_at END,
                CASE $9::text WHEN 'title' THEN lower(c.title) END,
                CASE $9::text WHEN 'price' THEN c.price_cents END,
                CASE $9::text WHEN '-price' THEN c.price_cents END DESC,
                CASE WHEN $9::text IN ('newest', 'relevance') THEN c.published_at END DESC,
                CASE WHEN $9::text IN ('oldest', 'title', 'price') THEN c.id END,
                c.id DESC
            LIMIT $10::int OFFSET $11::int
        ) c
    ) r)
)
