-- insights.customer_report
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now; $9 day, week or month. A customer is a person at a seller; new is who paid there for the first time, for a content or a subscription
WITH asked AS MATERIALIZED (
    SELECT t.manages, d.* FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) t
    CROSS JOIN LATERAL report_days(coalesce($4::text, t.timezone), $5::text, $6::date, $7::date, $8::timestamptz) d
), slices AS (
    SELECT greatest(i::date, a.first) AS "from", greatest(i AT TIME ZONE a.timezone, a.starts) AS starts,
        least((i + s.step) AT TIME ZONE a.timezone, a.ends) AS ends
    FROM asked a CROSS JOIN LATERAL (SELECT ('1 ' || $9::text)::interval AS step) s
    CROSS JOIN LATERAL generate_series(date_trunc($9::text, a.first::timestamp), a.last::timestamp, s.step) i
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'range', json_build_object('timezone', a.timezone, 'from', a.first, 'to', a.last, 'previous_from', a.before),
    'total', (SELECT customers FROM customers_within($1::uuid, '2000-01-01T00:00:00Z', a.ends)),
    'current', json_build_object(
        'buyers', (SELECT buyers FROM buyers_within($1::uuid, a.starts, a.ends)),
        'new', (SELECT customers FROM customers_within($1::uuid, a.starts, a.ends))),
    'previous', json_build_object(
        'buyers', (SELECT buyers FROM buyers_within($1::uuid, a.before_starts, a.starts)),
        'new', (SELECT customers FROM customers_within($1::uuid, a.before_starts, a.starts))),
    'series', (SELECT json_agg(json_build_object('from', s."from", 'new', n.customers) ORDER BY s."from")
        FROM slices s CROSS JOIN LATERAL customers_within($1::uuid, s.starts, s.ends) n)
) END)
FROM asked a
