-- content.create_media
-- $1 id, $2 creator, $3 title, $4 media type, $5 MIME type, $6 bytes, $7 key of the original, $8 upload in parts or null, $9 bytes of a
-- part or null, $10 when the upload is given up, $11 the creator's quota in bytes, $12 now; no row where the quota would be passed.
-- Concurrent uploads meet at the creator's row of media_usage
WITH usage AS (
    INSERT INTO media_usage AS u (creator_id, bytes) SELECT $2::uuid, $6::bigint WHERE $6::bigint <= $11::bigint
    ON CONFLICT (creator_id) DO UPDATE SET bytes = u.bytes + EXCLUDED.bytes WHERE u.bytes + EXCLUDED.bytes <= $11::bigint
    RETURNING u.creator_id
)
INSERT INTO media_items AS m (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, upload_id, part_size_bytes,
    upload_expires_at, created_at, updated_at)
SELECT $1::uuid, creator_id, $3::text, $4::text, $5::text, $6::bigint, $7::text, $8::text, $9::bigint, $10::timestamptz, $12::timestamptz,
    $12::timestamptz
FROM usage
RETURNING to_json(m)
