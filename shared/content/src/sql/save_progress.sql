-- content.save_progress
-- $1 user, $2 content, $3 position, $4 duration, $5 completed, $6 the player's time: the later write wins, completion stays
INSERT INTO playback_progress AS p (user_id, content_id, position_seconds, duration_seconds, completed, updated_at)
VALUES ($1::uuid, $2::uuid, $3::double precision, $4::double precision, $5::boolean, $6::timestamptz)
ON CONFLICT (user_id, content_id) DO UPDATE SET
    position_seconds = CASE WHEN EXCLUDED.updated_at >= p.updated_at THEN EXCLUDED.position_seconds ELSE p.position_seconds END,
    duration_seconds = CASE WHEN EXCLUDED.updated_at >= p.updated_at THEN EXCLUDED.duration_seconds ELSE p.duration_seconds END,
    completed = p.completed OR EXCLUDED.completed,
    updated_at = greatest(p.updated_at, EXCLUDED.updated_at)
RETURNING to_json(p)
