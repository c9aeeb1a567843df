-- insights.customer_report
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now; $9 day, week or month. A customer is a person at a seller; new is who paid there for the first time, for a content or a subscription
WITH asked AS MATERIALIZED (
    SELECT t.manages, d.* FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) t
    CROSS JOIN LATERAL report_days(coalesce($4::text, t.timezone), $5::text, $6::date, $7::date, $8::timestamptz) d
), arrived AS MATERIALIZED (
    SELECT c.first_purchased_at >= a.starts AS current,
        greatest(date_trunc($9::text, c.first_purchased_at AT TIME ZONE a.timezone)::date, a.first) AS "from", count(*) AS new
    FROM asked a JOIN customers c ON c.first_purchased_at >= a.before_starts AND c.first_purchased_at < a.ends
        AND ($1::uuid IS NULL OR c.organization_id = $1::uuid)
    WHERE a.manages GROUP BY 1, 2
), intervals AS (
    SELECT greatest(i::date, a.first) AS "from"
    FROM asked a
    CROSS JOIN LATERAL generate_series(date_trunc($9::text, a.first::timestamp), a.last::timestamp, ('1 ' || $9::text)::interval) i
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'range', json_build_object('timezone', a.timezone, 'from', a.first, 'to', a.last, 'previous_from', a.before),
    'total', (SELECT count(*) FROM customers c WHERE ($1::uuid IS NULL OR c.organization_id = $1::uuid) AND c.first_purchased_at < a.ends),
    'current', json_build_object(
        'buyers', (SELECT count(*) FROM (
            SELECT p.organization_id, p.user_id FROM purchases p
            WHERE p.purchased_at >= a.starts AND p.purchased_at < a.ends AND ($1::uuid IS NULL OR p.organization_id = $1::uuid)
            UNION
            SELECT i.organization_id, i.user_id FROM subscription_payments i
            WHERE i.paid_at >= a.starts AND i.paid_at < a.ends AND ($1::uuid IS NULL OR i.organization_id = $1::uuid)) b),
        'new', (SELECT coalesce(sum(new), 0) FROM arrived WHERE current)),
    'previous', json_build_object(
        'buyers', (SELECT count(*) FROM (
            SELECT p.organization_id, p.user_id FROM purchases p
            WHERE p.purchased_at >= a.before_starts AND p.purchased_at < a.starts AND ($1::uuid IS NULL OR p.organization_id = $1::uuid)
            UNION
            SELECT i.organization_id, i.user_id FROM subscription_payments i
            WHERE i.paid_at >= a.before_starts AND i.paid_at < a.starts AND ($1::uuid IS NULL OR i.organization_id = $1::uuid)) b),
        'new', (SELECT coalesce(sum(new), 0) FROM arrived WHERE NOT current)),
    'series', (SELECT json_agg(json_build_object('from', i."from", 'new', coalesce(n.new, 0)) ORDER BY i."from")
        FROM intervals i LEFT JOIN arrived n ON n.current AND n."from" = i."from")
) END)
FROM asked a
