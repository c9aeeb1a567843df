-- commerce.subscription
-- $1 whose, $2 subscription or null, $3 Stripe's name of it or null: one subscription, by either name
SELECT to_json(r) FROM (
    SELECT s.id, s.organization_id, o.name AS organization_name, o.slug AS organization_slug, s.tier_id, t.name AS tier_name, s.status, s.interval,
        s.amount_cents, s.currency, s.period_start AS current_period_start, s.period_end AS current_period_end, s.cancel_at_period_end,
        s.opens_until AS access_until, s.created_at, s.ended_at
    FROM subscriptions s JOIN organizations o ON o.id = s.organization_id JOIN tiers t ON t.id = s.tier_id
    WHERE s.user_id = $1::uuid AND (s.id = $2::uuid OR s.stripe_id = $3)
) r
