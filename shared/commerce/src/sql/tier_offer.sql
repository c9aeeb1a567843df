-- commerce.tier_offer
-- $1 tier, $2 interval, $3 who, $4 now: what is on offer, what Stripe calls it, and what they have of its organization already
SELECT json_build_object(
    'tier', json_build_object(
        'id', t.id, 'name', t.name, 'currency', t.currency, 'amount', a.amount,
        'product', (SELECT json_build_object('id', k.id, 'name', k.name) FROM tier_products k WHERE k.tier_id = t.id),
        'price', (SELECT p.id FROM tier_prices p WHERE p.tier_id = t.id AND p.interval = $2 AND p.amount_cents = a.amount)
    ),
    'active', t.status = 'active',
    'enabled', o.subscriptions_enabled,
    'own', EXISTS (
        SELECT FROM organization_members m WHERE m.organization_id = t.organization_id AND m.user_id = u.id AND m.role IN ('owner', 'admin')
    ),
    'customer', coalesce(
        (SELECT s.customer_id FROM subscriptions s WHERE s.user_id = u.id AND s.customer_id IS NOT NULL ORDER BY s.created_at DESC LIMIT 1),
        (SELECT p.customer_id FROM purchases p WHERE p.user_id = u.id AND p.customer_id IS NOT NULL ORDER BY p.purchased_at DESC LIMIT 1)
    ),
    'email', u.email,
    'subscription', (
        SELECT json_build_object('id', s.id, 'stripe_id', s.stripe_id, 'item_id', s.item_id, 'ending', s.cancel_at_period_end, 'price_id', s.price_id)
        FROM subscriptions s
        WHERE s.user_id = u.id AND s.organization_id = t.organization_id AND s.status NOT IN ('canceled', 'incomplete_expired')
        ORDER BY s.created_at DESC LIMIT 1
    ),
    'open', (
        SELECT json_build_object('id', c.id, 'url', c.url, 'price_id', c.price_id, 'fresh', c.expires_at > $4::timestamptz + interval '5 minutes')
        FROM subscription_checkouts c WHERE c.user_id = u.id AND c.organization_id = t.organization_id AND c.settled_at IS NULL
    ),
    'latest', (
        SELECT c.id FROM subscription_checkouts c WHERE c.user_id = u.id AND c.organization_id = t.organization_id ORDER BY c.created_at DESC LIMIT 1
    )
)
FROM tiers t
JOIN organizations o ON o.id = t.organization_id AND o.deleted_at IS NULL
JOIN users u ON u.id = $3::uuid
CROSS JOIN LATERAL (SELECT CASE $2::text WHEN 'annual' THEN t.annual_cents ELSE t.monthly_cents END AS amount) a
WHERE t.id = $1::uuid
