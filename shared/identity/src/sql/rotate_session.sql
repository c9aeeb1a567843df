-- identity.rotate_session
-- $1 session, $2 whose, $3 the session that goes on in its place, $4 the hash of its token, $5 now, $6 when the old one ends
WITH old AS (
    SELECT * FROM sessions
    WHERE id = $1::uuid AND user_id = $2::uuid AND expires_at > $5::timestamptz AND replaced_by IS NULL
    FOR UPDATE
), fresh AS (
    INSERT INTO sessions (id, token_hash, user_id, epoch, user_agent, created_at, expires_at, last_seen_at)
    SELECT $3::uuid, $4::text, user_id, epoch, user_agent, created_at, expires_at, $5::timestamptz FROM old
    RETURNING id, user_id, expires_at
), replaced AS (
    UPDATE sessions s SET replaced_by = f.id, expires_at = least(s.expires_at, $6::timestamptz)
    FROM fresh f WHERE s.id = $1::uuid AND s.user_id = f.user_id
)
SELECT to_json(expires_at) FROM fresh
