-- insights.customer
-- $1 organization or null for all, $2 who asks, $3 whether they run the platform, $4 customer, $5 limit and $6 offset of what they bought,
-- the newest first; and what they were given, and what their subscriptions paid, the newest hundred of each
WITH asked AS MATERIALIZED (SELECT manages FROM managed_tenant($1::uuid, $2::uuid, $3::boolean)),
places AS MATERIALIZED (
    SELECT c.* FROM customers c WHERE c.user_id = $4::uuid AND ($1::uuid IS NULL OR c.organization_id = $1::uuid)
), bought AS NOT MATERIALIZED (
    SELECT p.* FROM purchases p WHERE p.user_id = $4::uuid AND ($1::uuid IS NULL OR p.organization_id = $1::uuid)
)
SELECT json_build_object('manages', a.manages, 'found', CASE WHEN a.manages THEN (
    SELECT json_build_object(
        'customer', json_build_object(
            'id', u.id, 'organization_id', $1::uuid,
            'person', json_build_object('name', u.name, 'email', CASE WHEN u.deleted_at IS NULL THEN u.email END, 'avatar_url', u.avatar_url),
            'purchases', (SELECT sum(purchases) FROM places), 'subscription_payments', (SELECT sum(subscription_payments) FROM places), 'first_purchased_at', (SELECT min(first_purchased_at) FROM places),
            'last_at', (SELECT max(last_at) FROM places),
            'spent', (SELECT coalesce(json_agg(t ORDER BY t.currency), '[]') FROM (
                SELECT s.currency, sum(s.purchases) AS purchases, sum(s.subscription_payments) AS subscription_payments, sum(s.amount_cents) AS amount_cents,
                    sum(s.refunded_cents) AS refunded_cents, sum(s.net_cents) AS net_cents
                FROM customer_spending s WHERE s.user_id = u.id AND ($1::uuid IS NULL OR s.organization_id = $1::uuid) GROUP BY 1) t)),
        'grants', (SELECT coalesce(json_agg(g), '[]') FROM (
            SELECT g.id, g.user_id, g.content_id, (SELECT c.title FROM content c WHERE c.id = g.content_id) AS title, g.organization_id,
                g.granted_by, g.granted_at, g.reason, g.revoked_by, g.revoked_at, g.revoke_reason
            FROM access_grants g WHERE g.user_id = u.id AND ($1::uuid IS NULL OR g.organization_id = $1::uuid)
            ORDER BY g.granted_at DESC, g.id DESC LIMIT 100) g),
        'paid_periods', (SELECT coalesce(json_agg(i), '[]') FROM (
            SELECT i.id, i.tier_id, (SELECT t.name FROM tiers t WHERE t.id = i.tier_id) AS tier, i.organization_id, i.status, i.amount_cents, i.currency,
                i.refunded_cents + i.lost_cents AS refunded_cents, i.amount_cents - i.refunded_cents - i.lost_cents - i.held_cents AS net_cents,
                i.period_start, i.period_end, i.paid_at
            FROM subscription_payments i WHERE i.user_id = u.id AND ($1::uuid IS NULL OR i.organization_id = $1::uuid)
            ORDER BY i.paid_at DESC, i.id LIMIT 100) i),
        'bought', json_build_object(
            'total', (SELECT count(*) FROM bought),
            'items', (SELECT coalesce(json_agg(b), '[]') FROM (
                SELECT p.id, p.content_id, (SELECT c.title FROM content c WHERE c.id = p.content_id) AS title, p.organization_id, p.status,
                    p.amount_cents, p.currency, p.refunded_cents + p.lost_cents AS refunded_cents,
                    CASE WHEN p.duplicate THEN 0 ELSE p.amount_cents - p.refunded_cents - p.lost_cents - p.held_cents END AS net_cents,
                    p.purchased_at
                FROM bought p ORDER BY p.purchased_at DESC, p.id DESC LIMIT $5::int OFFSET $6::int) b)))
    FROM users u WHERE u.id = $4::uuid AND EXISTS (SELECT FROM places)
) END)
FROM asked a
