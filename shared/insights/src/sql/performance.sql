-- insights.performance
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now; $9 content or null, $10 newest, oldest or title, $11 limit, $12 offset. What is counted is counted for the page only
WITH asked AS MATERIALIZED (
    SELECT t.manages, d.* FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) t
    CROSS JOIN LATERAL report_days(coalesce($4::text, t.timezone), $5::text, $6::date, $7::date, $8::timestamptz) d
), matching AS NOT MATERIALIZED (
    SELECT c.id, c.title, c.slug, c.content_type, c.status, c.creator_id, c.organization_id, c.published_at, c.created_at
    FROM content c
    WHERE c.deleted_at IS NULL AND ($1::uuid IS NULL OR c.organization_id = $1::uuid) AND ($9::uuid IS NULL OR c.id = $9::uuid)
), page AS MATERIALIZED (
    SELECT row_number() OVER () AS place, m.* FROM (
        (SELECT * FROM matching WHERE $10::text = 'newest' ORDER BY created_at DESC, id DESC LIMIT $11::int OFFSET $12::int)
        UNION ALL
        (SELECT * FROM matching WHERE $10::text = 'oldest' ORDER BY created_at, id LIMIT $11::int OFFSET $12::int)
        UNION ALL
        (SELECT * FROM matching WHERE $10::text = 'title' ORDER BY lower(title), id LIMIT $11::int OFFSET $12::int)
    ) m
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'range', json_build_object('timezone', a.timezone, 'from', a.first, 'to', a.last, 'previous_from', a.before),
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r ORDER BY r.place), '[]') FROM (
        SELECT g.*,
            (SELECT json_build_object('viewers', count(*), 'completed', count(*) FILTER (WHERE w.completed))
                FROM playback_progress w WHERE w.content_id = g.id) AS audience,
            (SELECT coalesce(json_agg(s ORDER BY s.currency), '[]') FROM (
                SELECT b.currency, coalesce(sum(b.purchases) FILTER (WHERE d.current), 0) AS purchases,
                    coalesce(sum(b.amount_cents) FILTER (WHERE d.current), 0) AS amount_cents,
                    coalesce(sum(b.refunded_cents) FILTER (WHERE d.current), 0) AS refunded_cents,
                    coalesce(sum(n.net) FILTER (WHERE d.current), 0) AS net_cents,
                    coalesce(sum(b.purchases) FILTER (WHERE NOT d.current), 0) AS previous_purchases,
                    coalesce(sum(n.net) FILTER (WHERE NOT d.current), 0) AS previous_net_cents
                FROM (VALUES (true, a.starts, a.ends), (false, a.before_starts, a.starts)) d (current, starts, ends)
                CROSS JOIN LATERAL sold_within(true, d.starts, d.ends) b
                CROSS JOIN LATERAL (SELECT b.platform_cents + b.organization_cents + b.creator_cents AS net) n
                WHERE b.content_id = g.id AND ($1::uuid IS NULL OR b.organization_id = $1::uuid)
                GROUP BY 1 HAVING sum(b.purchases) > 0) s) AS sales
        FROM page g
    ) r)
) END)
FROM asked a
