-- The audit log is append-only, and a submission of a bid is kept as it was received, whoever holds the connection.
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE TRIGGER submissions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bid_submissions FOR EACH STATEMENT EXECUTE FUNCTION append_only();
