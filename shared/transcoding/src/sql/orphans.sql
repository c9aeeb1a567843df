-- transcoding.orphans
-- $1 folders as a JSON array of {prefix, creator, kind, folder, owner}: owner is the id of what the folder is of; $2 how far the
-- walk came, $3 now. Those that belong to nothing: no such media item, or a deleted one, or what an attempt left that another one took the
-- place of; and pictures that no content shows any more
WITH walked AS (
    UPDATE object_walks SET after_key = $2::text, updated_at = $3::timestamptz WHERE bucket = 'media'
)
SELECT to_json(f.prefix)
FROM jsonb_to_recordset($1::jsonb) AS f(prefix text, creator uuid, kind text, folder text, owner uuid)
WHERE NOT EXISTS (
        SELECT FROM media_items m LEFT JOIN transcoding_jobs j ON j.id = m.transcoding_job_id AND j.creator_id = m.creator_id
        WHERE m.id = f.owner AND m.creator_id = f.creator AND m.deleted_at IS NULL
            AND (f.kind = 'originals'
                OR f.folder = m.id || CASE WHEN j.attempt > 1 THEN '-' || j.attempt ELSE '' END
                OR starts_with(m.hls_master_key, f.prefix) OR starts_with(m.audio_key, f.prefix)
                OR starts_with(m.thumbnail_key, f.prefix) OR starts_with(m.waveform_key, f.prefix))
    )
    AND NOT (f.kind = 'thumbnails' AND EXISTS (
        SELECT FROM content c WHERE c.id = f.owner AND c.creator_id = f.creator AND c.deleted_at IS NULL AND c.thumbnail_key = f.prefix
    ))
