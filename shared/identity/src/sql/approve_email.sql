-- identity.approve_email
-- $1 token hash, $2 now, $3 next token hash, $4 its expiry, $5 mail id, $6 mail data. Nobody is mailed where the address wanted
-- has an account; whoever asks for it is not told.
WITH spent AS (
    DELETE FROM verification_tokens
    WHERE token_hash = $1::text AND purpose = 'approve_email'
    RETURNING user_id, email, expires_at
), account AS (
    SELECT u.id, u.name, spent.email FROM spent JOIN users u ON u.id = spent.user_id WHERE spent.expires_at > $2::timestamptz
), token AS (
    INSERT INTO verification_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
    SELECT $3::text, id, 'confirm_email', email, $2::timestamptz, $4::timestamptz FROM account
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $5::uuid, 'verify-new-email', a.email, $6::jsonb || jsonb_build_object('name', a.name), $2::timestamptz, $2::timestamptz
    FROM account a WHERE NOT EXISTS (SELECT FROM users u WHERE u.email = a.email)
)
SELECT to_json(id) FROM account
