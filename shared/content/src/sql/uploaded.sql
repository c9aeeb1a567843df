-- content.uploaded
-- $1 id, $2 creator, $3 now; what is further than uploading stays where it is
UPDATE media_items m SET
    status = CASE status WHEN 'uploading' THEN 'uploaded' ELSE status END,
    updated_at = CASE status WHEN 'uploading' THEN $3::timestamptz ELSE updated_at END
WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
RETURNING to_json(m)
