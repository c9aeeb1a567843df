-- identity.open_session
-- $1 session id, $2 token hash, $3 user id, $4 user agent, $5 now, $6 expiry
INSERT INTO sessions (id, token_hash, user_id, user_agent, created_at, expires_at)
VALUES ($1::uuid, $2::text, $3::uuid, $4::text, $5::timestamptz, $6::timestamptz)
RETURNING json_build_object('id', id, 'userId', user_id, 'createdAt', created_at, 'expiresAt', expires_at)
