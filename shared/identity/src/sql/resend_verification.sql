-- identity.resend_verification
-- $1 email, $2 token hash, $3 now, $4 token expiry, $5 mail id, $6 mail data. Where there is no such account the token is
-- nobody's: the write and its commit cost the same, and time does not tell.
WITH account AS (
    SELECT id, email, name FROM users WHERE email = $1::text AND email_verified_at IS NULL
), token AS (
    INSERT INTO verification_tokens (token_hash, user_id, purpose, created_at, expires_at)
    VALUES ($2::text, (SELECT id FROM account), 'verify_email', $3::timestamptz, $4::timestamptz)
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $5::uuid, 'verify-email', email, $6::jsonb || jsonb_build_object('name', name), $3::timestamptz, $3::timestamptz FROM account
)
SELECT json_build_object('queued', EXISTS (SELECT FROM account))
