-- content.library
-- $1 user, $2 limit, $3 offset: what was bought or granted and not revoked, the newest first
WITH matching AS NOT MATERIALIZED (
    SELECT a.content_id, a.purchase_id, a.granted_at
    FROM content_access a JOIN content c ON c.id = a.content_id AND c.deleted_at IS NULL AND c.status <> 'draft'
    WHERE a.user_id = $1::uuid AND a.revoked_at IS NULL
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT
            json_build_object(
                'id', c.id, 'title', c.title, 'slug', c.slug, 'organization_id', c.organization_id, 'description', coalesce(c.description, ''),
                'thumbnail_url', c.thumbnail_url, 'content_type', c.content_type, 'duration_seconds', coalesce(m.duration_seconds, 0)
            ) AS content,
            json_build_object('purchased_at', coalesce(p.purchased_at, a.granted_at), 'price_cents', coalesce(p.amount_cents, 0)) AS purchase,
            to_json(g) AS progress
        FROM matching a
        JOIN content c ON c.id = a.content_id
        LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        LEFT JOIN purchases p ON p.id = a.purchase_id
        LEFT JOIN playback_progress g ON g.user_id = $1::uuid AND g.content_id = a.content_id
        ORDER BY a.granted_at DESC, a.content_id DESC LIMIT $2::int OFFSET $3::int
    ) r)
)
