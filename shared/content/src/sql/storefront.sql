-- content.storefront
-- $1 slug of an organization or null for all of them, then each or null: $2 content type, $3 visibility, $4 category, $5 search words;
-- $6 order, $7 limit, $8 offset: what its pages show to everybody. As in list_catalogue.sql each order but relevance follows an
-- index, and ranked are the newest 2,000 that match; 2,000 are counted. An organization that is not answers nothing at all
WITH matching AS NOT MATERIALIZED (
    SELECT * FROM content
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only' AND organization_id IS NOT NULL
        AND ($1::text IS NULL OR organization_id = (SELECT id FROM organizations WHERE slug = $1::text AND deleted_at IS NULL))
        AND ($2::text IS NULL OR content_type = $2::text)
        AND ($3::text IS NULL OR visibility = $3::text)
        AND ($4::text IS NULL OR category = $4::text)
        AND ($5::text IS NULL OR search @@ websearch_to_tsquery('english', $5::text))
), ranked AS NOT MATERIALIZED (
    SELECT id, ts_rank(search, websearch_to_tsquery('english', $5::text)) AS rank
    FROM (SELECT id, search FROM matching WHERE $6::text = 'relevance' ORDER BY published_at DESC LIMIT 2000) newest
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 2000) counted),
    'categories', (SELECT coalesce(json_agg(category), '[]') FROM (
        SELECT category FROM (
            SELECT category FROM content
            WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only'
                AND organization_id = (SELECT id FROM organizations WHERE slug = $1::text AND deleted_at IS NULL)
            ORDER BY published_at DESC, id DESC LIMIT 1000
        ) newest
        WHERE category IS NOT NULL GROUP BY category ORDER BY count(*) DESC, category LIMIT 12
    ) common),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, o.slug AS organization_slug, coalesce(o.platform_name, o.name) AS organization_name, c.title, c.slug, c.description,
            c.content_type, c.category, c.thumbnail_url, c.visibility, c.price_cents, c.currency, c.published_at, c.updated_at,
            m.duration_seconds
        FROM matching c
        JOIN organizations o ON o.id = c.organization_id AND o.deleted_at IS NULL
        LEFT JOIN ranked k ON $6::text = 'relevance' AND k.id = c.id
        LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        WHERE $6::text <> 'relevance' OR k.id IS NOT NULL
        ORDER BY
            CASE $6::text WHEN 'relevance' THEN k.rank END DESC,
            CASE $6::text WHEN 'oldest' THEN c.published_at END,
            CASE $6::text WHEN 'title' THEN lower(c.title) END,
            CASE $6::text WHEN 'price' THEN c.price_cents END,
            CASE $6::text WHEN '-price' THEN c.price_cents END DESC,
            CASE WHEN $6::text IN ('newest', 'relevance') THEN c.published_at END DESC,
            CASE WHEN $6::text IN ('oldest', 'title', 'price') THEN c.id END,
            c.id DESC
        LIMIT $7::int OFFSET $8::int
    ) r)
)
