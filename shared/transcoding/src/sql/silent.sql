-- transcoding.silent
-- $1 since when, $2 how many: running jobs that nothing was heard of
SELECT to_json(id) FROM transcoding_jobs WHERE status = 'running' AND heard_at <= $1::timestamptz
ORDER BY heard_at LIMIT $2::int
