-- identity.sweep
-- $1 now, $2 the most rows of a kind
WITH ended AS (
    DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE expires_at <= $1::timestamptz ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED
    ) RETURNING 1
), expired AS (
    DELETE FROM verification_tokens WHERE token_hash IN (
        SELECT token_hash FROM verification_tokens WHERE expires_at <= $1::timestamptz ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED
    ) RETURNING 1
)
SELECT to_json((SELECT count(*) FROM ended) + (SELECT count(*) FROM expired))
