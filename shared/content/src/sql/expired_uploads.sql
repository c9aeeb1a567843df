-- content.expired_uploads
-- $1 now, $2 how many: uploads that did not arrive in time, given up and freed; what is to be removed of each
WITH expired AS (
    SELECT id, creator_id, file_size_bytes, original_key, upload_id FROM media_items
    WHERE status = 'uploading' AND deleted_at IS NULL AND upload_expires_at <= $1::timestamptz
    ORDER BY upload_expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED
), failed AS (
    UPDATE media_items m SET status = 'failed', updated_at = $1::timestamptz FROM expired e WHERE m.id = e.id AND m.creator_id = e.creator_id
), freed AS (
    UPDATE media_usage u SET bytes = greatest(u.bytes - e.bytes, 0)
    FROM (SELECT creator_id, sum(file_size_bytes)::bigint AS bytes FROM expired GROUP BY creator_id) e WHERE u.creator_id = e.creator_id
)
SELECT json_build_object('key', original_key, 'upload_id', upload_id) FROM expired
