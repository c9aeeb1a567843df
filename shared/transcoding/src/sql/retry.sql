-- transcoding.retry
-- $1 job, $2 media item, $3 creator, $4 the most attempts, $5 now: another job for what failed. Of several who retry at once, one
-- does: the others find that it no longer failed. Answers how it was, and whether there is a new job
WITH found AS (
    SELECT m.id, m.status,
        (SELECT max(j.attempt) FROM transcoding_jobs j WHERE j.media_item_id = m.id AND j.creator_id = $3::uuid) AS attempt
    FROM media_items m
    WHERE m.id = $2::uuid AND m.creator_id = $3::uuid AND m.deleted_at IS NULL
), media AS (
    UPDATE media_items m SET status = 'transcoding', transcoding_job_id = $1::uuid, updated_at = $5::timestamptz
    FROM found f
    WHERE m.id = f.id AND m.creator_id = $3::uuid AND m.status = 'failed' AND m.deleted_at IS NULL AND f.attempt < $4::int
    RETURNING m.id, m.creator_id, f.attempt
), job AS (
    INSERT INTO transcoding_jobs (id, media_item_id, creator_id, attempt, due_at, created_at)
    SELECT $1::uuid, id, creator_id, attempt + 1, $5::timestamptz, $5::timestamptz FROM media
    RETURNING id
)
SELECT json_build_object('media_status', status, 'attempt', attempt, 'retried', EXISTS (SELECT FROM job)) FROM found
