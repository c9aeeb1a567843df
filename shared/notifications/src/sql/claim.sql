-- notifications.claim
-- $1 now, $2 how many, $3 seconds that nobody else takes them, $4 the most attempts
--
-- Mail that its recipient refused ends here, and mail whose every attempt died before it could be told of. What whoever wrote a mail
-- did not say is said here: to whom it is, and the day of a payment where they are paid.
WITH due AS (
    SELECT o.id, o.category <> 'transactional' AND EXISTS (
            SELECT FROM notification_preferences p WHERE p.user_id = o.user_id AND p.category = o.category AND NOT p.subscribed
        ) AS refused,
        o.attempts >= $4::int AS spent
    FROM outbox o
    WHERE o.sent_at IS NULL AND o.failed_at IS NULL AND o.due_at <= $1::timestamptz
    ORDER BY o.due_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE outbox o
    SET attempts = CASE WHEN due.refused OR due.spent THEN o.attempts ELSE o.attempts + 1 END,
        due_at = $1::timestamptz + $3::int * interval '1 second',
        failed_at = CASE WHEN due.refused OR due.spent THEN $1::timestamptz END,
        last_error = CASE WHEN due.refused THEN 'UNSUBSCRIBED' WHEN due.spent THEN coalesce(o.last_error, 'INTERRUPTED') ELSE o.last_error END,
        data = CASE WHEN due.refused OR due.spent THEN '{}' ELSE o.data END
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.template, o.recipient, o.data, o.category, o.attempts, o.organization_id, o.creator_id, o.user_id, o.template_id, o.created_at, o.failed_at
)
SELECT json_build_object(
    'id', c.id, 'template', c.template, 'recipient', c.recipient, 'data', unsaid.data || c.data, 'category', c.category, 'attempts', c.attempts,
    'user_id', c.user_id, 'trial', c.template_id IS NOT NULL, 'source', t.source, 'brand', b.brand
)
FROM claimed c
LEFT JOIN LATERAL (
    SELECT json_build_object('subject', t.subject, 'html', t.html_body, 'text', t.text_body) AS source
    FROM email_templates t
    WHERE t.id = c.template_id
        OR t.name = c.template AND t.status = 'active' AND c.template_id IS NULL
            AND t.owner_id IN (c.creator_id, c.organization_id, '00000000-0000-0000-0000-000000000000')
    ORDER BY CASE t.scope WHEN 'creator' THEN 1 WHEN 'organization' THEN 2 ELSE 3 END
    LIMIT 1
) t ON true
LEFT JOIN LATERAL (
    SELECT json_build_object('name', coalesce(g.platform_name, g.name), 'logo_url', g.logo_url,
        'primary_color', g.primary_color, 'support_email', g.support_email) AS brand, g.timezone
    FROM organizations g WHERE g.id = c.organization_id
) b ON true
LEFT JOIN users u ON u.id = c.user_id AND c.template_id IS NULL
CROSS JOIN LATERAL (
    SELECT jsonb_strip_nulls(jsonb_build_object('name', u.name, 'date', CASE WHEN c.template IN ('receipt', 'new-sale', 'refund')
        THEN to_char(c.created_at AT TIME ZONE coalesce(b.timezone, 'UTC'), 'FMDD FMMonth YYYY') END)) AS data
) unsaid
WHERE c.failed_at IS NULL
