-- content.unpublish
-- $1 id, $2 creator, $3 now
WITH changed AS (
    UPDATE content SET status = 'draft', updated_at = CASE status WHEN 'draft' THEN updated_at ELSE $3::timestamptz END
    WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
    RETURNING *
)
SELECT to_json(r) FROM (
    SELECT changed.*, m.status AS media_status, m.duration_seconds
    FROM changed LEFT JOIN media_items m ON m.id = changed.media_item_id AND m.deleted_at IS NULL
) r
