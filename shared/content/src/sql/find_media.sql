-- content.find_media
-- $1 id, $2 creator
SELECT to_json(m) FROM media_items m WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
