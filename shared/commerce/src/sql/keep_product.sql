-- commerce.keep_product
-- $1 tier, $2 Stripe's product, $3 its name there: the id of the product to use
INSERT INTO tier_products AS k (tier_id, id, name) VALUES ($1::uuid, $2, $3)
ON CONFLICT (tier_id) DO UPDATE SET name = CASE WHEN k.id = EXCLUDED.id THEN EXCLUDED.name ELSE k.name END
RETURNING to_json(id)
