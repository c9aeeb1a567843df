-- transcoding.of_creator
-- $1 creator, $2 limit, $3 offset: their files, the newest first as the content worker lists them, each with its latest job; 10,000 are counted
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM media_items WHERE creator_id = $1::uuid AND deleted_at IS NULL LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(json_build_object('media_id', m.id, 'media_status', m.status, 'job', (
            SELECT json_build_object('job_id', j.id, 'status', j.status, 'attempt', j.attempt, 'progress', j.progress, 'step', j.step,
                'error', j.error, 'output', j.output, 'created_at', j.created_at, 'heard_at', j.heard_at, 'ended_at', j.ended_at)
            FROM transcoding_jobs j WHERE j.media_item_id = m.id AND j.creator_id = $1::uuid ORDER BY j.attempt DESC LIMIT 1
        )) ORDER BY m.created_at DESC, m.id DESC), '[]')
        FROM (
            SELECT id, status, created_at FROM media_items WHERE creator_id = $1::uuid AND deleted_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT $2::int OFFSET $3::int
        ) m)
)
