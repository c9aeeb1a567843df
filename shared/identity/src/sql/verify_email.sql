-- identity.verify_email
-- $1 token hash, $2 now. The token is deleted by whoever comes first; what expired is deleted and verifies nothing.
-- Returns the hashes of the user's sessions, whose cached copies still say "unverified".
WITH spent AS (
    DELETE FROM verification_tokens
    WHERE token_hash = $1::text AND purpose = 'verify_email'
    RETURNING user_id, expires_at
), verified AS (
    UPDATE users u SET email_verified_at = coalesce(u.email_verified_at, $2::timestamptz), updated_at = $2::timestamptz
    FROM spent WHERE u.id = spent.user_id AND spent.expires_at > $2::timestamptz
    RETURNING u.id
)
SELECT json_build_object(
    'user_id', v.id,
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s WHERE s.user_id = v.id)
)
FROM verified v
