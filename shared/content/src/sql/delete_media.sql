-- content.delete_media
-- $1 id, $2 creator, $3 now; whether it was in use and therefore stays
WITH found AS (
    SELECT id, EXISTS (SELECT FROM content c WHERE c.media_item_id = m.id AND c.deleted_at IS NULL) AS in_use
    FROM media_items m WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
), deleted AS (
    UPDATE media_items m SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz
    FROM found f WHERE m.id = f.id AND NOT f.in_use
)
SELECT to_json(in_use) FROM found
