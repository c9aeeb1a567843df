-- insights.revenue
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now; $9 day, week or month. Each currency by itself: the whole, the period before, and every interval of the period
WITH asked AS MATERIALIZED (
    SELECT t.manages, d.* FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) t
    CROSS JOIN LATERAL report_days(coalesce($4::text, t.timezone), $5::text, $6::date, $7::date, $8::timestamptz) d
), sold AS MATERIALIZED (
    SELECT f.currency, f.at >= a.starts AS current,
        greatest(date_trunc($9::text, f.at AT TIME ZONE a.timezone)::date, a.first) AS "from",
        sum(f.purchases) AS purchases, sum(f.subscription_payments) AS subscription_payments,
        sum(f.subscription_cents) AS subscription_cents, sum(f.amount_cents) AS amount_cents, sum(f.refunded_cents) AS refunded_cents,
        sum(f.held_cents) AS held_cents, sum(f.platform_cents) AS platform_cents, sum(f.organization_cents) AS organization_cents,
        sum(f.creator_cents) AS creator_cents
    FROM asked a JOIN sales_figures f ON f.at >= a.before_starts AND f.at < a.ends AND ($1::uuid IS NULL OR f.organization_id = $1::uuid)
    WHERE a.manages GROUP BY 1, 2, 3
), intervals AS (
    SELECT greatest(i::date, a.first) AS "from"
    FROM asked a
    CROSS JOIN LATERAL generate_series(date_trunc($9::text, a.first::timestamp), a.last::timestamp, ('1 ' || $9::text)::interval) i
), zero AS (
    SELECT 0 AS purchases, 0 AS subscription_payments, 0 AS subscription_cents, 0 AS amount_cents, 0 AS refunded_cents, 0 AS held_cents, 0 AS platform_cents, 0 AS organization_cents, 0 AS creator_cents
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'range', json_build_object('timezone', a.timezone, 'from', a.first, 'to', a.last, 'previous_from', a.before),
    'currencies', (SELECT coalesce(json_agg(json_build_object(
        'currency', c.currency,
        'total', (SELECT to_json(r) FROM (
            SELECT coalesce(sum(purchases), 0) AS purchases, coalesce(sum(subscription_payments), 0) AS subscription_payments,
                coalesce(sum(subscription_cents), 0) AS subscription_cents, coalesce(sum(amount_cents), 0) AS amount_cents,
                coalesce(sum(refunded_cents), 0) AS refunded_cents, coalesce(sum(held_cents), 0) AS held_cents,
                coalesce(sum(platform_cents), 0) AS platform_cents, coalesce(sum(organization_cents), 0) AS organization_cents,
                coalesce(sum(creator_cents), 0) AS creator_cents
            FROM sold s WHERE s.currency = c.currency AND s.current) r),
        'previous', (SELECT to_json(r) FROM (
            SELECT coalesce(sum(purchases), 0) AS purchases, coalesce(sum(subscription_payments), 0) AS subscription_payments,
                coalesce(sum(subscription_cents), 0) AS subscription_cents, coalesce(sum(amount_cents), 0) AS amount_cents,
                coalesce(sum(refunded_cents), 0) AS refunded_cents, coalesce(sum(held_cents), 0) AS held_cents,
                coalesce(sum(platform_cents), 0) AS platform_cents, coalesce(sum(organization_cents), 0) AS organization_cents,
                coalesce(sum(creator_cents), 0) AS creator_cents
            FROM sold s WHERE s.currency = c.currency AND NOT s.current) r),
        'series', (SELECT json_agg(json_build_object('from', i."from", 'figures', coalesce(to_json(s), to_json(zero))) ORDER BY i."from")
            FROM intervals i CROSS JOIN zero
            LEFT JOIN sold s ON s.currency = c.currency AND s.current AND s."from" = i."from")
    ) ORDER BY c.currency), '[]') FROM (SELECT DISTINCT currency FROM sold) c)
) END)
FROM asked a
