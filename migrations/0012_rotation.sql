-- Sessions that go on under another token.

ALTER TABLE sessions
    ADD COLUMN replaced_by uuid;                                                -- the session that goes on in its place; then this one ends within minutes and is not renewed
