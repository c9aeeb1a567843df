-- commerce.settle
-- $1 checkout session, $2 now, $3 how it stands, as Stripe answered: nobody paid in it, or not yet
UPDATE checkout_sessions SET status = $3, settled_at = CASE WHEN $3 <> 'pending' THEN $2::timestamptz END
WHERE id = $1 AND settled_at IS NULL AND (status = 'open' OR (status = 'pending' AND $3 = 'failed')) AND status <> $3
RETURNING json_build_object('id', id)
