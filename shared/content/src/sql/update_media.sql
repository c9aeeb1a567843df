-- content.update_media
-- $1 id, $2 creator, $3 the changed fields as JSON, $4 now
UPDATE media_items m SET
    title = coalesce($3::jsonb ->> 'title', title),
    status = coalesce($3::jsonb ->> 'status', status),
    hls_master_key = coalesce($3::jsonb ->> 'hls_master_key', hls_master_key),
    audio_key = coalesce($3::jsonb ->> 'audio_key', audio_key),
    duration_seconds = coalesce(($3::jsonb ->> 'duration_seconds')::double precision, duration_seconds),
    updated_at = $4::timestamptz
WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
RETURNING to_json(m)
