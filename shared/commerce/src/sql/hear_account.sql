-- commerce.hear_account
-- A seller's account at Stripe: $1 account, $2 user or null, $3 organization or null, $4 charges, $5 payouts, $6 details, $7 why it is disabled,
-- $8 what is due, $9 deauthorized, $10 when Stripe said so; $11 event, $12 who told, $13 type, $14 payload, $15 now. Older news changes nothing.
WITH inbox AS (
    INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
    VALUES ($11, $12, $13, $14::jsonb, $15::timestamptz, true)
    ON CONFLICT (id) DO NOTHING
)
INSERT INTO connect_accounts AS a (id, user_id, organization_id, charges_enabled, payouts_enabled, details_submitted, disabled_reason,
    currently_due, deauthorized_at, told_at)
VALUES ($1, (SELECT id FROM users WHERE id = $2::uuid), (SELECT id FROM organizations WHERE id = $3::uuid), $4::boolean, $5::boolean,
    $6::boolean, $7, $8::jsonb, CASE WHEN $9::boolean THEN $10::timestamptz END, $10::timestamptz)
ON CONFLICT (id) DO UPDATE SET
    user_id = coalesce(EXCLUDED.user_id, a.user_id),
    organization_id = coalesce(EXCLUDED.organization_id, a.organization_id),
    charges_enabled = EXCLUDED.charges_enabled,
    payouts_enabled = EXCLUDED.payouts_enabled,
    details_submitted = EXCLUDED.details_submitted,
    disabled_reason = EXCLUDED.disabled_reason,
    currently_due = EXCLUDED.currently_due,
    deauthorized_at = EXCLUDED.deauthorized_at,
    told_at = EXCLUDED.told_at
    WHERE a.told_at <= EXCLUDED.told_at
RETURNING json_build_object('id', id)
