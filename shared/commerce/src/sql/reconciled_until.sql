-- commerce.reconciled_until
-- Until when Stripe's events were compared with ours, or null
SELECT to_json(max(until)) FROM reconciliations
