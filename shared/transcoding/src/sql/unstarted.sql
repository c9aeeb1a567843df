-- transcoding.unstarted
-- $1 until when they arrived, $2 how many
SELECT to_json(id) FROM media_items
WHERE status = 'uploaded' AND deleted_at IS NULL AND updated_at <= $1::timestamptz
ORDER BY updated_at LIMIT $2::int
