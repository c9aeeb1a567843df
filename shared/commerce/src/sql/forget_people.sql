-- commerce.forget_people
-- $1 until when they arrived, $2 how many at a time: events so old are kept without the people in them. Who comes at the same time waits for
-- the mark, and goes on from there
WITH mark AS MATERIALIZED (
    SELECT received_until FROM forgotten_events FOR UPDATE
), old AS MATERIALIZED (
    SELECT w.id, w.received_at FROM mark m JOIN webhook_events w ON w.received_at > m.received_until AND w.received_at <= $1::timestamptz
    ORDER BY w.received_at FETCH FIRST ($2::int) ROWS WITH TIES
), forgotten AS (
    UPDATE webhook_events w SET payload = without_people(w.payload) FROM old o WHERE w.id = o.id
), moved AS (
    UPDATE forgotten_events SET received_until = o.until FROM (SELECT max(received_at) AS until FROM old) o WHERE o.until IS NOT NULL
)
SELECT to_json(count(*)) FROM old
