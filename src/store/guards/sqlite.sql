-- The audit log is append-only, whoever holds the connection.
CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- A submission of a bid is kept as it was received.
CREATE TRIGGER IF NOT EXISTS submissions_no_update BEFORE UPDATE ON bid_submissions BEGIN SELECT RAISE(ABORT, 'a submission is kept as received'); END;
CREATE TRIGGER IF NOT EXISTS submissions_no_delete BEFORE DELETE ON bid_submissions BEGIN SELECT RAISE(ABORT, 'a submission is kept as received'); END;
-- The history of a milestone.
CREATE TRIGGER IF NOT EXISTS milestone_events_no_update BEFORE UPDATE ON milestone_events BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER IF NOT EXISTS milestone_events_no_delete BEFORE DELETE ON milestone_events BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
-- Reports that were sent back.
CREATE TRIGGER IF NOT EXISTS report_returns_no_update BEFORE UPDATE ON report_returns BEGIN SELECT RAISE(ABORT, 'report_returns is append-only'); END;
CREATE TRIGGER IF NOT EXISTS report_returns_no_delete BEFORE DELETE ON report_returns BEGIN SELECT RAISE(ABORT, 'report_returns is append-only'); END;
-- A record of a visit may be changed for a day, and is never removed.
CREATE TRIGGER IF NOT EXISTS visits_no_late_update BEFORE UPDATE ON visits
WHEN NEW.created_at <> OLD.created_at OR NEW.project_id <> OLD.project_id OR NEW.author_id <> OLD.author_id
    OR NEW.updated_at > datetime(OLD.created_at, '+86401 seconds')
BEGIN SELECT RAISE(ABORT, 'a visit stands a day after it was written down'); END;
CREATE TRIGGER IF NOT EXISTS visits_no_delete BEFORE DELETE ON visits BEGIN SELECT RAISE(ABORT, 'a visit is kept'); END;
-- The years of an outcome are only added to, and one that is confirmed is shared out whole, each project agreeing.
CREATE TRIGGER IF NOT EXISTS outcome_years_no_update BEFORE UPDATE ON outcome_years BEGIN SELECT RAISE(ABORT, 'outcome_years is append-only'); END;
CREATE TRIGGER IF NOT EXISTS outcome_years_no_delete BEFORE DELETE ON outcome_years BEGIN SELECT RAISE(ABORT, 'outcome_years is append-only'); END;
CREATE TRIGGER IF NOT EXISTS outcomes_shared_out BEFORE UPDATE OF stage ON outcomes WHEN NEW.stage = 'confirmed'
    AND (SELECT COALESCE(SUM(CASE WHEN s.confirmed_by IS NULL THEN 0 ELSE s.share_bps END), 0) FROM outcome_shares s WHERE s.outcome_id = NEW.id) <> 10000
BEGIN SELECT RAISE(ABORT, 'not shared out'); END;
-- The figures of targets, too.
CREATE TRIGGER IF NOT EXISTS target_actuals_no_update BEFORE UPDATE ON target_actuals BEGIN SELECT RAISE(ABORT, 'target_actuals is append-only'); END;
CREATE TRIGGER IF NOT EXISTS target_actuals_no_delete BEFORE DELETE ON target_actuals BEGIN SELECT RAISE(ABORT, 'target_actuals is append-only'); END;
-- What is paid of the department's money never passes the award, whoever holds the connection.
CREATE TRIGGER IF NOT EXISTS payments_within_award BEFORE UPDATE OF stage ON payments WHEN NEW.stage = 'paid' AND NEW.source = 'fiscal'
    AND NEW.amount_fen + (SELECT COALESCE(SUM(p.amount_fen), 0) FROM payments p
        WHERE p.project_id = NEW.project_id AND p.source = 'fiscal' AND p.stage = 'paid' AND p.id <> NEW.id)
    > (SELECT award_fen FROM projects WHERE id = NEW.project_id)
