-- transcoding.hear
-- $1 job, $2 what it is now: running, failed or completed, $3 progress in percent or null, $4 step or null, $5 why it failed or null,
-- $6 that in words, $7 what was made (JSON) or null, $8 now, $9 the mail, $10 only if nothing was heard of it since this time, or null.
--
-- News only ever moves a job on: queued, running, failed, completed. So their order and number do not matter, and those that come
-- at once meet at the job's row. The media item follows its latest job only: whoever retries puts another job's id into its row,
-- where the news of an older one then finds that it is not meant. What plays already is left alone.
WITH heard AS (
    UPDATE transcoding_jobs j SET
        status = $2::text,
        progress = CASE $2::text WHEN 'completed' THEN 100 ELSE greatest(j.progress, $3::int) END,
        step = CASE WHEN $2::text = 'running' AND coalesce($3::int, 0) >= j.progress THEN coalesce($4::text, j.step) ELSE j.step END,
        error = CASE $2::text WHEN 'failed' THEN $5::text END,
        output = $7::jsonb,
        heard_at = $8::timestamptz,
        ended_at = CASE WHEN $2::text <> 'running' THEN $8::timestamptz END
    WHERE id = $1::uuid
        AND CASE $2::text WHEN 'completed' THEN j.status <> 'completed' ELSE j.status IN ('queued', 'running') END
        AND ($10::timestamptz IS NULL OR coalesce(j.heard_at, j.created_at) <= $10::timestamptz)
    RETURNING j.*
), media AS (
    UPDATE media_items m SET
        status = CASE h.status WHEN 'completed' THEN 'ready' ELSE 'failed' END,
        hls_master_key = h.output ->> 'hls_master_playlist_key',
        audio_key = h.output ->> 'audio_key',
        thumbnail_key = h.output ->> 'thumbnail_key',
        waveform_key = h.output ->> 'waveform_key',
        duration_seconds = (h.output ->> 'duration_seconds')::double precision,
        width = (h.output ->> 'width')::int,
        height = (h.output ->> 'height')::int,
        ready_variants = coalesce(h.output -> 'ready_variants', '[]'),
        updated_at = $8::timestamptz
    FROM heard h
    WHERE m.id = h.media_item_id AND m.creator_id = h.creator_id AND m.transcoding_job_id = h.id
        AND h.status IN ('completed', 'failed') AND m.status IN ('transcoding', 'failed') AND m.deleted_at IS NULL
    RETURNING m.creator_id, m.title, m.status
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, creator_id, user_id)
    SELECT $9::uuid, CASE media.status WHEN 'ready' THEN 'transcoding-done' ELSE 'transcoding-failed' END, u.email,
        json_build_object('name', u.name, 'title', media.title, 'reason', $6::text), $8::timestamptz, $8::timestamptz, u.id, u.id
    FROM media JOIN users u ON u.id = media.creator_id AND u.deleted_at IS NULL
)
SELECT json_build_object(
    'status', coalesce(h.status, j.status),
    'wanted', m.transcoding_job_id IS NOT DISTINCT FROM j.id AND m.status = 'transcoding' AND m.deleted_at IS NULL,
    'mailed', EXISTS (SELECT FROM media)
)
FROM transcoding_jobs j JOIN media_items m ON m.id = j.media_item_id AND m.creator_id = j.creator_id LEFT JOIN heard h ON h.id = j.id
WHERE j.id = $1::uuid
