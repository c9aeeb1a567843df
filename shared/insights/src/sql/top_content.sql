-- insights.top_content
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now; $9 currency, or null for the one with most sales; $10 revenue or purchases, $11 limit, $12 offset. Ties by id
WITH asked AS MATERIALIZED (
    SELECT t.manages, d.* FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) t
    CROSS JOIN LATERAL report_days(coalesce($4::text, t.timezone), $5::text, $6::date, $7::date, $8::timestamptz) d
), sold AS MATERIALIZED (
    SELECT s.content_id, s.currency, sum(s.purchases) AS purchases, sum(s.amount_cents) AS amount_cents, sum(s.refunded_cents) AS refunded_cents,
        sum(s.platform_cents + s.organization_cents + s.creator_cents) AS net_cents
    FROM asked a CROSS JOIN LATERAL sold_within(true, a.starts, a.ends) s
    WHERE a.manages AND ($1::uuid IS NULL OR s.organization_id = $1::uuid)
    GROUP BY 1, 2 HAVING sum(s.purchases) > 0
), chosen AS MATERIALIZED (
    SELECT coalesce($9::text, (SELECT currency FROM sold GROUP BY currency ORDER BY sum(purchases) DESC, currency LIMIT 1)) AS currency
), ranked AS (
    SELECT s.* FROM sold s JOIN chosen ON chosen.currency = s.currency
    ORDER BY CASE $10::text WHEN 'revenue' THEN s.net_cents ELSE s.purchases END DESC, s.content_id
    LIMIT $11::int OFFSET $12::int
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'range', json_build_object('timezone', a.timezone, 'from', a.first, 'to', a.last, 'previous_from', a.before),
    'currency', (SELECT currency FROM chosen),
    'currencies', (SELECT coalesce(json_agg(DISTINCT currency ORDER BY currency), '[]') FROM sold),
    'total', (SELECT count(*) FROM sold JOIN chosen USING (currency)),
    'items', (SELECT coalesce(json_agg(r ORDER BY r.place), '[]') FROM (
        SELECT row_number() OVER (ORDER BY CASE $10::text WHEN 'revenue' THEN s.net_cents ELSE s.purchases END DESC, s.content_id) + $12::int AS place,
            c.id, c.title, c.slug, c.content_type, c.status, c.creator_id, c.organization_id,
            json_build_object('purchases', s.purchases, 'amount_cents', s.amount_cents, 'refunded_cents', s.refunded_cents, 'net_cents', s.net_cents) AS sales,
            (SELECT json_build_object('purchases', coalesce(sum(b.purchases), 0), 'amount_cents', coalesce(sum(b.amount_cents), 0),
                'refunded_cents', coalesce(sum(b.refunded_cents), 0),
                'net_cents', coalesce(sum(b.platform_cents + b.organization_cents + b.creator_cents), 0))
                FROM sold_within(true, a.before_starts, a.starts) b
                WHERE b.content_id = s.content_id AND b.currency = s.currency AND ($1::uuid IS NULL OR b.organization_id = $1::uuid)) AS previous
        FROM ranked s JOIN content c ON c.id = s.content_id
    ) r)
) END)
FROM asked a
