-- insights.dashboard
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now. Contents and followers are as they are now; contents are counted to 10,000 of each status
WITH asked AS MATERIALIZED (
    SELECT t.manages, d.* FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) t
    CROSS JOIN LATERAL report_days(coalesce($4::text, t.timezone), $5::text, $6::date, $7::date, $8::timestamptz) d
), sold AS MATERIALIZED (
    SELECT s.current, f.* FROM asked a
    CROSS JOIN LATERAL (VALUES (false, a.before_starts, a.starts), (true, a.starts, a.ends)) s (current, starts, ends)
    CROSS JOIN LATERAL sales_within($1::uuid, s.starts, s.ends) f WHERE a.manages
), zero AS (
    SELECT 0 AS purchases, 0 AS subscription_payments, 0 AS subscription_cents, 0 AS amount_cents, 0 AS refunded_cents, 0 AS held_cents, 0 AS platform_cents, 0 AS organization_cents, 0 AS creator_cents
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'range', json_build_object('timezone', a.timezone, 'from', a.first, 'to', a.last, 'previous_from', a.before),
    'revenue', (SELECT coalesce(json_agg(json_build_object('currency', c.currency,
            'total', coalesce(to_json(s), to_json(zero)), 'previous', coalesce(to_json(b), to_json(zero))) ORDER BY c.currency), '[]')
        FROM (SELECT DISTINCT currency FROM sold) c CROSS JOIN zero
        LEFT JOIN sold s ON s.currency = c.currency AND s.current
        LEFT JOIN sold b ON b.currency = c.currency AND NOT b.current),
    'customers', json_build_object(
        'total', (SELECT customers FROM customers_within($1::uuid, '2000-01-01T00:00:00Z', a.ends)),
        'new', (SELECT customers FROM customers_within($1::uuid, a.starts, a.ends)),
        'previous_new', (SELECT customers FROM customers_within($1::uuid, a.before_starts, a.starts))),
    'content', (SELECT json_object_agg(s.status, (SELECT count(*) FROM (
            SELECT FROM content c WHERE c.deleted_at IS NULL AND c.status = s.status AND ($1::uuid IS NULL OR c.organization_id = $1::uuid)
            LIMIT 10000) counted))
        FROM unnest(ARRAY['draft', 'published', 'archived']) AS s (status)),
    'followers', (SELECT o.follower_count FROM organizations o WHERE o.id = $1::uuid)
) END)
FROM asked a
