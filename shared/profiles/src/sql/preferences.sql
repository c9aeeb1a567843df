-- profiles.preferences
-- $1 who
SELECT to_json(preferences) FROM users WHERE id = $1::uuid AND deleted_at IS NULL
