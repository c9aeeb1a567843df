-- content.facets
-- $1 organization or null, $2 creator or null: the categories and tags of the newest 1,000 of the catalogue, the commonest first
WITH newest AS (
    SELECT category, tags FROM content
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only'
        AND ($1::uuid IS NULL OR organization_id = $1::uuid)
        AND ($2::uuid IS NULL OR creator_id = $2::uuid)
    ORDER BY published_at DESC, id DESC LIMIT 1000
)
SELECT json_build_object(
    'categories', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT category AS name, count(*) AS count FROM newest WHERE category IS NOT NULL GROUP BY category ORDER BY count DESC, name LIMIT 50
    ) r),
    'tags', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT tag AS name, count(*) AS count FROM newest, jsonb_array_elements_text(tags) tag GROUP BY tag ORDER BY count DESC, name LIMIT 50
    ) r)
)
