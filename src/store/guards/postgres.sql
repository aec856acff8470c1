-- The audit log is append-only, and a submission of a bid is kept as it was received, whoever holds the connection.
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE TRIGGER submissions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bid_submissions FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE TRIGGER milestone_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone_events FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE TRIGGER report_returns_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_returns FOR EACH STATEMENT EXECUTE FUNCTION append_only();
-- A record of a visit may be changed for a day, and is never removed.
CREATE OR REPLACE FUNCTION visit_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.created_at <> OLD.created_at OR NEW.project_id <> OLD.project_id OR NEW.author_id <> OLD.author_id
        OR NEW.updated_at > OLD.created_at + INTERVAL '86401 seconds' THEN
        RAISE EXCEPTION 'a visit stands a day after it was written down';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER visits_stand BEFORE UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION visit_stands();
CREATE OR REPLACE TRIGGER visits_kept BEFORE DELETE OR TRUNCATE ON visits FOR EACH STATEMENT EXECUTE FUNCTION append_only();
-- The years of an outcome are only added to, and one that is confirmed is shared out whole, each project agreeing.
CREATE OR REPLACE TRIGGER outcome_years_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outcome_years FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE FUNCTION outcomes_shared_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT COALESCE(SUM(CASE WHEN s.confirmed_by IS NULL THEN 0 ELSE s.share_bps END), 0) FROM outcome_shares s WHERE s.outcome_id = NEW.id) <> 10000
    THEN RAISE EXCEPTION 'not shared out'; END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER outcomes_shared_out BEFORE UPDATE OF stage ON outcomes FOR EACH ROW
    WHEN (NEW.stage = 'confirmed') EXECUTE FUNCTION outcomes_shared_out();
-- The figures of targets, too.
CREATE OR REPLACE TRIGGER target_actuals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON target_actuals FOR EACH STATEMENT EXECUTE FUNCTION append_only();
-- What is paid of the department's money never passes the award, whoever holds the connection.
CREATE OR REPLACE FUNCTION payments_within_award() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.amount_fen + (SELECT COALESCE(SUM(p.amount_fen), 0) FROM payments p
            WHERE p.project_id = NEW.project_id AND p.source = 'fiscal' AND p.stage = 'paid' AND p.id <> NEW.id)
        > (SELECT award_fen FROM projects WHERE id = NEW.project_id) THEN RAISE EXCEPTION 'more than the award'; END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER payments_within_award BEFORE UPDATE OF stage ON payments FOR EACH ROW
    WHEN (NEW.stage = 'paid' AND NEW.source = 'fiscal') EXECUTE FUNCTION payments_within_award();
-- Nor is more of a payment passed on than was paid, to whomever.
CREATE OR REPLACE FUNCTION sub_payments_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.amount_fen + (SELECT COALESCE(SUM(s.amount_fen), 0) FROM sub_payments s WHERE s.payment_id = NEW.payment_id)
        > (SELECT amount_fen FROM payments WHERE id = NEW.payment_id) THEN RAISE EXCEPTION 'more than the payment'; END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER sub_payments_within_payment BEFORE INSERT ON sub_payments FOR EACH ROW
    EXECUTE FUNCTION sub_payments_within_payment();
