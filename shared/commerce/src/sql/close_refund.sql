-- commerce.close_refund
-- $1 refund to make, $2 now, $3 Stripe's refund or null, $4 the refusal's code or null, $5 whether asking again is in vain
UPDATE refunds_due SET refund_id = $3, problem = $4,
    made_at = CASE WHEN $4::text IS NULL THEN $2::timestamptz END,
    failed_at = CASE WHEN $4::text IS NULL THEN NULL WHEN $5::boolean THEN $2::timestamptz ELSE failed_at END
WHERE id = $1::uuid AND made_at IS NULL
RETURNING json_build_object('id', id)