BEGIN SELECT RAISE(ABORT, 'more than the award'); END;
-- Nor is more of a payment passed on than was paid, to whomever.
CREATE TRIGGER IF NOT EXISTS sub_payments_within_payment BEFORE INSERT ON sub_payments
WHEN NEW.amount_fen + (SELECT COALESCE(SUM(s.amount_fen), 0) FROM sub_payments s WHERE s.payment_id = NEW.payment_id)
    > (SELECT amount_fen FROM payments WHERE id = NEW.payment_id)
BEGIN SELECT RAISE(ABORT, 'more than the payment'); END;
-- The figures of the portfolio: every change adds what it changes, so that a summary never walks through the portfolio.
-- `store/portfolio.rs` sums them up and settles them; a test holds them against counting afresh.
CREATE TRIGGER IF NOT EXISTS figures_challenge_new AFTER INSERT ON challenges BEGIN
    INSERT INTO figures VALUES ('challenges', NEW.year, NEW.plan_category, NEW.sector, NEW.stage, '', 1, NEW.fiscal_cap_fen, 0);
END;
CREATE TRIGGER IF NOT EXISTS figures_challenge_moved AFTER UPDATE OF year, plan_category, sector, stage, fiscal_cap_fen ON challenges
WHEN (OLD.year, OLD.plan_category, OLD.sector, OLD.stage, OLD.fiscal_cap_fen)
    <> (NEW.year, NEW.plan_category, NEW.sector, NEW.stage, NEW.fiscal_cap_fen) BEGIN
    INSERT INTO figures VALUES
        ('challenges', OLD.year, OLD.plan_category, OLD.sector, OLD.stage, '', -1, -OLD.fiscal_cap_fen, 0),
        ('challenges', NEW.year, NEW.plan_category, NEW.sector, NEW.stage, '', 1, NEW.fiscal_cap_fen, 0);
    INSERT INTO figures SELECT 'awarded', OLD.year, OLD.plan_category, OLD.sector, OLD.stage, '', 0, p.ceded_fen - p.award_fen, 0
        FROM projects p WHERE p.challenge_id = NEW.id;
    INSERT INTO figures SELECT 'awarded', NEW.year, NEW.plan_category, NEW.sector, NEW.stage, '', 0, p.award_fen - p.ceded_fen, 0
        FROM projects p WHERE p.challenge_id = NEW.id;
    INSERT INTO figures SELECT 'paid', OLD.year, OLD.plan_category, OLD.sector, OLD.stage, '', 0, -pay.amount_fen, 0
        FROM payments pay JOIN projects p ON p.id = pay.project_id WHERE p.challenge_id = NEW.id AND pay.stage = 'paid' AND pay.source = 'fiscal';
    INSERT INTO figures SELECT 'paid', NEW.year, NEW.plan_category, NEW.sector, NEW.stage, '', 0, pay.amount_fen, 0
        FROM payments pay JOIN projects p ON p.id = pay.project_id WHERE p.challenge_id = NEW.id AND pay.stage = 'paid' AND pay.source = 'fiscal';
END;
CREATE TRIGGER IF NOT EXISTS figures_round_opened AFTER UPDATE OF opened_round ON challenges WHEN NEW.opened_round > OLD.opened_round BEGIN
    INSERT INTO figures SELECT 'bids', NEW.year, NEW.plan_category, NEW.sector, b.stage, o.region, 1, 0, 0
        FROM bids b JOIN organizations o ON o.id = b.lead_org_id
        WHERE b.challenge_id = NEW.id AND b.round > OLD.opened_round AND b.round <= NEW.opened_round AND b.stage NOT IN ('draft', 'withdrawn', 'needs_reconfirmation', 'lapsed');
END;
-- Before the opening a bid is in no figure, and the opening counts what it finds: what teams do until then costs nothing here.
CREATE TRIGGER IF NOT EXISTS figures_bid_moved AFTER UPDATE OF stage ON bids
WHEN OLD.stage <> NEW.stage AND NOT (OLD.stage IN ('draft', 'submitted', 'withdrawn', 'needs_reconfirmation')
        AND NEW.stage IN ('submitted', 'withdrawn', 'needs_reconfirmation', 'lapsed')) BEGIN
    INSERT INTO figures SELECT 'bids', c.year, c.plan_category, c.sector, s.stage, o.region, s.n, 0, 0
        FROM challenges c, organizations o, (SELECT OLD.stage AS stage, -1 AS n UNION ALL SELECT NEW.stage, 1) s
        WHERE c.id = NEW.challenge_id AND o.id = NEW.lead_org_id AND NEW.round <= c.opened_round AND s.stage NOT IN ('draft', 'withdrawn', 'needs_reconfirmation', 'lapsed');
