-- The audit log is append-only, whoever holds the connection.
CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- A submission of a bid is kept as it was received.
CREATE TRIGGER IF NOT EXISTS submissions_no_update BEFORE UPDATE ON bid_submissions BEGIN SELECT RAISE(ABORT, 'a submission is kept as received'); END;
CREATE TRIGGER IF NOT EXISTS submissions_no_delete BEFORE DELETE ON bid_submissions BEGIN SELECT RAISE(ABORT, 'a submission is kept as received'); END;
