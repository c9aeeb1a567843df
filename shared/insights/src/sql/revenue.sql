-- insights.revenue
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now; $9 day, week or month. Each currency by itself: the whole, the period before, and every interval of the period
WITH asked AS MATERIALIZED (
    SELECT t.manages, d.* FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) t
    CROSS JOIN LATERAL report_days(coalesce($4::text, t.timezone), $5::text, $6::date, $7::date, $8::timestamptz) d
), slices AS MATERIALIZED (
    SELECT false AS current, a.before AS "from", a.before_starts AS starts, a.starts AS ends FROM asked a
    UNION ALL
    SELECT true, greatest(i::date, a.first), greatest(i AT TIME ZONE a.timezone, a.starts), least((i + s.step) AT TIME ZONE a.timezone, a.ends)
    FROM asked a CROSS JOIN LATERAL (SELECT ('1 ' || $9::text)::interval AS step) s
    CROSS JOIN LATERAL generate_series(date_trunc($9::text, a.first::timestamp), a.last::timestamp, s.step) i
), sold AS MATERIALIZED (
    SELECT s.current, s."from", f.* FROM asked a CROSS JOIN slices s CROSS JOIN LATERAL sales_within($1::uuid, s.starts, s.ends) f WHERE a.manages
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
            FROM slices i CROSS JOIN zero
            LEFT JOIN sold s ON s.currency = c.currency AND s.current AND s."from" = i."from" WHERE i.current)
    ) ORDER BY c.currency), '[]') FROM (SELECT DISTINCT currency FROM sold) c)
) END)
FROM asked a
