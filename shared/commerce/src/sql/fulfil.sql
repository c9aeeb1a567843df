-- commerce.fulfil
-- A paid checkout session: $1 purchase, $2 session, $3 payment intent or null, $4 customer or null, $5 buyer, $6 content, $7 amount,
-- $8 currency, $9 who told, $10 now; the event that told of it, or nulls: $11 event, $12 type, $13 payload.
-- Migration 0011 has the function, and why it is one.
SELECT json_build_object('duplicate', fulfil_sale($1::uuid, $2, $3, $4, $5::uuid, $6::uuid, $7::bigint, $8, $9,
    $10::timestamptz, $11, $12, $13::jsonb))
