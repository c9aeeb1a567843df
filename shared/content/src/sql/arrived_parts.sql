-- content.arrived_parts
-- $1 media item, $2 creator, $3 parts that arrived as JSON (number -> ETag; a part sent again replaces the former); its upload in parts
UPDATE media_items SET upload_parts = upload_parts || $3::jsonb
WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL AND status = 'uploading'
RETURNING json_build_object('key', original_key, 'mime_type', mime_type, 'size', file_size_bytes, 'upload_id', upload_id,
    'part_size', part_size_bytes, 'parts', upload_parts, 'expires_at', upload_expires_at)
