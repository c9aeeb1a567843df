-- transcoding.start
-- $1 job, $2 media item, $3 now. What arrived gets its first job; no row where there is no such media item, and no job where its
-- file has not arrived. Of several who start, one does
WITH media AS (
    UPDATE media_items m SET status = 'transcoding', transcoding_job_id = $1::uuid, updated_at = $3::timestamptz
    WHERE id = $2::uuid AND status = 'uploaded' AND deleted_at IS NULL
    RETURNING m.id, m.creator_id
), job AS (
    INSERT INTO transcoding_jobs (id, media_item_id, creator_id, attempt, due_at, created_at)
    SELECT $1::uuid, id, creator_id, 1, $3::timestamptz, $3::timestamptz FROM media
    RETURNING id
)
SELECT json_build_object('job_id', coalesce((SELECT id FROM job), m.transcoding_job_id))
FROM media_items m WHERE m.id = $2::uuid AND m.deleted_at IS NULL
