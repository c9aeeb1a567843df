-- Accounts: devices, sessions that all end at once, changes of address.

ALTER TABLE users
    ADD COLUMN session_epoch integer NOT NULL DEFAULT 0;                        -- goes up when every session must end, also one that is just being opened

ALTER TABLE sessions
    ADD COLUMN epoch        integer NOT NULL DEFAULT 0,                         -- the user's when it was opened; a session of an earlier epoch is none
    ADD COLUMN last_seen_at timestamptz;                                        -- to the hour; null: not since it was opened

ALTER TABLE verification_tokens
    ALTER COLUMN user_id DROP NOT NULL,                                         -- null: nobody's, written where there is no account so that asking costs the same
    ADD COLUMN email text,                                                      -- the address wanted, for 'approve_email' and 'confirm_email'
    DROP CONSTRAINT verification_tokens_purpose_check,
    ADD CONSTRAINT verification_tokens_purpose_check
        CHECK (purpose IN ('verify_email', 'reset_password', 'approve_email', 'confirm_email')),
    ADD CONSTRAINT verification_tokens_email_check CHECK ((email IS NOT NULL) = (purpose IN ('approve_email', 'confirm_email')));
CREATE INDEX verification_tokens_expires_at_idx ON verification_tokens (expires_at); -- for the sweep of what has expired
