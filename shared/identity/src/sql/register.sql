-- identity.register
-- $1 user id, $2 email, $3 name, $4 password hash, $5 now, $6 session id, $7 session token hash, $8 user agent, $9 session expiry,
-- $10 token hashes of sessions it replaces, $11 verification token hash, $12 its expiry, $13 mail id, $14 mail data,
-- $15 data of the mail to the owner of a taken address; where $7 is null no session begins and none ends; no such mail where $15 is.
-- `owner` finds nobody when `account` is new: a statement does not see the rows that it makes.
WITH account AS (
    INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
    VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $5::timestamptz)
    ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING
    RETURNING id, email, name, role, created_at, session_epoch
), replaced AS (
    DELETE FROM sessions
    WHERE token_hash IN (SELECT jsonb_array_elements_text($10::jsonb)) AND $7::text IS NOT NULL AND EXISTS (SELECT FROM account)
), session AS (
    INSERT INTO sessions (id, token_hash, user_id, epoch, user_agent, created_at, expires_at)
    SELECT $6::uuid, $7::text, id, session_epoch, $8::text, created_at, $9::timestamptz FROM account WHERE $7::text IS NOT NULL
    RETURNING id, user_id, created_at, expires_at
), token AS (
    INSERT INTO verification_tokens (token_hash, user_id, purpose, created_at, expires_at)
    SELECT $11::text, id, 'verify_email', created_at, $12::timestamptz FROM account
), owner AS (
    SELECT email, name FROM users WHERE email = $2::text AND $15::jsonb IS NOT NULL
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $13::uuid, 'verify-email', email, $14::jsonb || jsonb_build_object('name', name), created_at, created_at FROM account
    UNION ALL
    SELECT $13::uuid, 'account-exists', email, $15::jsonb || jsonb_build_object('name', name), $5::timestamptz, $5::timestamptz FROM owner
)
SELECT json_build_object(
    'user', json_build_object('id', a.id, 'email', a.email, 'emailVerified', false, 'name', a.name, 'role', a.role, 'createdAt', a.created_at),
    'session', CASE WHEN s.id IS NOT NULL
        THEN json_build_object('id', s.id, 'userId', s.user_id, 'createdAt', s.created_at, 'expiresAt', s.expires_at) END
)
FROM account a LEFT JOIN session s ON true
