-- commerce.open_subscription_checkout
-- $1 Stripe's session, $2 who, $3 tier, $4 Stripe's price, $5 url, $6 now, $7 when it expires; again is the same, and a second open one in the
-- same organization violates a constraint
INSERT INTO subscription_checkouts AS c (id, user_id, organization_id, price_id, url, created_at, expires_at, ask_at)
SELECT $1, $2::uuid, t.organization_id, $4, $5, $6::timestamptz, $7::timestamptz, $6::timestamptz + interval '15 minutes'
FROM tiers t WHERE t.id = $3::uuid
ON CONFLICT (id) DO UPDATE SET url = EXCLUDED.url
RETURNING json_build_object('id', id)
