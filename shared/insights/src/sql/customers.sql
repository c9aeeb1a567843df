-- insights.customers
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform; each or null: $4 part of the name or address as a
-- pattern, $5 currency in which they paid; $6 recent, newest or spent (most in $5), $7 limit, $8 offset. A customer is a person at a
-- seller. They are read in the order of an index. Who is searched for is looked up among people, and counted to 300; what more of those
-- bear is looked for among the first 2,000 customers of that order. In a currency are counted 1,000. Every order ends with person and seller
WITH asked AS MATERIALIZED (SELECT manages FROM managed_tenant($1::uuid, $2::uuid, $3::boolean)),
people AS MATERIALIZED (
    SELECT u.id FROM users u
    WHERE $4::text IS NOT NULL AND u.deleted_at IS NULL AND (u.name ILIKE $4::text OR u.email ILIKE $4::text) LIMIT 301
), bearers AS MATERIALIZED (
    SELECT count(*) > 300 AS many FROM people
), every AS NOT MATERIALIZED (
    SELECT c.user_id, c.organization_id, c.last_at, c.first_purchased_at, NULL::bigint AS net_cents FROM customers c
    WHERE ($1::uuid IS NULL OR c.organization_id = $1::uuid) AND ($5::text IS NULL OR EXISTS (
        SELECT FROM customer_spending s
        WHERE s.user_id = c.user_id AND s.currency = $5::text AND s.organization_id IS NOT DISTINCT FROM c.organization_id))
), spent AS NOT MATERIALIZED (
    SELECT s.user_id, s.organization_id, NULL::timestamptz AS last_at, NULL::timestamptz AS first_purchased_at, s.net_cents FROM customer_spending s
    WHERE s.currency = $5::text AND ($1::uuid IS NULL OR s.organization_id = $1::uuid)
), first AS NOT MATERIALIZED (
    (SELECT * FROM every WHERE $6::text = 'recent' ORDER BY last_at DESC, user_id DESC, organization_id LIMIT 2000)
    UNION ALL
    (SELECT * FROM every WHERE $6::text = 'newest' ORDER BY first_purchased_at DESC NULLS LAST, user_id DESC, organization_id LIMIT 2000)
    UNION ALL
    (SELECT * FROM spent WHERE $6::text = 'spent' ORDER BY net_cents DESC, user_id DESC, organization_id LIMIT 2000)
), searched AS MATERIALIZED (
    -- OFFSET 0: each person is looked up by key, however few customers the planner takes a seller's to be.
    SELECT c.user_id, c.organization_id, c.last_at, c.first_purchased_at, s.net_cents
    FROM people u
    CROSS JOIN LATERAL (SELECT * FROM customers c WHERE c.user_id = u.id AND ($1::uuid IS NULL OR c.organization_id = $1::uuid) OFFSET 0) c
    LEFT JOIN LATERAL (
        SELECT s.net_cents FROM customer_spending s
        WHERE s.user_id = c.user_id AND s.currency = $5::text AND s.organization_id IS NOT DISTINCT FROM c.organization_id OFFSET 0) s ON true
    WHERE $4::text IS NOT NULL AND NOT (SELECT many FROM bearers) AND ($5::text IS NULL OR s.net_cents IS NOT NULL)
    UNION ALL
    (SELECT f.* FROM first f
    CROSS JOIN LATERAL (SELECT FROM users u
        WHERE u.id = f.user_id AND u.deleted_at IS NULL AND (u.name ILIKE $4::text OR u.email ILIKE $4::text) OFFSET 0) u
    WHERE $4::text IS NOT NULL AND (SELECT many FROM bearers) LIMIT 300)
), page AS MATERIALIZED (
    SELECT row_number() OVER () AS place, m.* FROM (
        (SELECT user_id, organization_id FROM every WHERE $4::text IS NULL AND $6::text = 'recent'
            ORDER BY last_at DESC, user_id DESC, organization_id LIMIT $7::int OFFSET $8::int)
        UNION ALL
        (SELECT user_id, organization_id FROM every WHERE $4::text IS NULL AND $6::text = 'newest'
            ORDER BY first_purchased_at DESC NULLS LAST, user_id DESC, organization_id LIMIT $7::int OFFSET $8::int)
        UNION ALL
        (SELECT user_id, organization_id FROM spent WHERE $4::text IS NULL AND $6::text = 'spent'
            ORDER BY net_cents DESC, user_id DESC, organization_id LIMIT $7::int OFFSET $8::int)
        UNION ALL
        (SELECT user_id, organization_id FROM searched
            ORDER BY CASE $6::text WHEN 'spent' THEN net_cents END DESC,
                CASE $6::text WHEN 'recent' THEN last_at WHEN 'newest' THEN first_purchased_at END DESC NULLS LAST, user_id DESC, organization_id
            LIMIT $7::int OFFSET $8::int)
    ) m
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'total', CASE
        WHEN $4::text IS NOT NULL THEN (SELECT count(*) FROM searched)
        WHEN $5::text IS NOT NULL THEN (SELECT count(*) FROM (SELECT FROM spent ORDER BY net_cents DESC, user_id DESC, organization_id LIMIT 1000) counted)
        ELSE (SELECT least(10000, customers) FROM customers_within($1::uuid, '1970-01-01T00:00:00Z', '2100-01-01T00:00:00Z')) END,
    'items', (SELECT coalesce(json_agg(r ORDER BY r.place), '[]') FROM (
        SELECT g.place, c.user_id AS id, c.organization_id, c.purchases, c.subscription_payments, c.first_purchased_at, c.last_at,
            json_build_object('name', u.name, 'email', CASE WHEN u.deleted_at IS NULL THEN u.email END, 'avatar_url', u.avatar_url) AS person,
            (SELECT coalesce(json_agg(s ORDER BY s.currency), '[]') FROM (
                SELECT s.currency, s.purchases, s.subscription_payments, s.amount_cents, s.refunded_cents, s.net_cents FROM customer_spending s
                WHERE s.user_id = c.user_id AND s.organization_id IS NOT DISTINCT FROM c.organization_id) s) AS spent
        FROM page g
        JOIN customers c ON c.user_id = g.user_id AND c.organization_id IS NOT DISTINCT FROM g.organization_id
        JOIN users u ON u.id = g.user_id
    ) r)
) END)
FROM asked a
