-- commerce.take_ticket
-- $1 Stripe's subscription, $2 now, $3 who asks, $4 whether even if somebody is asking since its latest news: a ticket, by which Stripe's
-- answer will be written. For two minutes nobody else asks, unless something is heard.
INSERT INTO subscription_news AS n (id, ticket, ask_at, told_by)
VALUES ($1, 1, $2::timestamptz + interval '2 minutes', $3)
ON CONFLICT (id) DO UPDATE SET
    ticket = n.ticket + 1,
    ask_at = EXCLUDED.ask_at,
    told_by = CASE WHEN $4::boolean THEN EXCLUDED.told_by ELSE n.told_by END,
    event_id = CASE WHEN $4::boolean THEN NULL ELSE n.event_id END
    WHERE $4::boolean OR n.ask_at <= $2::timestamptz
RETURNING json_build_object('id', id, 'ticket', ticket, 'heard', heard, 'event_id', event_id, 'told_by', told_by)
