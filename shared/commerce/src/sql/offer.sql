-- commerce.offer
-- $1 content, $2 buyer, $3 now: what is for sale, whether the buyer needs it, and the checkout they may have left open
SELECT json_build_object(
    'title', c.title,
    'description', left(c.description, 500),
    'price_cents', c.price_cents,
    'currency', c.currency,
    'published', c.status = 'published',
    'for_sale', c.visibility = 'purchased_only' AND c.price_cents > 0,
    'enabled', coalesce((SELECT o.purchases_enabled FROM organizations o WHERE o.id = c.organization_id), true),
    'own', c.creator_id = u.id,
    'customer', (SELECT p.customer_id FROM purchases p WHERE p.user_id = u.id AND p.customer_id IS NOT NULL ORDER BY p.purchased_at DESC LIMIT 1),
    'pending', EXISTS (SELECT FROM checkout_sessions s WHERE s.user_id = u.id AND s.content_id = c.id AND s.status = 'pending'),
    'disputed', EXISTS (SELECT FROM purchases p WHERE p.user_id = u.id AND p.content_id = c.id AND p.status = 'disputed'),
    'owned', EXISTS (SELECT FROM content_access a WHERE a.user_id = u.id AND a.content_id = c.id AND a.revoked_at IS NULL),
    'buyer_email', u.email,
    'open', (
        SELECT to_json(r) FROM (
            SELECT s.id, s.url FROM checkout_sessions s
            WHERE s.user_id = u.id AND s.content_id = c.id AND s.price_cents = c.price_cents
                AND s.settled_at IS NULL AND s.status = 'open' AND s.expires_at > $3::timestamptz + interval '5 minutes'
            ORDER BY s.expires_at DESC LIMIT 1
        ) r
    ),
    'latest', (
        SELECT s.id FROM checkout_sessions s WHERE s.user_id = u.id AND s.content_id = c.id ORDER BY s.expires_at DESC LIMIT 1
    )
)
FROM content c JOIN users u ON u.id = $2::uuid
WHERE c.id = $1::uuid AND c.deleted_at IS NULL
