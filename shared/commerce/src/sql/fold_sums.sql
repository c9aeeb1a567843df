-- commerce.fold_sums
-- $1 how many rows of each kind at most. What was sold since the last time is added to the sums (migration 0018); how many rows that were
SELECT to_json(fold_sums($1::text::bigint))
