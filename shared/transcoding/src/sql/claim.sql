-- transcoding.claim
-- $1 now, $2 how many: jobs to hand over. Each time waits twice as long as the one before, from half a minute to a quarter of an
-- hour; within that nobody else takes it. Whether it is still wanted: its file may be gone, or play already
WITH due AS (
    SELECT id FROM transcoding_jobs WHERE status = 'queued' AND due_at <= $1::timestamptz
    ORDER BY due_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE transcoding_jobs j SET
        handovers = j.handovers + 1,
        due_at = $1::timestamptz + least(interval '30 seconds' * power(2, least(j.handovers, 10)), interval '15 minutes')
    FROM due WHERE j.id = due.id
    RETURNING j.id, j.media_item_id, j.creator_id, j.attempt, j.created_at
)
SELECT json_build_object('id', c.id, 'media_id', m.id, 'creator_id', c.creator_id, 'attempt', c.attempt, 'created_at', c.created_at,
    'media_type', m.media_type, 'mime_type', m.mime_type, 'original_key', m.original_key,
    'wanted', m.deleted_at IS NULL AND m.status = 'transcoding' AND m.transcoding_job_id IS NOT DISTINCT FROM c.id)
FROM claimed c JOIN media_items m ON m.id = c.media_item_id AND m.creator_id = c.creator_id