-- The figures of the portfolio: every change adds what it changes, so that a summary never walks through the portfolio.
-- `store/portfolio.rs` sums them up and settles them; a test holds them against counting afresh. Rows are only added, so
-- that two transactions never wait for each other here; whoever adds money holds the challenge's row, so that its stage stands.
CREATE OR REPLACE FUNCTION figures_challenge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO figures VALUES ('challenges', NEW.year, NEW.plan_category, NEW.sector, NEW.stage, '', 1, NEW.fiscal_cap_fen, 0);
        RETURN NULL;
    END IF;
    IF (OLD.year, OLD.plan_category, OLD.sector, OLD.stage, OLD.fiscal_cap_fen)
        IS DISTINCT FROM (NEW.year, NEW.plan_category, NEW.sector, NEW.stage, NEW.fiscal_cap_fen) THEN
        INSERT INTO figures VALUES
            ('challenges', OLD.year, OLD.plan_category, OLD.sector, OLD.stage, '', -1, -OLD.fiscal_cap_fen, 0),
            ('challenges', NEW.year, NEW.plan_category, NEW.sector, NEW.stage, '', 1, NEW.fiscal_cap_fen, 0);
        INSERT INTO figures SELECT 'awarded', s.year, s.plan_category, s.sector, s.stage, '', 0, s.sign * (p.award_fen - p.ceded_fen), 0
            FROM projects p, (VALUES (OLD.year, OLD.plan_category, OLD.sector, OLD.stage, -1), (NEW.year, NEW.plan_category, NEW.sector, NEW.stage, 1))
                s (year, plan_category, sector, stage, sign)
            WHERE p.challenge_id = NEW.id;
        INSERT INTO figures SELECT 'paid', s.year, s.plan_category, s.sector, s.stage, '', 0, s.sign * pay.amount_fen, 0
            FROM payments pay JOIN projects p ON p.id = pay.project_id,
                (VALUES (OLD.year, OLD.plan_category, OLD.sector, OLD.stage, -1), (NEW.year, NEW.plan_category, NEW.sector, NEW.stage, 1))
                s (year, plan_category, sector, stage, sign)
            WHERE p.challenge_id = NEW.id AND pay.stage = 'paid' AND pay.source = 'fiscal';
    END IF;
    IF NEW.opened_round > OLD.opened_round THEN
        INSERT INTO figures SELECT 'bids', NEW.year, NEW.plan_category, NEW.sector, b.stage, o.region, 1, 0, 0
            FROM bids b JOIN organizations o ON o.id = b.lead_org_id
            WHERE b.challenge_id = NEW.id AND b.round > OLD.opened_round AND b.round <= NEW.opened_round
                AND b.stage NOT IN ('draft', 'withdrawn', 'needs_reconfirmation', 'lapsed');
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION figures_bid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before TEXT := 'draft';
BEGIN
    IF TG_OP = 'UPDATE' THEN before := OLD.stage; END IF;
    INSERT INTO figures SELECT 'bids', c.year, c.plan_category, c.sector, s.stage, o.region, s.n, 0, 0
        FROM challenges c, organizations o, (VALUES (before, -1), (NEW.stage, 1)) s (stage, n)
        WHERE c.id = NEW.challenge_id AND o.id = NEW.lead_org_id AND NEW.round <= c.opened_round AND s.stage NOT IN ('draft', 'withdrawn', 'needs_reconfirmation', 'lapsed');
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION figures_money() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held challenges; amount BIGINT; told TEXT;
BEGIN
    SELECT c.* INTO held FROM challenges c WHERE c.id = CASE TG_TABLE_NAME WHEN 'projects' THEN (to_jsonb(NEW) ->> 'challenge_id')
        ELSE (SELECT p.challenge_id FROM projects p WHERE p.id = (to_jsonb(NEW) ->> 'project_id')) END FOR SHARE;
    IF TG_TABLE_NAME = 'projects' THEN
        told := 'awarded'; amount := (to_jsonb(NEW) ->> 'award_fen')::BIGINT - (to_jsonb(NEW) ->> 'ceded_fen')::BIGINT;
        IF TG_OP = 'UPDATE' THEN amount := amount - (to_jsonb(OLD) ->> 'award_fen')::BIGINT + (to_jsonb(OLD) ->> 'ceded_fen')::BIGINT; END IF;
    ELSE
        told := 'paid'; amount := (to_jsonb(NEW) ->> 'amount_fen')::BIGINT;
        IF (to_jsonb(NEW) ->> 'stage') <> 'paid' THEN amount := -amount; END IF;
    END IF;
    INSERT INTO figures VALUES (told, held.year, held.plan_category, held.sector, held.stage, '', 0, amount, 0);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION figures_milestone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_year INTEGER;
BEGIN
    SELECT c.year INTO of_year FROM projects p JOIN challenges c ON c.id = p.challenge_id
        WHERE p.id = CASE TG_OP WHEN 'DELETE' THEN OLD.project_id ELSE NEW.project_id END;
    IF TG_OP <> 'INSERT' THEN INSERT INTO figures VALUES ('milestones', of_year, '', '', OLD.stage, '', -1, 0, 0); END IF;
    IF TG_OP <> 'DELETE' THEN INSERT INTO figures VALUES ('milestones', of_year, '', '', NEW.stage, '', 1, 0, 0); END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER figures_challenge AFTER INSERT OR UPDATE OF year, plan_category, sector, stage, fiscal_cap_fen, opened_round
    ON challenges FOR EACH ROW EXECUTE FUNCTION figures_challenge();
-- Before the opening a bid is in no figure, and the opening counts what it finds: what teams do until then costs nothing here.
CREATE OR REPLACE TRIGGER figures_bid AFTER UPDATE OF stage ON bids FOR EACH ROW
    WHEN (OLD.stage <> NEW.stage AND NOT (OLD.stage IN ('draft', 'submitted', 'withdrawn', 'needs_reconfirmation')
        AND NEW.stage IN ('submitted', 'withdrawn', 'needs_reconfirmation', 'lapsed'))) EXECUTE FUNCTION figures_bid();
CREATE OR REPLACE TRIGGER figures_bid_new AFTER INSERT ON bids FOR EACH ROW WHEN (NEW.stage NOT IN ('draft', 'withdrawn', 'needs_reconfirmation', 'lapsed')) EXECUTE FUNCTION figures_bid();
CREATE OR REPLACE TRIGGER figures_payment_new AFTER INSERT ON payments FOR EACH ROW WHEN (NEW.stage = 'paid' AND NEW.source = 'fiscal') EXECUTE FUNCTION figures_money();
CREATE OR REPLACE TRIGGER figures_project AFTER INSERT OR UPDATE OF award_fen, ceded_fen ON projects FOR EACH ROW EXECUTE FUNCTION figures_money();
CREATE OR REPLACE TRIGGER figures_payment AFTER UPDATE OF stage ON payments FOR EACH ROW
    WHEN (NEW.source = 'fiscal' AND (OLD.stage = 'paid') <> (NEW.stage = 'paid')) EXECUTE FUNCTION figures_money();
CREATE OR REPLACE TRIGGER figures_milestone_moved AFTER UPDATE OF stage ON milestones FOR EACH ROW
    WHEN (OLD.stage <> NEW.stage) EXECUTE FUNCTION figures_milestone();
CREATE OR REPLACE TRIGGER figures_milestone AFTER INSERT OR DELETE ON milestones FOR EACH ROW EXECUTE FUNCTION figures_milestone();
