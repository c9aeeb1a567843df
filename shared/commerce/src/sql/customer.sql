-- commerce.customer
-- $1 buyer: whom Stripe knows them as, by their last purchase
SELECT to_json(customer_id) FROM purchases WHERE user_id = $1::uuid AND customer_id IS NOT NULL ORDER BY purchased_at DESC, id DESC LIMIT 1
