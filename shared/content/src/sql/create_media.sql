-- content.create_media
-- $1 id, $2 creator, $3 title, $4 media type, $5 MIME type, $6 bytes, $7 key of the original, $8 now
INSERT INTO media_items AS m (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, created_at, updated_at)
VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::bigint, $7::text, $8::timestamptz, $8::timestamptz)
RETURNING to_json(m)
