-- commerce.own_subscription
-- $1 subscription, $2 whose
SELECT json_build_object('stripe_id', stripe_id, 'status', status, 'ending', cancel_at_period_end)
FROM subscriptions WHERE id = $1::uuid AND user_id = $2::uuid
