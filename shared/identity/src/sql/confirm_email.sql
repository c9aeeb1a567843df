-- identity.confirm_email
-- $1 token hash, $2 now, $3 mail id, $4 mail data. Links mailed to the old address are void.
WITH spent AS (
    DELETE FROM verification_tokens
    WHERE token_hash = $1::text AND purpose = 'confirm_email'
    RETURNING user_id, email, expires_at
), account AS (
    SELECT u.id, u.name, u.email AS old_email, spent.email AS new_email
    FROM spent JOIN users u ON u.id = spent.user_id WHERE spent.expires_at > $2::timestamptz
), changed AS (
    UPDATE users u SET email = a.new_email, email_verified_at = $2::timestamptz, updated_at = $2::timestamptz
    FROM account a WHERE u.id = a.id
    RETURNING u.id
), useless AS (
    DELETE FROM verification_tokens t USING account a WHERE t.user_id = a.id AND t.token_hash <> $1::text
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $3::uuid, 'email-changed', old_email, $4::jsonb || jsonb_build_object('name', name, 'newEmail', new_email), $2::timestamptz, $2::timestamptz FROM account
)
SELECT json_build_object(
    'user_id', c.id,
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s WHERE s.user_id = c.id)
)
FROM changed c
