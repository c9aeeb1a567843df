-- identity.end_session
-- $1 session, $2 user. With it ends the one that it replaced a moment ago.
DELETE FROM sessions WHERE (id = $1::uuid OR replaced_by = $1::uuid) AND user_id = $2::uuid
RETURNING to_json(token_hash)
