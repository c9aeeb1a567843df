-- identity.change_password
-- $1 user, $2 the password hash that was proven, $3 the new one, $4 now, $5 session id, $6 token hash, $7 user agent, $8 expiry,
-- $9 mail id, $10 mail data. The new epoch ends also a session that is being opened at this moment; links mailed before, but
-- for the one that verifies the address, are void.
WITH account AS (
    UPDATE users SET password_hash = $3::text, session_epoch = session_epoch + 1, updated_at = $4::timestamptz
    WHERE id = $1::uuid AND password_hash = $2::text
    RETURNING id, email, name, session_epoch
), ended AS (
    DELETE FROM sessions s USING account a WHERE s.user_id = a.id RETURNING s.token_hash
), useless AS (
    DELETE FROM verification_tokens t USING account a WHERE t.user_id = a.id AND t.purpose <> 'verify_email'
), opened AS (
    INSERT INTO sessions (id, token_hash, user_id, epoch, user_agent, created_at, expires_at)
    SELECT $5::uuid, $6::text, id, session_epoch, $7::text, $4::timestamptz, $8::timestamptz FROM account
    RETURNING id, user_id, created_at, expires_at
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $9::uuid, 'password-changed', email, $10::jsonb || jsonb_build_object('name', name), $4::timestamptz, $4::timestamptz FROM account
)
SELECT json_build_object(
    'session', json_build_object('id', o.id, 'userId', o.user_id, 'createdAt', o.created_at, 'expiresAt', o.expires_at),
    'ended', (SELECT coalesce(json_agg(token_hash), '[]') FROM ended)
)
FROM opened o
