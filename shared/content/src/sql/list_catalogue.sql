-- content.list_catalogue
-- $1 whether only what is free for everybody, then each or null: $2 content type, $3 visibility, $4 organization, $5 creator,
-- $6 category, $7 tag, $8 search words; $9 order, $10 limit, $11 offset. A list is its first 1,000 in the asked order, 2,000 of one organization
-- or creator; one that is searched is the newest 1,000 that match, in the asked order. Without words it is read from an index in its order, the
-- entries alone; only the page's contents are looked up
WITH listed AS NOT MATERIALIZED (
    SELECT e.published_at, e.price_cents, e.title, e.content_id FROM catalogue_entries e
    WHERE $8::text IS NULL
        AND e.scope = catalogue_scope($4::uuid, $5::uuid, $6::text, $7::text)
        AND e.kind = ANY (catalogue_kinds($2::text, $3::text, $7::text IS NOT NULL))
        AND (NOT $1::boolean OR e.kind = ANY (catalogue_kinds(NULL, 'public', $7::text IS NOT NULL)))
), browsed AS (
    SELECT content_id AS id FROM listed
    ORDER BY
        CASE WHEN $9::text IN ('newest', 'relevance') THEN published_at END DESC,
        CASE $9::text WHEN 'oldest' THEN published_at END,
        CASE $9::text WHEN 'title' THEN title END,
        CASE $9::text WHEN 'price' THEN price_cents END,
        CASE $9::text WHEN '-price' THEN price_cents END DESC,
        CASE WHEN $9::text IN ('oldest', 'title', 'price') THEN content_id END,
        content_id DESC
    LIMIT greatest(0, least($10::int, CASE WHEN coalesce($4::text, $5::text) IS NULL THEN 1000 ELSE 2000 END - $11::int)) OFFSET $11::int
), newest AS (
    SELECT id, published_at, title, price_cents, search FROM content
    WHERE $8::text IS NOT NULL AND $7::text IS NULL AND search @@ websearch_to_tsquery('english', $8::text)
        AND status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only'
        AND (NOT $1::boolean OR visibility = 'public')
        AND ($2::text IS NULL OR content_type = $2::text)
        AND ($3::text IS NULL OR visibility = $3::text)
        AND ($4::uuid IS NULL OR organization_id = $4::uuid)
        AND ($5::uuid IS NULL OR creator_id = $5::uuid)
        AND ($6::text IS NULL OR category = $6::text)
    ORDER BY published_at DESC, id DESC LIMIT 1000
), newest_tagged AS (
    SELECT c.id, e.published_at, c.title, c.price_cents, c.search FROM catalogue_entries e JOIN content c ON c.id = e.content_id
    WHERE $8::text IS NOT NULL AND $7::text IS NOT NULL AND c.search @@ websearch_to_tsquery('english', $8::text)
        AND e.scope = catalogue_scope($4::uuid, $5::uuid, $6::text, $7::text)
        AND e.kind = ANY (catalogue_kinds($2::text, $3::text, $7::text IS NOT NULL))
        AND (NOT $1::boolean OR e.kind = ANY (catalogue_kinds(NULL, 'public', $7::text IS NOT NULL)))
        AND c.status = 'published' AND c.deleted_at IS NULL
    ORDER BY e.published_at DESC, e.content_id DESC LIMIT 1000
), searched AS MATERIALIZED (
    SELECT id FROM (SELECT * FROM newest UNION ALL SELECT * FROM newest_tagged) matching
    ORDER BY
        CASE $9::text WHEN 'relevance' THEN ts_rank(search, websearch_to_tsquery('english', $8::text)) END DESC,
        CASE WHEN $9::text IN ('newest', 'relevance') THEN published_at END DESC,
        CASE $9::text WHEN 'oldest' THEN published_at END,
        CASE $9::text WHEN 'title' THEN lower(title) END,
        CASE $9::text WHEN 'price' THEN price_cents END,
        CASE $9::text WHEN '-price' THEN price_cents END DESC,
        CASE WHEN $9::text IN ('oldest', 'title', 'price') THEN id END,
        id DESC
), page AS (
    SELECT id, row_number() OVER () AS place FROM (SELECT id FROM browsed UNION ALL (SELECT id FROM searched LIMIT $10::int OFFSET $11::int)) found
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM listed LIMIT CASE WHEN coalesce($4::text, $5::text) IS NULL THEN 1000 ELSE 2000 END) counted) + (SELECT count(*) FROM searched),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT c.id, c.creator_id, c.organization_id, c.media_item_id, c.title, c.slug, c.description, c.content_type, c.category, c.tags,
            c.thumbnail_url, c.visibility, c.access_type, c.minimum_tier_id, c.price_cents, c.currency, c.status, c.published_at, c.created_at, c.updated_at,
            c.version, m.status AS media_status, m.duration_seconds
        FROM page p
        JOIN content c ON c.id = p.id AND c.status = 'published' AND c.deleted_at IS NULL AND c.visibility <> 'members_only'
        LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        ORDER BY p.place
    ) r)
)