END;
CREATE TRIGGER IF NOT EXISTS figures_bid_new AFTER INSERT ON bids WHEN NEW.stage NOT IN ('draft', 'withdrawn', 'needs_reconfirmation', 'lapsed') BEGIN
    INSERT INTO figures SELECT 'bids', c.year, c.plan_category, c.sector, NEW.stage, o.region, 1, 0, 0
        FROM challenges c, organizations o WHERE c.id = NEW.challenge_id AND o.id = NEW.lead_org_id AND NEW.round <= c.opened_round;
END;
CREATE TRIGGER IF NOT EXISTS figures_project_new AFTER INSERT ON projects BEGIN
    INSERT INTO figures SELECT 'awarded', c.year, c.plan_category, c.sector, c.stage, '', 0, NEW.award_fen, 0
        FROM challenges c WHERE c.id = NEW.challenge_id;
END;
CREATE TRIGGER IF NOT EXISTS figures_project_moved AFTER UPDATE OF award_fen, ceded_fen ON projects BEGIN
    INSERT INTO figures SELECT 'awarded', c.year, c.plan_category, c.sector, c.stage, '', 0,
            NEW.award_fen - NEW.ceded_fen - OLD.award_fen + OLD.ceded_fen, 0
        FROM challenges c WHERE c.id = NEW.challenge_id;
END;
CREATE TRIGGER IF NOT EXISTS figures_payment_new AFTER INSERT ON payments WHEN NEW.stage = 'paid' AND NEW.source = 'fiscal' BEGIN
    INSERT INTO figures SELECT 'paid', c.year, c.plan_category, c.sector, c.stage, '', 0, NEW.amount_fen, 0
        FROM projects p JOIN challenges c ON c.id = p.challenge_id WHERE p.id = NEW.project_id;
END;
CREATE TRIGGER IF NOT EXISTS figures_payment_moved AFTER UPDATE OF stage ON payments
WHEN NEW.source = 'fiscal' AND (OLD.stage = 'paid') <> (NEW.stage = 'paid') BEGIN
    INSERT INTO figures SELECT 'paid', c.year, c.plan_category, c.sector, c.stage, '', 0,
            CASE NEW.stage WHEN 'paid' THEN NEW.amount_fen ELSE -OLD.amount_fen END, 0
        FROM projects p JOIN challenges c ON c.id = p.challenge_id WHERE p.id = NEW.project_id;
END;
CREATE TRIGGER IF NOT EXISTS figures_milestone_new AFTER INSERT ON milestones BEGIN
    INSERT INTO figures SELECT 'milestones', c.year, '', '', NEW.stage, '', 1, 0, 0
        FROM projects p JOIN challenges c ON c.id = p.challenge_id WHERE p.id = NEW.project_id;
END;
CREATE TRIGGER IF NOT EXISTS figures_milestone_moved AFTER UPDATE OF stage ON milestones WHEN OLD.stage <> NEW.stage BEGIN
    INSERT INTO figures SELECT 'milestones', c.year, '', '', s.stage, '', s.n, 0, 0
        FROM projects p JOIN challenges c ON c.id = p.challenge_id, (SELECT OLD.stage AS stage, -1 AS n UNION ALL SELECT NEW.stage, 1) s
        WHERE p.id = NEW.project_id;
END;
CREATE TRIGGER IF NOT EXISTS figures_milestone_gone AFTER DELETE ON milestones BEGIN
    INSERT INTO figures SELECT 'milestones', c.year, '', '', OLD.stage, '', -1, 0, 0
        FROM projects p JOIN challenges c ON c.id = p.challenge_id WHERE p.id = OLD.project_id;
END;
