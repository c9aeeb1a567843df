-- notifications.deliveries
-- $1 organization, or null for all of the platform's; $2 state or null, $3 limit, $4 offset: the newest first
SELECT json_build_object(
    'total', (SELECT count(*) FROM (
        SELECT FROM outbox WHERE ($1::uuid IS NULL OR organization_id = $1::uuid) AND (
            $2::text IS NULL OR $2::text = 'sent' AND sent_at IS NOT NULL OR $2::text = 'failed' AND failed_at IS NOT NULL
            OR $2::text = 'waiting' AND sent_at IS NULL AND failed_at IS NULL
        ) LIMIT 10000
    ) counted),
    'items', (SELECT coalesce(json_agg(m), '[]') FROM (
        SELECT id, template, category, organization_id, user_id,
            CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN failed_at IS NOT NULL THEN 'failed' ELSE 'waiting' END AS state,
            attempts, provider_id, last_error, created_at,
            CASE WHEN sent_at IS NULL AND failed_at IS NULL THEN due_at END AS next_attempt_at, coalesce(sent_at, failed_at) AS settled_at
        FROM outbox WHERE ($1::uuid IS NULL OR organization_id = $1::uuid) AND (
            $2::text IS NULL OR $2::text = 'sent' AND sent_at IS NOT NULL OR $2::text = 'failed' AND failed_at IS NOT NULL
            OR $2::text = 'waiting' AND sent_at IS NULL AND failed_at IS NULL
        )
        ORDER BY created_at DESC, id DESC LIMIT $3::int OFFSET $4::int
    ) m)
)
