-- content.delete_media
-- $1 id, $2 creator, $3 now; whether it was in use and therefore stays, and the upload in parts that is to be given up
WITH found AS (
    SELECT id, file_size_bytes, original_key, status, upload_id,
        EXISTS (SELECT FROM content c WHERE c.media_item_id = m.id AND c.deleted_at IS NULL) AS in_use
    FROM media_items m WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL FOR UPDATE
), deleted AS (
    UPDATE media_items m SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz
    FROM found f WHERE m.id = f.id AND NOT f.in_use
    RETURNING f.file_size_bytes, f.status
), freed AS (
    -- What was given up was freed then.
    UPDATE media_usage SET bytes = greatest(bytes - file_size_bytes, 0) FROM deleted WHERE creator_id = $2::uuid AND status <> 'failed'
)
SELECT json_build_object('in_use', in_use, 'key', original_key, 'upload_id', CASE status WHEN 'uploading' THEN upload_id END) FROM found
