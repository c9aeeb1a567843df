-- identity.close_session
-- $1 token hash
DELETE FROM sessions WHERE token_hash = $1::text
RETURNING json_build_object('user_id', user_id)
