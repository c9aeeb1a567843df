-- commerce.reconciled_until
-- Until when Stripe's events were compared with ours
SELECT to_json(until) FROM reconciliations ORDER BY until DESC LIMIT 1
