-- identity.session
-- $1 token hash, $2 now
WITH seen AS (
    UPDATE sessions SET last_seen_at = $2::timestamptz
    WHERE token_hash = $1::text AND coalesce(last_seen_at, created_at) <= $2::timestamptz - interval '1 hour'
)
SELECT json_build_object(
    'user', json_build_object('id', u.id, 'email', u.email, 'emailVerified', u.email_verified_at IS NOT NULL, 'name', u.name, 'role', u.role, 'createdAt', u.created_at),
    'session', json_build_object('id', s.id, 'userId', s.user_id, 'createdAt', s.created_at, 'expiresAt', s.expires_at)
)
FROM sessions s JOIN users u ON u.id = s.user_id AND u.session_epoch = s.epoch
WHERE s.token_hash = $1::text AND s.expires_at > $2::timestamptz
