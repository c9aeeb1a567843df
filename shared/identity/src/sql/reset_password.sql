-- identity.reset_password
-- $1 token hash, $2 now, $3 new password hash, $4 mail id, $5 mail data. The token is deleted by whoever comes first; what
-- expired is deleted and changes nothing. The new epoch ends also a session that is being opened at this moment.
WITH spent AS (
    DELETE FROM verification_tokens
    WHERE token_hash = $1::text AND purpose = 'reset_password'
    RETURNING user_id, expires_at
), account AS (
    UPDATE users u
    SET password_hash = $3::text, session_epoch = u.session_epoch + 1,
        email_verified_at = coalesce(u.email_verified_at, $2::timestamptz), updated_at = $2::timestamptz
    FROM spent WHERE u.id = spent.user_id AND spent.expires_at > $2::timestamptz
    RETURNING u.id, u.email, u.name
), ended AS (
    DELETE FROM sessions s USING account a WHERE s.user_id = a.id RETURNING s.token_hash
), useless AS (
    DELETE FROM verification_tokens t USING account a WHERE t.user_id = a.id AND t.token_hash <> $1::text
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $4::uuid, 'password-changed', email, $5::jsonb || jsonb_build_object('name', name), $2::timestamptz, $2::timestamptz FROM account
)
SELECT json_build_object('user_id', a.id, 'ended', (SELECT coalesce(json_agg(token_hash), '[]') FROM ended))
FROM account a
