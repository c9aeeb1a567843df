-- identity.devices
-- $1 user, $2 the session that asks, $3 now, $4 limit, $5 offset
WITH living AS NOT MATERIALIZED (
    SELECT s.id, s.user_agent, s.created_at, coalesce(s.last_seen_at, s.created_at) AS last_seen_at, s.expires_at,
        s.id = $2::uuid AS current
    FROM sessions s JOIN users u ON u.id = s.user_id AND u.session_epoch = s.epoch
    WHERE s.user_id = $1::uuid AND s.expires_at > $3::timestamptz AND s.replaced_by IS NULL
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM living),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT * FROM living ORDER BY current DESC, last_seen_at DESC, id DESC LIMIT $4::int OFFSET $5::int
    ) r)
)
