-- commerce.purchase
-- $1 purchase or null, $2 checkout session or null, $3 buyer: one purchase, by either name
SELECT to_json(r) FROM (
    SELECT p.id, p.content_id, c.title, c.slug, c.thumbnail_url, p.organization_id, p.status, p.amount_cents, p.currency,
        p.refunded_cents + p.lost_cents AS refunded_cents, p.purchased_at
    FROM purchases p JOIN content c ON c.id = p.content_id
    WHERE (p.id = $1::uuid OR p.checkout_session_id = $2) AND p.user_id = $3::uuid
) r
