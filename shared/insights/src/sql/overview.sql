-- insights.overview
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; the days: $4 zone, $5 preset, $6 first, $7 last, each or
-- null, $8 now; $9 day, week or month; $10 how many contents are ranked, $11 how much of what happened is told. The parts of revenue,
-- customer_report, top_content, dashboard and activity that one page shows, with the asker and the days looked up once
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
), totals AS (
    SELECT currency, current, sum(purchases) AS purchases, sum(subscription_payments) AS subscription_payments,
        sum(subscription_cents) AS subscription_cents, sum(amount_cents) AS amount_cents, sum(refunded_cents) AS refunded_cents,
        sum(held_cents) AS held_cents, sum(platform_cents) AS platform_cents, sum(organization_cents) AS organization_cents,
        sum(creator_cents) AS creator_cents
    FROM sold GROUP BY 1, 2
), zero AS (
    SELECT 0 AS purchases, 0 AS subscription_payments, 0 AS subscription_cents, 0 AS amount_cents, 0 AS refunded_cents, 0 AS held_cents, 0 AS platform_cents, 0 AS organization_cents, 0 AS creator_cents
), bought AS MATERIALIZED (
    SELECT s.content_id, s.currency, sum(s.purchases) AS purchases, sum(s.amount_cents) AS amount_cents, sum(s.refunded_cents) AS refunded_cents,
        sum(s.platform_cents + s.organization_cents + s.creator_cents) AS net_cents
    FROM asked a CROSS JOIN LATERAL sold_within(true, a.starts, a.ends) s
    WHERE a.manages AND $10::int > 0 AND ($1::uuid IS NULL OR s.organization_id = $1::uuid)
    GROUP BY 1, 2 HAVING sum(s.purchases) > 0
), chosen AS MATERIALIZED (
    SELECT currency FROM bought GROUP BY currency ORDER BY sum(purchases) DESC, currency LIMIT 1
), ranked AS (
    SELECT b.*, row_number() OVER (ORDER BY b.net_cents DESC, b.content_id) AS place
    FROM bought b JOIN chosen USING (currency)
    ORDER BY b.net_cents DESC, b.content_id LIMIT $10::int
), happened AS MATERIALIZED (
    SELECT * FROM (
        (SELECT l.posted_at AS at, 1 AS source, l.id AS n, NULL::uuid AS ref, l.kind, l.organization_id, l.purchase_id,
            NULL::uuid AS user_id, NULL::uuid AS content_id, NULL::uuid AS actor_id, NULL::text AS reason, l.currency,
            greatest(abs(l.buyer_cents), abs(l.stripe_cents)) AS amount_cents
        FROM ledger_entries l
        WHERE l.kind <> 'transfer' AND ($1::uuid IS NULL OR l.organization_id = $1::uuid) ORDER BY 1 DESC, 3 DESC LIMIT $11::int)
        UNION ALL
        (SELECT g.granted_at, 2, NULL, g.id, 'access_granted', g.organization_id, NULL, g.user_id, g.content_id, g.granted_by, g.reason, NULL, NULL
        FROM access_grants g
        WHERE ($1::uuid IS NULL OR g.organization_id = $1::uuid) ORDER BY 1 DESC, 4 DESC LIMIT $11::int)
        UNION ALL
        (SELECT g.revoked_at, 3, NULL, g.id, 'access_revoked', g.organization_id, NULL, g.user_id, g.content_id, g.revoked_by, g.revoke_reason, NULL, NULL
        FROM access_grants g
        WHERE g.revoked_at IS NOT NULL AND ($1::uuid IS NULL OR g.organization_id = $1::uuid) ORDER BY 1 DESC, 4 DESC LIMIT $11::int)
        UNION ALL
        (SELECT c.published_at, 4, NULL, c.id, 'content_published', c.organization_id, NULL, c.creator_id, c.id, NULL, NULL, NULL, NULL
        FROM content c
        WHERE c.status = 'published' AND c.deleted_at IS NULL AND ($1::uuid IS NULL OR c.organization_id = $1::uuid)
        ORDER BY 1 DESC, 4 DESC LIMIT $11::int)
        UNION ALL
        (SELECT i.created_at, 5, NULL, i.id, 'oversight_' || i.action, i.organization_id, NULL, NULL, i.content_id, i.actor_id, i.reason, NULL, NULL
        FROM content_interventions i
        WHERE ($1::uuid IS NULL OR i.organization_id = $1::uuid) ORDER BY 1 DESC, 4 DESC LIMIT $11::int)
        UNION ALL
        (SELECT m.created_at, 6, NULL, m.user_id, 'member_joined', m.organization_id, NULL, m.user_id, NULL, NULL, NULL, NULL, NULL
        FROM organization_members m
        WHERE ($1::uuid IS NULL OR m.organization_id = $1::uuid) ORDER BY 1 DESC, 4 DESC LIMIT $11::int)
    ) merged
    ORDER BY at DESC, source, n DESC, ref DESC LIMIT $11::int
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'range', json_build_object('timezone', a.timezone, 'from', a.first, 'to', a.last, 'previous_from', a.before),
    'revenue', (SELECT coalesce(json_agg(json_build_object(
        'currency', c.currency,
        'total', coalesce((SELECT to_json(t) FROM totals t WHERE t.currency = c.currency AND t.current), (SELECT to_json(z) FROM zero z)),
        'previous', coalesce((SELECT to_json(t) FROM totals t WHERE t.currency = c.currency AND NOT t.current), (SELECT to_json(z) FROM zero z)),
        'series', (SELECT json_agg(json_build_object('from', i."from", 'figures', coalesce(to_json(s), to_json(zero))) ORDER BY i."from")
            FROM slices i CROSS JOIN zero
            LEFT JOIN sold s ON s.currency = c.currency AND s.current AND s."from" = i."from" WHERE i.current)
    ) ORDER BY c.currency), '[]') FROM (SELECT DISTINCT currency FROM sold) c),
    'customers', json_build_object(
        'total', (SELECT customers FROM customers_within($1::uuid, '2000-01-01T00:00:00Z', a.ends)),
        'new', (SELECT customers FROM customers_within($1::uuid, a.starts, a.ends)),
        'previous_new', (SELECT customers FROM customers_within($1::uuid, a.before_starts, a.starts)),
        'series', (SELECT json_agg(json_build_object('from', i."from", 'new', n.customers) ORDER BY i."from")
            FROM slices i CROSS JOIN LATERAL customers_within($1::uuid, i.starts, i.ends) n WHERE i.current)),
    'content', (SELECT json_object_agg(s.status, (SELECT count(*) FROM (
            SELECT FROM content c WHERE c.deleted_at IS NULL AND c.status = s.status AND ($1::uuid IS NULL OR c.organization_id = $1::uuid)
            LIMIT 10000) counted))
        FROM unnest(ARRAY['draft', 'published', 'archived']) AS s (status)),
    'followers', (SELECT o.follower_count FROM organizations o WHERE o.id = $1::uuid),
    'top_currency', (SELECT currency FROM chosen),
    'top', (SELECT coalesce(json_agg(r ORDER BY r.place), '[]') FROM (
        SELECT s.place, c.id, c.title, c.slug, c.content_type, c.status, c.creator_id, c.organization_id,
            json_build_object('purchases', s.purchases, 'amount_cents', s.amount_cents, 'refunded_cents', s.refunded_cents, 'net_cents', s.net_cents) AS sales,
            (SELECT json_build_object('purchases', coalesce(sum(b.purchases), 0), 'amount_cents', coalesce(sum(b.amount_cents), 0),
                'refunded_cents', coalesce(sum(b.refunded_cents), 0),
                'net_cents', coalesce(sum(b.platform_cents + b.organization_cents + b.creator_cents), 0))
                FROM sold_within(true, a.before_starts, a.starts) b
                WHERE b.content_id = s.content_id AND b.currency = s.currency AND ($1::uuid IS NULL OR b.organization_id = $1::uuid)) AS previous
        FROM ranked s JOIN content c ON c.id = s.content_id
    ) r),
    'activity', (SELECT coalesce(json_agg(r ORDER BY r.at DESC, r.source, r.n DESC, r.ref DESC), '[]') FROM (
        SELECT h.at, h.source, h.n, h.ref, h.kind, h.organization_id, h.purchase_id, h.actor_id, h.reason, h.currency, h.amount_cents,
            coalesce(h.user_id, p.user_id, s.user_id) AS user_id, u.name AS user_name,
            coalesce(h.content_id, p.content_id) AS content_id, c.title AS content_title
        FROM happened h LEFT JOIN purchases p ON p.id = h.purchase_id
        LEFT JOIN ledger_entries l ON h.source = 1 AND h.purchase_id IS NULL AND l.id = h.n
        LEFT JOIN subscription_payments s ON s.id = l.invoice_id
        LEFT JOIN users u ON u.id = coalesce(h.user_id, p.user_id, s.user_id)
        LEFT JOIN content c ON c.id = coalesce(h.content_id, p.content_id)
    ) r)
) END)
FROM asked a
