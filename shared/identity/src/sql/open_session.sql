-- identity.open_session
-- $1 session id, $2 token hash, $3 user id, $4 the user's epoch when the password was proven, $5 user agent, $6 now, $7 expiry,
-- $8 token hashes of sessions it replaces, $9 mail id, $10 mail data.
-- If every session was ended since the password was proven, this one is of an earlier epoch, and ended too.
WITH replaced AS (
    DELETE FROM sessions WHERE token_hash IN (SELECT jsonb_array_elements_text($8::jsonb))
), mail AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $9::uuid, 'new-device', u.email, $10::jsonb || jsonb_build_object('name', u.name), $6::timestamptz, $6::timestamptz
    FROM users u WHERE u.id = $3::uuid
        AND EXISTS (SELECT FROM sessions WHERE user_id = $3::uuid)
        AND NOT EXISTS (SELECT FROM sessions WHERE user_id = $3::uuid AND user_agent IS NOT DISTINCT FROM $5::text)
)
INSERT INTO sessions (id, token_hash, user_id, epoch, user_agent, created_at, expires_at)
VALUES ($1::uuid, $2::text, $3::uuid, $4::int, $5::text, $6::timestamptz, $7::timestamptz)
RETURNING json_build_object('id', id, 'userId', user_id, 'createdAt', created_at, 'expiresAt', expires_at)
