-- identity.register
-- $1 user id, $2 email, $3 name, $4 password hash, $5 now, $6 session id, $7 session token hash, $8 user agent,
-- $9 session expiry, $10 verification token hash, $11 its expiry, $12 mail id, $13 mail data; no session where $7 is null
WITH account AS (
    INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
    VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $5::timestamptz)
    RETURNING id, email, name, role, created_at
), session AS (
    INSERT INTO sessions (id, token_hash, user_id, user_agent, created_at, expires_at)
    SELECT $6::uuid, $7::text, id, $8::text, created_at, $9::timestamptz FROM account WHERE $7::text IS NOT NULL
    RETURNING id, user_id, created_at, expires_at
), token AS (
    INSERT INTO verification_tokens (token_hash, user_id, purpose, created_at, expires_at)
    SELECT $10::text, id, 'verify_email', created_at, $11::timestamptz FROM account
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $12::uuid, 'verify-email', email, $13::jsonb, created_at, created_at FROM account
)
SELECT json_build_object(
    'user', json_build_object('id', a.id, 'email', a.email, 'emailVerified', false, 'name', a.name, 'role', a.role, 'createdAt', a.created_at),
    'session', CASE WHEN s.id IS NOT NULL
        THEN json_build_object('id', s.id, 'userId', s.user_id, 'createdAt', s.created_at, 'expiresAt', s.expires_at) END
)
FROM account a LEFT JOIN session s ON true
