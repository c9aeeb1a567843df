-- commerce.unseen_events
-- $1 ids of events as a JSON array: those that never arrived
SELECT to_json(id) FROM jsonb_array_elements_text($1::jsonb) AS listed (id)
WHERE NOT EXISTS (SELECT FROM webhook_events e WHERE e.id = listed.id)
