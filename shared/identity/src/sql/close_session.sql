-- identity.close_session
-- $1 token hashes
DELETE FROM sessions WHERE token_hash IN (SELECT jsonb_array_elements_text($1::jsonb))
RETURNING json_build_object('user_id', user_id)
