-- identity.renew_session
-- $1 token hash, $2 session id, $3 new expiry
UPDATE sessions SET expires_at = $3::timestamptz
WHERE token_hash = $1::text AND id = $2::uuid AND expires_at < $3::timestamptz AND replaced_by IS NULL
RETURNING to_json(true)
