-- content.storefront
-- $1 slug of an organization or null for all of them, then each or null: $2 content type, $3 visibility, $4 category, $5 search words;
-- $6 order, $7 limit, $8 offset: what its pages show to everybody, as list_catalogue.sql lists it. An organization that is not answers
-- nothing at all
WITH organization AS (
    SELECT id FROM organizations WHERE slug = $1::text AND deleted_at IS NULL
), listed AS NOT MATERIALIZED (
    SELECT e.published_at, e.price_cents, e.title, e.content_id FROM catalogue_entries e
    WHERE $5::text IS NULL
        AND e.scope = catalogue_scope(CASE WHEN $1::text IS NULL THEN '00000000-0000-0000-0000-000000000000' ELSE (SELECT id FROM organization) END, NULL, $4::text, NULL)
        AND e.kind = ANY (catalogue_kinds($2::text, $3::text, false))
        AND ($1::text IS NULL OR EXISTS (SELECT FROM organization))
), browsed AS (
    SELECT content_id AS id FROM listed
    ORDER BY
        CASE WHEN $6::text IN ('newest', 'relevance') THEN published_at END DESC,
        CASE $6::text WHEN 'oldest' THEN published_at END,
        CASE $6::text WHEN 'title' THEN title END,
        CASE $6::text WHEN 'price' THEN price_cents END,
        CASE $6::text WHEN '-price' THEN price_cents END DESC,
        CASE WHEN $6::text IN ('oldest', 'title', 'price') THEN content_id END,
        content_id DESC
    LIMIT greatest(0, least($7::int, CASE WHEN $1::text IS NULL THEN 1000 ELSE 2000 END - $8::int)) OFFSET $8::int
), newest AS (
    SELECT id, published_at, title, price_cents, search FROM content
    WHERE $5::text IS NOT NULL AND search @@ websearch_to_tsquery('english', $5::text)
        AND status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only' AND organization_id IS NOT NULL
        AND ($1::text IS NULL OR organization_id = organization_named($1::text))
        AND ($2::text IS NULL OR content_type = $2::text)
        AND ($3::text IS NULL OR visibility = $3::text)
        AND ($4::text IS NULL OR category = $4::text)
    ORDER BY published_at DESC, id DESC LIMIT 1000
), searched AS MATERIALIZED (
    SELECT id FROM newest
    ORDER BY
        CASE $6::text WHEN 'relevance' THEN ts_rank(search, websearch_to_tsquery('english', $5::text)) END DESC,
        CASE WHEN $6::text IN ('newest', 'relevance') THEN published_at END DESC,
        CASE $6::text WHEN 'oldest' THEN published_at END,
        CASE $6::text WHEN 'title' THEN lower(title) END,
        CASE $6::text WHEN 'price' THEN price_cents END,
        CASE $6::text WHEN '-price' THEN price_cents END DESC,
        CASE WHEN $6::text IN ('oldest', 'title', 'price') THEN id END,
        id DESC
), page AS (
    SELECT id, row_number() OVER () AS place FROM (SELECT id FROM browsed UNION ALL (SELECT id FROM searched LIMIT $7::int OFFSET $8::int)) found
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM listed LIMIT CASE WHEN $1::text IS NULL THEN 1000 ELSE 2000 END) counted) + (SELECT count(*) FROM searched),
    'categories', (SELECT coalesce(json_agg(category), '[]') FROM (
        SELECT category FROM (
            SELECT category FROM content
            WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only'
                AND organization_id = (SELECT id FROM organization)
            ORDER BY published_at DESC, id DESC LIMIT 1000
        ) newest
        WHERE category IS NOT NULL GROUP BY category ORDER BY count(*) DESC, category LIMIT 12
    ) common),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, o.slug AS organization_slug, coalesce(o.platform_name, o.name) AS organization_name, c.title, c.slug, c.description,
            c.content_type, c.category, c.thumbnail_url, c.visibility, c.price_cents, c.currency, c.published_at, c.updated_at,
            m.duration_seconds
        FROM page p
        JOIN content c ON c.id = p.id AND c.status = 'published' AND c.deleted_at IS NULL AND c.visibility <> 'members_only'
        JOIN organizations o ON o.id = c.organization_id AND o.deleted_at IS NULL
        LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        ORDER BY p.place
    ) r)
)
