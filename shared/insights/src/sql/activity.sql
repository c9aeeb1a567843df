-- insights.activity
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform, $4 kind or null, $5 limit, $6 offset. Each source is read
-- in the order of time, as far as the page needs; the newest 10,000 are shown, and 2,000 counted
WITH asked AS MATERIALIZED (SELECT manages FROM managed_tenant($1::uuid, $2::uuid, $3::boolean)),
money AS NOT MATERIALIZED (
    SELECT l.posted_at AS at, 1 AS source, l.id AS n, NULL::uuid AS ref, l.kind, l.organization_id, l.purchase_id,
        NULL::uuid AS user_id, NULL::uuid AS content_id, NULL::uuid AS actor_id, NULL::text AS reason, l.currency,
        greatest(abs(l.buyer_cents), abs(l.stripe_cents)) AS amount_cents
    FROM ledger_entries l
    WHERE l.kind <> 'transfer' AND ($1::uuid IS NULL OR l.organization_id = $1::uuid) AND ($4::text IS NULL OR l.kind = $4::text)
), granted AS NOT MATERIALIZED (
    SELECT g.granted_at AS at, 2 AS source, NULL::bigint AS n, g.id AS ref, 'access_granted' AS kind, g.organization_id, NULL::uuid AS purchase_id,
        g.user_id, g.content_id, g.granted_by AS actor_id, g.reason, NULL::text AS currency, NULL::bigint AS amount_cents
    FROM access_grants g
    WHERE ($1::uuid IS NULL OR g.organization_id = $1::uuid) AND coalesce($4::text, 'access_granted') = 'access_granted'
), revoked AS NOT MATERIALIZED (
    SELECT g.revoked_at AS at, 3 AS source, NULL::bigint AS n, g.id AS ref, 'access_revoked' AS kind, g.organization_id, NULL::uuid AS purchase_id,
        g.user_id, g.content_id, g.revoked_by AS actor_id, g.revoke_reason AS reason, NULL::text AS currency, NULL::bigint AS amount_cents
    FROM access_grants g
    WHERE g.revoked_at IS NOT NULL AND ($1::uuid IS NULL OR g.organization_id = $1::uuid)
        AND coalesce($4::text, 'access_revoked') = 'access_revoked'
), published AS NOT MATERIALIZED (
    SELECT c.published_at AS at, 4 AS source, NULL::bigint AS n, c.id AS ref, 'content_published' AS kind, c.organization_id, NULL::uuid AS purchase_id,
        c.creator_id AS user_id, c.id AS content_id, NULL::uuid AS actor_id, NULL::text AS reason, NULL::text AS currency, NULL::bigint AS amount_cents
    FROM content c
    WHERE c.status = 'published' AND c.deleted_at IS NULL AND ($1::uuid IS NULL OR c.organization_id = $1::uuid)
        AND coalesce($4::text, 'content_published') = 'content_published'
), intervened AS NOT MATERIALIZED (
    SELECT i.created_at AS at, 5 AS source, NULL::bigint AS n, i.id AS ref, 'oversight_' || i.action AS kind, i.organization_id, NULL::uuid AS purchase_id,
        NULL::uuid AS user_id, i.content_id, i.actor_id, i.reason, NULL::text AS currency, NULL::bigint AS amount_cents
    FROM content_interventions i
    WHERE ($1::uuid IS NULL OR i.organization_id = $1::uuid) AND ($4::text IS NULL OR 'oversight_' || i.action = $4::text)
), joined AS NOT MATERIALIZED (
    SELECT m.created_at AS at, 6 AS source, NULL::bigint AS n, m.user_id AS ref, 'member_joined' AS kind, m.organization_id, NULL::uuid AS purchase_id,
        m.user_id, NULL::uuid AS content_id, NULL::uuid AS actor_id, NULL::text AS reason, NULL::text AS currency, NULL::bigint AS amount_cents
    FROM organization_members m
    WHERE ($1::uuid IS NULL OR m.organization_id = $1::uuid) AND coalesce($4::text, 'member_joined') = 'member_joined'
), page AS MATERIALIZED (
    SELECT * FROM (
        (SELECT * FROM money ORDER BY at DESC, n DESC LIMIT least(10000, $5::int + $6::int))
        UNION ALL
        (SELECT * FROM granted ORDER BY at DESC, ref DESC LIMIT least(10000, $5::int + $6::int))
        UNION ALL
        (SELECT * FROM revoked ORDER BY at DESC, ref DESC LIMIT least(10000, $5::int + $6::int))
        UNION ALL
        (SELECT * FROM published ORDER BY at DESC, ref DESC LIMIT least(10000, $5::int + $6::int))
        UNION ALL
        (SELECT * FROM intervened ORDER BY at DESC, ref DESC LIMIT least(10000, $5::int + $6::int))
        UNION ALL
        (SELECT * FROM joined ORDER BY at DESC, ref DESC LIMIT least(10000, $5::int + $6::int))
    ) merged
    WHERE $6::int < 10000
    ORDER BY at DESC, source, n DESC, ref DESC LIMIT $5::int OFFSET $6::int
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN json_build_object(
    'total', (SELECT count(*) FROM (
        (SELECT FROM money ORDER BY at DESC, n DESC LIMIT 2000)
        UNION ALL SELECT FROM published UNION ALL SELECT FROM joined
        UNION ALL SELECT FROM granted UNION ALL SELECT FROM revoked UNION ALL SELECT FROM intervened
        LIMIT 2000) counted),
    'items', (SELECT coalesce(json_agg(r ORDER BY r.at DESC, r.source, r.n DESC, r.ref DESC), '[]') FROM (
        SELECT g.*, u.name AS user_name, c.title AS content_title
        FROM (
            SELECT page.at, page.source, page.n, page.ref, page.kind, page.organization_id, page.purchase_id, page.actor_id, page.reason,
                page.currency, page.amount_cents, coalesce(page.user_id, p.user_id, s.user_id) AS user_id, coalesce(page.content_id, p.content_id) AS content_id
            FROM page LEFT JOIN purchases p ON p.id = page.purchase_id
            LEFT JOIN ledger_entries l ON page.source = 1 AND page.purchase_id IS NULL AND l.id = page.n
            LEFT JOIN subscription_payments s ON s.id = l.invoice_id
        ) g
        LEFT JOIN users u ON u.id = g.user_id
        LEFT JOIN content c ON c.id = g.content_id
    ) r)
) END)
FROM asked a
