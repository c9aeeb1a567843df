-- transcoding.latest
-- $1 media item, $2 creator: its latest job; none where its file has not arrived
SELECT json_build_object('media_id', m.id, 'media_status', m.status, 'job', (
    SELECT json_build_object('job_id', j.id, 'status', j.status, 'attempt', j.attempt, 'progress', j.progress, 'step', j.step,
        'error', j.error, 'output', j.output, 'created_at', j.created_at, 'heard_at', j.heard_at, 'ended_at', j.ended_at)
    FROM transcoding_jobs j WHERE j.media_item_id = m.id AND j.creator_id = $2::uuid ORDER BY j.attempt DESC LIMIT 1
))
FROM media_items m WHERE m.id = $1::uuid AND m.creator_id = $2::uuid AND m.deleted_at IS NULL
