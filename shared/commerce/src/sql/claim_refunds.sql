-- commerce.claim_refunds
-- $1 now, $2 at most: refunds to make, taken for a while. Each attempt waits twice as long as the one before, from one minute;
-- after twelve somebody must look.
WITH due AS (
    SELECT id FROM refunds_due
    WHERE made_at IS NULL AND failed_at IS NULL AND due_at <= $1::timestamptz
    ORDER BY due_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE refunds_due r
    SET attempts = r.attempts + 1,
        due_at = $1::timestamptz + interval '1 minute' * power(2, r.attempts),
        failed_at = CASE WHEN r.attempts >= 11 THEN $1::timestamptz END
    FROM due WHERE r.id = due.id
    RETURNING r.id, r.purchase_id, r.reason
)
SELECT json_build_object('id', c.id, 'purchase', p.id, 'reason', c.reason, 'payment_intent', p.payment_intent_id)
FROM claimed c JOIN purchases p ON p.id = c.purchase_id
