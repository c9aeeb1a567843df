-- commerce.keep_price
-- $1 Stripe's price, $2 tier, $3 interval, $4 amount, $5 now: the id of the price to use
INSERT INTO tier_prices AS p (id, tier_id, interval, amount_cents, created_at) VALUES ($1, $2::uuid, $3, $4::bigint, $5::timestamptz)
ON CONFLICT ON CONSTRAINT tier_prices_amount_key DO UPDATE SET id = p.id
RETURNING to_json(id)
