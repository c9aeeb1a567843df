-- What the sweeper needs: the checkout sessions whose end nobody told us of.

ALTER TABLE checkout_sessions
    ADD COLUMN settled_at timestamptz,                                          -- paid, expired or failed: Stripe has nothing more to say
    ADD COLUMN ask_at     timestamptz NOT NULL DEFAULT now();                   -- when the sweeper next asks Stripe how it stands
CREATE INDEX checkout_sessions_ask_idx ON checkout_sessions (ask_at) WHERE settled_at IS NULL;
