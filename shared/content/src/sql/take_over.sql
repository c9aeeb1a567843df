-- content.take_over
-- $1 media item, $2 creator, $3 now: its creator brings what plays. What the platform is about to make of it is not wanted any
-- more: a job that the item does not name changes nothing here, and its transcoder is told so
WITH taken AS (
    UPDATE media_items SET status = 'failed', transcoding_job_id = NULL, updated_at = $3::timestamptz
    WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL AND status IN ('uploaded', 'transcoding')
)
SELECT to_json(id) FROM media_items WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
