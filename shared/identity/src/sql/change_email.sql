-- identity.change_email
-- $1 user, $2 the password hash that was proven, $3 the address wanted, $4 token hash, $5 now, $6 token expiry, $7 mail id,
-- $8 mail data. A wish replaces the one before it.
WITH account AS (
    SELECT id, email, name FROM users WHERE id = $1::uuid AND password_hash = $2::text
), earlier AS (
    DELETE FROM verification_tokens t USING account a WHERE t.user_id = a.id AND t.purpose IN ('approve_email', 'confirm_email')
), token AS (
    INSERT INTO verification_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
    SELECT $4::text, id, 'approve_email', $3::text, $5::timestamptz, $6::timestamptz FROM account
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $7::uuid, 'change-email', email, $8::jsonb || jsonb_build_object('name', name, 'newEmail', $3::text), $5::timestamptz, $5::timestamptz FROM account
)
SELECT to_json(id) FROM account
