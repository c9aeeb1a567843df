-- content.delete
-- $1 id, $2 creator, $3 now
UPDATE content SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz
WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
RETURNING to_json(id)
