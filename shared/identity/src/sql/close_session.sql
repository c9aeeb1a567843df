-- identity.close_session
-- $1 token hashes. With a session ends the one that it replaced a moment ago.
DELETE FROM sessions s USING sessions ended
WHERE ended.token_hash IN (SELECT jsonb_array_elements_text($1::jsonb))
    AND s.user_id = ended.user_id AND (s.id = ended.id OR s.replaced_by = ended.id)
RETURNING to_json(s.token_hash)
