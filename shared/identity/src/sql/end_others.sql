-- identity.end_others
-- $1 user, $2 the session that goes on
DELETE FROM sessions WHERE user_id = $1::uuid AND id <> $2::uuid
RETURNING to_json(token_hash)
