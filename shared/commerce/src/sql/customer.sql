-- commerce.customer
-- $1 buyer: whom Stripe knows them as, by their last subscription or purchase
SELECT to_json(customer) FROM (
    SELECT coalesce(
        (SELECT s.customer_id FROM subscriptions s WHERE s.user_id = $1::uuid AND s.customer_id IS NOT NULL ORDER BY s.created_at DESC LIMIT 1),
        (SELECT p.customer_id FROM purchases p WHERE p.user_id = $1::uuid AND p.customer_id IS NOT NULL
            ORDER BY p.purchased_at DESC, p.id DESC LIMIT 1)
    ) AS customer
) known
WHERE customer IS NOT NULL
