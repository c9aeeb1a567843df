-- commerce.open_checkout
-- $1 Stripe's session, $2 buyer, $3 content, $4 price, $5 url, $6 now, $7 when it expires; again is the same
INSERT INTO checkout_sessions (id, user_id, content_id, price_cents, url, created_at, expires_at, ask_at)
VALUES ($1, $2::uuid, $3::uuid, $4::bigint, $5, $6::timestamptz, $7::timestamptz, $6::timestamptz + interval '15 minutes')
ON CONFLICT (id) DO NOTHING
RETURNING json_build_object('id', id)
