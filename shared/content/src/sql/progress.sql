-- content.progress
-- $1 user, $2 content
SELECT to_json(p) FROM playback_progress p WHERE user_id = $1::uuid AND content_id = $2::uuid
