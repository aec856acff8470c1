-- One portable script: it runs unchanged on SQLite and PostgreSQL. Stage names stand in the code alone, not in CHECKs.

CREATE TABLE organizations (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    uscc TEXT UNIQUE,
    country TEXT,
    foreign_reg_no TEXT,
    kind TEXT NOT NULL,
    region TEXT NOT NULL,
    city TEXT,
    stage TEXT NOT NULL,
    created_by TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (uscc IS NOT NULL OR (country IS NOT NULL AND foreign_reg_no IS NOT NULL))
);
CREATE INDEX organizations_stage ON organizations (stage, id);
CREATE INDEX organizations_city ON organizations (city, id);
CREATE UNIQUE INDEX organizations_abroad ON organizations (country, foreign_reg_no);

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    division TEXT,
    locale TEXT NOT NULL,
    status TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    password_set_at TIMESTAMP NOT NULL,
    invited_until TIMESTAMP,
    phone TEXT,
    id_mark TEXT UNIQUE,
    id_masked TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX users_organization ON users (organization_id, id);
CREATE INDEX users_status ON users (status, id);

CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, role)
);
CREATE INDEX user_roles_role ON user_roles (role);

CREATE TABLE grants (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    roles TEXT NOT NULL,
    reason TEXT NOT NULL,
    stage TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    decided_by TEXT REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (created_by <> decided_by AND user_id <> decided_by)
);
CREATE INDEX grants_user ON grants (user_id, id);
CREATE INDEX grants_stage ON grants (stage, id);
CREATE UNIQUE INDEX grants_one_waiting ON grants (user_id) WHERE stage = 'proposed';

CREATE TABLE subscriptions (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sector TEXT NOT NULL,
    PRIMARY KEY (user_id, sector)
);
CREATE INDEX subscriptions_sector ON subscriptions (sector);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    refresh_hash TEXT NOT NULL UNIQUE,
    previous_hash TEXT,
    rotated_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP NOT NULL,
    proved_at TIMESTAMP NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE known_places (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    place TEXT NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, place)
);

CREATE TABLE login_challenges (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    password_mark TEXT NOT NULL,
    expires_at TIMESTAMP NOT NULL
);

CREATE TABLE account_links (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX account_links_user ON account_links (user_id, created_at);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    created_by TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    networks TEXT NOT NULL,
    rate_per_minute BIGINT NOT NULL CHECK (rate_per_minute > 0),
    secret_hash TEXT NOT NULL UNIQUE,
    expires_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    reminded_at TIMESTAMP,
    replaced_by TEXT REFERENCES api_keys (id),
    revoked_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX api_keys_organization ON api_keys (organization_id, id);
CREATE INDEX api_keys_creator ON api_keys (created_by, id);
CREATE INDEX api_keys_end ON api_keys (expires_at);

CREATE TABLE second_factors (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    confirmed_at TIMESTAMP,
    last_step BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    tried_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    used_at TIMESTAMP,
    PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE batches (
    id TEXT PRIMARY KEY NOT NULL,
    year INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    budget_fen BIGINT NOT NULL CHECK (budget_fen >= 0),
    committed_fen BIGINT NOT NULL,
    last_number INTEGER NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (committed_fen >= 0 AND committed_fen <= budget_fen)
);
CREATE INDEX batches_year ON batches (year);

CREATE TABLE schemes (
    id TEXT PRIMARY KEY NOT NULL,
    code TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    content TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    UNIQUE (code, number)
);
CREATE INDEX schemes_code ON schemes (code, id);

CREATE TABLE challenges (
    id TEXT PRIMARY KEY NOT NULL,
    batch_id TEXT NOT NULL REFERENCES batches (id),
    year INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    class TEXT NOT NULL,
    plan_category TEXT NOT NULL,
    sector TEXT NOT NULL,
    sponsor_id TEXT REFERENCES organizations (id),
    scheme_id TEXT REFERENCES schemes (id),
    fiscal_cap_fen BIGINT NOT NULL CHECK (fiscal_cap_fen > 0),
    max_parallel_teams INTEGER NOT NULL CHECK (max_parallel_teams BETWEEN 1 AND 5),
    stage TEXT NOT NULL,
    phase TEXT,
    round INTEGER NOT NULL,
    opened_round INTEGER NOT NULL,
    opens_at TIMESTAMP,
    closes_at TIMESTAMP,
    questions_until TIMESTAMP,
    suspended_at TIMESTAMP,
    published_at TIMESTAMP,
    publicity_ends_on DATE,
    division TEXT,
    created_by TEXT NOT NULL REFERENCES users (id),
    prepared_by TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (batch_id, title),
    CHECK (opens_at IS NULL OR opens_at < closes_at)
);
CREATE INDEX challenges_batch ON challenges (batch_id, id);
CREATE INDEX challenges_year ON challenges (year, id);
CREATE INDEX challenges_year_sector ON challenges (year, sector, id);
CREATE INDEX challenges_stage ON challenges (stage, id);
CREATE INDEX challenges_sector ON challenges (sector, id);
CREATE INDEX challenges_plan_category ON challenges (plan_category, id);
CREATE INDEX challenges_class ON challenges (class, id);
CREATE INDEX challenges_sponsor ON challenges (sponsor_id, id);
CREATE INDEX challenges_closing ON challenges (closes_at, id);

CREATE TABLE challenge_rounds (
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    opens_at TIMESTAMP NOT NULL,
    closes_at TIMESTAMP NOT NULL,
    seal_mode TEXT NOT NULL,
    seal_key TEXT,
    seal_public BYTEA,
    closing_digest TEXT,
    opened_at TIMESTAMP,
    opened_by TEXT REFERENCES users (id),
    bids INTEGER,
    fail_reason TEXT,
    fail_detail TEXT,
    failed_at TIMESTAMP,
    PRIMARY KEY (challenge_id, round)
);
CREATE INDEX challenge_rounds_to_unseal ON challenge_rounds (opened_at) WHERE seal_key IS NOT NULL AND opened_at IS NOT NULL;

CREATE TABLE custodies (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
    public_key BYTEA NOT NULL,
    salt BYTEA NOT NULL,
    memory INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    locked BYTEA NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE custodians (
    challenge_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    number INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    share BYTEA,
    released_at TIMESTAMP,
    lost_at TIMESTAMP,
    PRIMARY KEY (challenge_id, round, number),
    FOREIGN KEY (challenge_id, round) REFERENCES challenge_rounds (challenge_id, round)
);
CREATE UNIQUE INDEX custodians_user ON custodians (user_id, challenge_id, round);

CREATE TABLE bids (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    lead_org_id TEXT NOT NULL REFERENCES organizations (id),
    stage TEXT NOT NULL,
    submission INTEGER NOT NULL,
    received_at TIMESTAMP,
    digest TEXT,
    examined_by TEXT REFERENCES users (id),
    examination TEXT,
    panel_score TEXT,
    award_fen BIGINT CHECK (award_fen > 0),
    reserve_order INTEGER,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX bids_challenge ON bids (challenge_id, round, id);
CREATE INDEX bids_lead ON bids (lead_org_id, id);
CREATE INDEX bids_stage ON bids (stage, id);
CREATE INDEX bids_examiner ON bids (examined_by, challenge_id);
CREATE UNIQUE INDEX bids_one_live ON bids (challenge_id, round, lead_org_id) WHERE stage NOT IN ('withdrawn', 'lapsed', 'ineligible', 'not_shortlisted', 'declined', 'forfeited', 'left', 'disqualified');

CREATE TABLE bid_drafts (
    bid_id TEXT PRIMARY KEY NOT NULL REFERENCES bids (id),
    body BYTEA NOT NULL
);

CREATE TABLE bid_members (
    bid_id TEXT NOT NULL REFERENCES bids (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    access TEXT NOT NULL,
    PRIMARY KEY (bid_id, user_id)
);
CREATE INDEX bid_members_user ON bid_members (user_id);

CREATE TABLE bid_submissions (
    bid_id TEXT NOT NULL REFERENCES bids (id),
    number INTEGER NOT NULL,
    sealed BYTEA NOT NULL,
    digest TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    submitted_by TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (bid_id, number)
);

CREATE TABLE bid_files (
    id TEXT PRIMARY KEY NOT NULL,
    bid_id TEXT NOT NULL REFERENCES bids (id),
    sealed BYTEA NOT NULL,
    bytes_on_disk BIGINT NOT NULL CHECK (bytes_on_disk > 0),
    stored_as TEXT NOT NULL UNIQUE,
    uploaded_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);
CREATE INDEX bid_files_bid ON bid_files (bid_id, id);
CREATE INDEX bid_files_removed ON bid_files (removed_at, id);

CREATE TABLE bid_submission_files (
    bid_id TEXT NOT NULL REFERENCES bids (id),
    number INTEGER NOT NULL,
    file_id TEXT NOT NULL REFERENCES bid_files (id),
    PRIMARY KEY (bid_id, number, file_id)
);
CREATE INDEX bid_submission_files_file ON bid_submission_files (file_id);

CREATE TABLE bid_openings (
    bid_id TEXT PRIMARY KEY NOT NULL REFERENCES bids (id),
    number INTEGER NOT NULL,
    body BYTEA,
    flaw TEXT,
    sealed_digest TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    CHECK ((body IS NULL) <> (flaw IS NULL))
);

-- Whom a bid of an opened round names: keyed marks of its people and of the experts to be spared, to be compared and nothing else.
CREATE TABLE bid_marks (
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    mark TEXT NOT NULL,
    bid_id TEXT NOT NULL REFERENCES bids (id),
    PRIMARY KEY (challenge_id, round, mark, bid_id)
);

CREATE TABLE bid_examinations (
    bid_id TEXT PRIMARY KEY NOT NULL REFERENCES bids (id),
    asked TEXT,
    asked_by TEXT REFERENCES users (id),
    due_on DATE,
    statement TEXT,
    corrected_at TIMESTAMP,
    confirmed_by TEXT REFERENCES users (id),
    appeal_until DATE,
    grounds TEXT,
    appealed_at TIMESTAMP,
    answer TEXT,
    answered_by TEXT REFERENCES users (id),
    answered_at TIMESTAMP
);
CREATE INDEX bid_examinations_confirmer ON bid_examinations (confirmed_by);

-- The letters with which teams left after the closing.
CREATE TABLE bid_exits (
    bid_id TEXT PRIMARY KEY NOT NULL REFERENCES bids (id),
    from_stage TEXT NOT NULL,
    letter_no TEXT NOT NULL,
    letter_on DATE NOT NULL,
    reason TEXT NOT NULL,
    given_up INTEGER NOT NULL CHECK (given_up IN (0, 1)),
    left_by TEXT NOT NULL REFERENCES users (id),
    left_at TIMESTAMP NOT NULL
);

CREATE TABLE questions (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    asked_by TEXT NOT NULL REFERENCES users (id),
    stage TEXT NOT NULL,
    asked TEXT NOT NULL,
    published TEXT,
    answer TEXT,
    answered_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX questions_stage ON questions (stage, id);
CREATE INDEX questions_challenge ON questions (challenge_id, id);
CREATE INDEX questions_asker ON questions (organization_id, challenge_id, round);

CREATE TABLE amendments (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    reason TEXT NOT NULL,
    notice TEXT,
    changes TEXT NOT NULL,
    content TEXT,
    closes_at TIMESTAMP,
    closes_before TIMESTAMP,
    closes_after TIMESTAMP,
    in_effect_at TIMESTAMP,
    opinion TEXT,
    created_by TEXT NOT NULL REFERENCES users (id),
    decided_by TEXT REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (closes_after >= closes_before),
    CHECK (created_by <> decided_by)
);
CREATE INDEX amendments_stage ON amendments (stage, id);
CREATE INDEX amendments_challenge ON amendments (challenge_id, id);
CREATE UNIQUE INDEX amendments_one_waits ON amendments (challenge_id, round) WHERE stage = 'proposed';

CREATE TABLE partnerships (
    id TEXT PRIMARY KEY NOT NULL,
    bid_id TEXT NOT NULL REFERENCES bids (id),
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    stage TEXT NOT NULL,
    terms TEXT NOT NULL,
    decided_by TEXT REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (bid_id, organization_id)
);
CREATE INDEX partnerships_organization ON partnerships (organization_id, id);

CREATE TABLE restrictions (
    id TEXT PRIMARY KEY NOT NULL,
    stage TEXT NOT NULL,
    gravity TEXT NOT NULL,
    organization_id TEXT REFERENCES organizations (id),
    identity TEXT,
    name TEXT NOT NULL,
    basis TEXT NOT NULL,
    decision_no TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((organization_id IS NULL) <> (identity IS NULL))
);
CREATE INDEX restrictions_stage ON restrictions (stage, id);
CREATE INDEX restrictions_organization ON restrictions (organization_id);
CREATE INDEX restrictions_identity ON restrictions (identity);

CREATE TABLE experts (
    id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
    title TEXT NOT NULL,
    speciality TEXT NOT NULL,
    stage TEXT NOT NULL,
    confirmed_until DATE,
    reminded_on DATE,
    last_drawn_at TIMESTAMP,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX experts_stage ON experts (stage, id);
CREATE INDEX experts_speciality ON experts (speciality, id);
CREATE INDEX experts_confirmed ON experts (stage, confirmed_until, id);

CREATE TABLE expert_fields (
    expert_id TEXT NOT NULL REFERENCES experts (id),
    sector TEXT NOT NULL,
    PRIMARY KEY (expert_id, sector)
);
CREATE INDEX expert_fields_sector ON expert_fields (sector, expert_id);

CREATE TABLE expert_affiliations (
    expert_id TEXT NOT NULL REFERENCES experts (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    until DATE NOT NULL,
    PRIMARY KEY (expert_id, organization_id)
);
CREATE INDEX expert_affiliations_until ON expert_affiliations (until);

CREATE TABLE draws (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    phase TEXT NOT NULL,
    stage TEXT NOT NULL,
    terms TEXT NOT NULL,
    seed BYTEA NOT NULL,
    commitment TEXT NOT NULL,
    pool TEXT NOT NULL,
    pool_digest TEXT NOT NULL,
    excluded TEXT NOT NULL,
    contribution TEXT,
    drawn TEXT,
    replaced TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    witnessed_by TEXT REFERENCES users (id),
    witnessed_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (created_by <> witnessed_by)
);
CREATE INDEX draws_challenge ON draws (challenge_id, id);
CREATE UNIQUE INDEX draws_one_stands ON draws (challenge_id, round, phase) WHERE stage <> 'void';

CREATE TABLE reviews (
    id TEXT PRIMARY KEY NOT NULL,
    bid_id TEXT NOT NULL REFERENCES bids (id),
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    expert_id TEXT NOT NULL REFERENCES users (id),
    phase TEXT NOT NULL,
    stage TEXT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    draft TEXT,
    scores TEXT,
    total TEXT,
    vote TEXT,
    comment TEXT,
    submitted_at TIMESTAMP,
    recusal TEXT,
    reminders INTEGER NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (bid_id, expert_id, phase)
);
CREATE INDEX reviews_due ON reviews (due_at, id) WHERE stage IN ('assigned', 'declared');
CREATE INDEX reviews_expert ON reviews (expert_id, id);
CREATE INDEX reviews_challenge ON reviews (challenge_id, id);

CREATE TABLE recusals (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    ground TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    UNIQUE (challenge_id, user_id)
);
CREATE INDEX recusals_challenge ON recusals (challenge_id, id);
CREATE INDEX recusals_user ON recusals (user_id, challenge_id);

CREATE TABLE decisions (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    stage TEXT NOT NULL,
    meeting TEXT,
    recused_members TEXT NOT NULL,
    minute_no TEXT NOT NULL,
    decided_on DATE NOT NULL,
    selections TEXT NOT NULL,
    publicity_starts_on DATE,
    publicity_ends_on DATE,
    announcement TEXT,
    announced_at TIMESTAMP,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX decisions_one_live ON decisions (challenge_id, round) WHERE stage NOT IN ('returned', 'reopened', 'replaced', 'lapsed');
CREATE INDEX decisions_stage ON decisions (stage, id);
CREATE INDEX decisions_publicity ON decisions (publicity_ends_on, id) WHERE stage = 'approved';

CREATE TABLE decision_signatures (
    decision_id TEXT NOT NULL REFERENCES decisions (id),
    desk INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    signed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (decision_id, desk),
    UNIQUE (decision_id, user_id)
);

CREATE TABLE satisfactions (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    bid_id TEXT NOT NULL UNIQUE REFERENCES bids (id),
    stage TEXT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    grade TEXT,
    reasons TEXT,
    given_by TEXT REFERENCES users (id),
    given_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((grade IS NOT NULL) = (given_by IS NOT NULL))
);
CREATE INDEX satisfactions_challenge ON satisfactions (challenge_id, round, id);

CREATE TABLE objections (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    round INTEGER NOT NULL,
    decision_id TEXT NOT NULL REFERENCES decisions (id),
    stage TEXT NOT NULL,
    kind TEXT NOT NULL,
    body BYTEA NOT NULL,
    filed_by TEXT REFERENCES users (id),
    address_mark TEXT,
    token_hash TEXT UNIQUE,
    received_on DATE,
    handler_id TEXT REFERENCES users (id),
    extended_until DATE,
    ground TEXT,
    reply BYTEA,
    answered_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX objections_challenge ON objections (challenge_id, id);
CREATE INDEX objections_due ON objections (stage, received_on);
CREATE INDEX objections_stage ON objections (stage, id);
CREATE INDEX objections_decision ON objections (decision_id, stage);
CREATE INDEX objections_unconfirmed ON objections (created_at) WHERE stage = 'unconfirmed';

-- Bids that supervision would have disqualified: one proposal on a bid waits at a time, and who proposed does not decide.
CREATE TABLE disqualifications (
    id TEXT PRIMARY KEY NOT NULL,
    bid_id TEXT NOT NULL REFERENCES bids (id),
    objection_id TEXT REFERENCES objections (id),
    finding TEXT NOT NULL,
    finding_no TEXT NOT NULL,
    reason TEXT NOT NULL,
    stage TEXT NOT NULL,
    decision_no TEXT,
    decided_by TEXT REFERENCES users (id),
    decided_on DATE,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((stage = 'proposed') = (decided_by IS NULL)),
    CHECK (decided_by <> created_by)
);
CREATE INDEX disqualifications_bid ON disqualifications (bid_id, id);
CREATE INDEX disqualifications_stage ON disqualifications (stage, id);
CREATE UNIQUE INDEX disqualifications_one_waits ON disqualifications (bid_id) WHERE stage = 'proposed';

CREATE TABLE projects (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    bid_id TEXT NOT NULL UNIQUE REFERENCES bids (id),
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    lead_org_id TEXT NOT NULL REFERENCES organizations (id),
    sponsor_id TEXT REFERENCES organizations (id),
    stage TEXT NOT NULL,
    award_fen BIGINT NOT NULL CHECK (award_fen > 0),
    ceded_fen BIGINT NOT NULL CHECK (ceded_fen BETWEEN 0 AND award_fen),
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    sign_by DATE NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    commissioner_id TEXT REFERENCES users (id),
    backup_id TEXT REFERENCES users (id),
    planned_by TEXT REFERENCES users (id),
    assessed_by TEXT REFERENCES users (id),
    self_evaluation TEXT,
    opinion TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (starts_on < ends_on),
    CHECK (commissioner_id <> backup_id)
);
CREATE INDEX projects_challenge ON projects (challenge_id, id);
CREATE INDEX projects_stage ON projects (stage, id);
CREATE INDEX projects_signing ON projects (stage, sign_by);
CREATE INDEX projects_ending ON projects (stage, ends_on);
CREATE INDEX projects_lead ON projects (lead_org_id, id);
CREATE INDEX projects_sponsor ON projects (sponsor_id, id);
CREATE INDEX projects_commissioner ON projects (commissioner_id, id);
CREATE INDEX projects_backup ON projects (backup_id, id);

CREATE TABLE project_people (
    project_id TEXT NOT NULL REFERENCES projects (id),
    identity TEXT NOT NULL,
    part TEXT NOT NULL,
    person_months INTEGER NOT NULL,
    PRIMARY KEY (project_id, identity)
);
CREATE INDEX project_people_identity ON project_people (identity);

-- What a team asks to have changed. One supplement at a time waits for its signatures.
CREATE TABLE changes (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    input TEXT NOT NULL,
    differences TEXT NOT NULL,
    sponsor_opinion TEXT,
    commissioner_opinion TEXT,
    opinion TEXT,
    decided_by TEXT REFERENCES users (id),
    number INTEGER,
    effective_at TIMESTAMP,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (decided_by <> created_by)
);
CREATE INDEX changes_project ON changes (project_id, id);
CREATE INDEX changes_stage ON changes (stage, id);
CREATE UNIQUE INDEX changes_one_supplement ON changes (project_id) WHERE stage = 'approved';
CREATE UNIQUE INDEX changes_one_extension ON changes (project_id) WHERE kind = 'extension' AND stage IN ('approved', 'effective');

-- Every text that was ever laid before the parties: kept for ever.
CREATE TABLE commitments (
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    change_id TEXT REFERENCES changes (id),
    content TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    made_by TEXT NOT NULL REFERENCES users (id),
    made_at TIMESTAMP NOT NULL,
    effective_at TIMESTAMP,
    PRIMARY KEY (project_id, number)
);

CREATE TABLE signatures (
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    party TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    signer TEXT NOT NULL,
    legal_representative TEXT,
    sha256 TEXT NOT NULL,
    signed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (project_id, number, party),
    FOREIGN KEY (project_id, number) REFERENCES commitments (project_id, number)
);

-- Applications for acceptance: whoever wrote down what the panel found does not conclude.
CREATE TABLE acceptances (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 2),
    stage TEXT NOT NULL,
    self_evaluation TEXT NOT NULL,
    items TEXT NOT NULL,
    applied_by TEXT NOT NULL REFERENCES users (id),
    applied_on DATE NOT NULL,
    rectifies_by DATE,
    meeting_on DATE,
    task TEXT,
    finance TEXT,
    results TEXT,
    panel_opinion TEXT,
    recorded_by TEXT REFERENCES users (id),
    result TEXT,
    opinion TEXT,
    rectify_by DATE,
    decided_by TEXT REFERENCES users (id),
    decided_on DATE,
    certificate_no TEXT UNIQUE,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (project_id, number),
    CHECK ((stage = 'applied') = (recorded_by IS NULL)),
    CHECK ((stage = 'decided') = (result IS NOT NULL)),
    CHECK (recorded_by <> decided_by),
    CHECK (result <> 'rectify' OR (number = 1 AND rectify_by IS NOT NULL)),
    CHECK (certificate_no IS NULL OR (result IN ('passed', 'passed_after_rectification') AND task = 'pass' AND finance = 'pass'))
);

CREATE INDEX acceptances_stage ON acceptances (stage, id);
CREATE INDEX acceptances_rectified ON acceptances (project_id) WHERE rectify_by IS NOT NULL;

CREATE TABLE acceptance_experts (
    acceptance_id TEXT NOT NULL REFERENCES acceptances (id),
    expert_id TEXT NOT NULL REFERENCES experts (id),
    PRIMARY KEY (acceptance_id, expert_id)
);
CREATE INDEX acceptances_rectify ON acceptances (rectify_by);
CREATE INDEX acceptance_experts_expert ON acceptance_experts (expert_id);

-- Outcomes: one of a kind and number, confirmed by somebody else than who registered it.
CREATE TABLE outcomes (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    number TEXT,
    number_key TEXT,
    dated_on DATE NOT NULL,
    year INTEGER NOT NULL,
    award_part TEXT,
    maturity TEXT,
    transfer_mode TEXT,
    contract_no TEXT,
    transfer_fen BIGINT NOT NULL CHECK (transfer_fen >= 0),
    sales_fen BIGINT NOT NULL CHECK (sales_fen >= 0),
    maturity_now TEXT,
    transfer_total_fen BIGINT NOT NULL CHECK (transfer_total_fen >= transfer_fen),
    sales_total_fen BIGINT NOT NULL CHECK (sales_total_fen >= sales_fen),
    share_note TEXT,
    stage TEXT NOT NULL,
    registered_by TEXT NOT NULL REFERENCES users (id),
    confirmed_by TEXT REFERENCES users (id),
    opinion TEXT,
    next_due_on DATE,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((number IS NULL) = (number_key IS NULL)),
    CHECK ((kind = 'award') = (award_part IS NOT NULL)),
    CHECK ((transfer_mode IS NULL) = (contract_no IS NULL)),
    CHECK ((stage = 'confirmed') = (confirmed_by IS NOT NULL)),
    CHECK (confirmed_by <> registered_by)
);
CREATE UNIQUE INDEX outcomes_once ON outcomes (kind, number_key) WHERE stage <> 'returned';
CREATE INDEX outcomes_project ON outcomes (project_id, id);
CREATE INDEX outcomes_kind ON outcomes (kind, id);
CREATE INDEX outcomes_year ON outcomes (year, id);
CREATE INDEX outcomes_stage ON outcomes (stage, id);
CREATE INDEX outcomes_due ON outcomes (next_due_on, id) WHERE stage = 'confirmed';

CREATE TABLE outcome_owners (
    outcome_id TEXT NOT NULL REFERENCES outcomes (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    PRIMARY KEY (outcome_id, organization_id)
);

-- Which projects count an outcome; what a share comes to is divided to the fen when it is kept.
CREATE TABLE outcome_shares (
    outcome_id TEXT NOT NULL REFERENCES outcomes (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    share_bps INTEGER NOT NULL CHECK (share_bps BETWEEN 1 AND 10000),
    transfer_fen BIGINT NOT NULL CHECK (transfer_fen >= 0),
    sales_fen BIGINT NOT NULL CHECK (sales_fen >= 0),
    confirmed_by TEXT REFERENCES users (id),
    PRIMARY KEY (outcome_id, project_id)
);
CREATE INDEX outcome_shares_project ON outcome_shares (project_id, outcome_id);

-- Append-only by trigger: a correction is a later row of the same year.
CREATE TABLE outcome_years (
    id TEXT PRIMARY KEY NOT NULL,
    outcome_id TEXT NOT NULL REFERENCES outcomes (id),
    number INTEGER NOT NULL,
    year INTEGER NOT NULL CHECK (year BETWEEN 1 AND 3),
    maturity TEXT,
    transfer_mode TEXT,
    contract_no TEXT,
    transfer_fen BIGINT NOT NULL CHECK (transfer_fen >= 0),
    sales_fen BIGINT NOT NULL CHECK (sales_fen >= 0),
    note TEXT,
    recorded_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    UNIQUE (outcome_id, number)
);

CREATE TABLE assignments (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    commissioner_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    note TEXT,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP
);
CREATE INDEX assignments_commissioner ON assignments (commissioner_id, project_id);
CREATE INDEX assignments_project ON assignments (project_id, starts_at);
CREATE UNIQUE INDEX assignments_one_primary ON assignments (project_id, kind) WHERE ends_at IS NULL;

CREATE TABLE milestones (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    due_on DATE NOT NULL,
    weight_bps INTEGER NOT NULL CHECK (weight_bps BETWEEN 0 AND 10000),
    stage TEXT NOT NULL,
    indicators TEXT NOT NULL,
    summary TEXT,
    opinion TEXT,
    submitted_at TIMESTAMP,
    rectify_by DATE,
    panel_required INTEGER NOT NULL CHECK (panel_required IN (0, 1)),
    panel TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (project_id, number)
);
CREATE INDEX milestones_due ON milestones (stage, due_on);
CREATE INDEX milestones_stage ON milestones (stage, id);
CREATE INDEX milestones_rectified ON milestones (project_id) WHERE rectify_by IS NOT NULL;

-- Who moved a milestone, when, from where to where, and with which words: append-only by trigger.
CREATE TABLE milestone_events (
    milestone_id TEXT NOT NULL REFERENCES milestones (id),
    seq BIGINT NOT NULL,
    action TEXT NOT NULL,
    from_stage TEXT NOT NULL,
    to_stage TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    opinion TEXT,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (milestone_id, seq)
);
CREATE INDEX milestones_rectify ON milestones (stage, rectify_by);

-- What shows that a project reached what it says. What was handed in stays.
CREATE TABLE evidence_files (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    sealed BYTEA NOT NULL,
    bytes_on_disk BIGINT NOT NULL CHECK (bytes_on_disk > 0),
    stored_as TEXT NOT NULL UNIQUE,
    uploaded_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    handed_in_at TIMESTAMP,
    removed_at TIMESTAMP,
    CHECK (handed_in_at IS NULL OR removed_at IS NULL)
);
CREATE INDEX evidence_files_project ON evidence_files (project_id, id);
CREATE INDEX evidence_files_removed ON evidence_files (removed_at, id);

-- What is due for a project that runs.
CREATE TABLE follow_ups (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    began_on DATE NOT NULL,
    visit_by DATE NOT NULL,
    onsite_by DATE NOT NULL,
    reports_from DATE NOT NULL,
    ended_on DATE
);
CREATE INDEX follow_ups_reports ON follow_ups (reports_from, project_id);
CREATE INDEX follow_ups_visit ON follow_ups (visit_by, project_id);
CREATE INDEX follow_ups_onsite ON follow_ups (onsite_by, project_id);

CREATE TABLE visits (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    author_id TEXT NOT NULL REFERENCES users (id),
    held_at TIMESTAMP NOT NULL,
    mode TEXT NOT NULL,
    place TEXT,
    participants TEXT NOT NULL,
    duration_min INTEGER NOT NULL CHECK (duration_min > 0),
    findings TEXT NOT NULL,
    note TEXT,
    next_visit_on DATE,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX visits_project ON visits (project_id, id);
CREATE INDEX visits_held ON visits (project_id, held_at);
CREATE INDEX visits_mode ON visits (project_id, mode, held_at);

CREATE TABLE reports (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    number INTEGER NOT NULL,
    due_on DATE NOT NULL,
    stage TEXT NOT NULL,
    content TEXT,
    submitted_by TEXT REFERENCES users (id),
    submitted_at TIMESTAMP,
    comment TEXT,
    commented_by TEXT REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (project_id, period),
    CHECK ((content IS NULL) = (submitted_at IS NULL))
);
CREATE INDEX reports_project ON reports (project_id, id);
CREATE INDEX reports_due ON reports (stage, due_on);
CREATE INDEX reports_stage ON reports (stage, id);
CREATE INDEX reports_missing ON reports (stage, kind, project_id, number);

-- What was handed in and sent back, as it was.
CREATE TABLE report_returns (
    report_id TEXT NOT NULL REFERENCES reports (id),
    number INTEGER NOT NULL,
    content TEXT NOT NULL,
    submitted_by TEXT NOT NULL REFERENCES users (id),
    submitted_at TIMESTAMP NOT NULL,
    reason TEXT NOT NULL,
    returned_by TEXT NOT NULL REFERENCES users (id),
    returned_at TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, number),
    CHECK (returned_by <> submitted_by)
);

CREATE TABLE yellow_cards (
    report_id TEXT PRIMARY KEY NOT NULL REFERENCES reports (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    issued_on DATE NOT NULL
);
CREATE INDEX yellow_cards_project ON yellow_cards (project_id);

CREATE TABLE status_reports (
    project_id TEXT NOT NULL REFERENCES projects (id),
    month_on DATE NOT NULL,
    light TEXT NOT NULL,
    light_reason TEXT,
    note TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    reported_at TIMESTAMP NOT NULL,
    PRIMARY KEY (project_id, month_on)
);

CREATE TABLE problems (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    visit_id TEXT REFERENCES visits (id),
    summary TEXT NOT NULL,
    owner TEXT NOT NULL,
    due_on DATE NOT NULL,
    stage TEXT NOT NULL,
    raised_by TEXT NOT NULL REFERENCES users (id),
    resolution TEXT,
    closed_by TEXT REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((closed_by IS NULL) = (resolution IS NULL))
);
CREATE INDEX problems_visit ON problems (visit_id, id);
CREATE INDEX problems_project ON problems (project_id, id);
CREATE INDEX problems_stage ON problems (stage, id);
CREATE INDEX problems_due ON problems (stage, due_on);
CREATE INDEX problems_raiser ON problems (raised_by, stage, due_on);

-- What was said once is not said again: of this object, by this rule, for this day.
CREATE TABLE reminders (
    rule TEXT NOT NULL,
    object_id TEXT NOT NULL,
    due_on DATE NOT NULL,
    sent_at TIMESTAMP NOT NULL,
    PRIMARY KEY (rule, object_id, due_on)
);

CREATE TABLE payments (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    source TEXT NOT NULL,
    gate TEXT NOT NULL,
    milestone_id TEXT REFERENCES milestones (id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    stage TEXT NOT NULL,
    requested_by TEXT REFERENCES users (id),
    requested_at TIMESTAMP,
    checked_by TEXT REFERENCES users (id),
    approved_by TEXT REFERENCES users (id),
    approved_on DATE,
    paid_by TEXT REFERENCES users (id),
    voucher_no TEXT UNIQUE,
    paid_on DATE,
    returned_by TEXT REFERENCES users (id),
    held_from TEXT,
    held_by TEXT REFERENCES users (id),
    hold_reason TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (project_id, number),
    CHECK ((stage = 'paid') = (voucher_no IS NOT NULL)),
    CHECK ((approved_on IS NULL) = (approved_by IS NULL) AND paid_on >= approved_on),
    CHECK ((stage = 'held') = (held_from IS NOT NULL) AND (held_from IS NULL) = (hold_reason IS NULL)),
    CHECK (requested_by <> checked_by AND requested_by <> approved_by AND requested_by <> paid_by),
    CHECK (checked_by <> approved_by AND checked_by <> paid_by AND approved_by <> paid_by)
);
CREATE INDEX payments_stage ON payments (stage, id);
CREATE INDEX payments_source ON payments (source, id);
CREATE INDEX payments_paid ON payments (paid_on, id);
CREATE INDEX payments_milestone ON payments (milestone_id);

-- Money that left, and perhaps came back: a payment has one transfer that stands, and a voucher is used once for ever.
CREATE TABLE transfers (
    payment_id TEXT NOT NULL REFERENCES payments (id),
    number INTEGER NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    voucher_no TEXT NOT NULL UNIQUE,
    paid_on DATE NOT NULL,
    paid_by TEXT NOT NULL REFERENCES users (id),
    returned_on DATE,
    returned_by TEXT REFERENCES users (id),
    return_reason TEXT,
    PRIMARY KEY (payment_id, number),
    CHECK ((returned_on IS NULL) = (returned_by IS NULL) AND (returned_on IS NULL) = (return_reason IS NULL)),
    CHECK (returned_by <> paid_by),
    CHECK (returned_on >= paid_on)
);
CREATE UNIQUE INDEX transfers_one_stands ON transfers (payment_id) WHERE returned_on IS NULL;

-- What the lead passed on to its partners.
CREATE TABLE sub_payments (
    payment_id TEXT NOT NULL REFERENCES payments (id),
    number INTEGER NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    forwarded_on DATE NOT NULL,
    voucher_no TEXT NOT NULL,
    recorded_by TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (payment_id, number),
    UNIQUE (payment_id, voucher_no)
);

-- What is to become of a project. One proposal waits at a time, and nobody decides on their own.
CREATE TABLE measures (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    stage TEXT NOT NULL,
    clock_stops INTEGER,
    until_on DATE,
    decision_no TEXT,
    decided_by TEXT REFERENCES users (id),
    decided_on DATE,
    over_on DATE,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (decided_by <> created_by)
);
CREATE INDEX measures_project ON measures (project_id, id);
CREATE INDEX measures_until ON measures (until_on);
CREATE INDEX measures_stage ON measures (stage, id);
CREATE UNIQUE INDEX measures_one_waits ON measures (project_id) WHERE stage = 'proposed';

-- What becomes of the lanes of a race, with the comparison as it stood. One proposal waits at a time, and nobody decides on their own.
CREATE TABLE race_gates (
    id TEXT PRIMARY KEY NOT NULL,
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    number INTEGER NOT NULL,
    stage TEXT NOT NULL,
    met_on DATE NOT NULL,
    assessors TEXT NOT NULL,
    opinion TEXT NOT NULL,
    lanes TEXT NOT NULL,
    comparison TEXT NOT NULL,
    decision_no TEXT,
    decided_by TEXT REFERENCES users (id),
    decided_on DATE,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (challenge_id, number),
    CHECK (decided_by <> created_by)
);
CREATE INDEX race_gates_stage ON race_gates (stage, id);
CREATE UNIQUE INDEX race_gates_one_waits ON race_gates (challenge_id) WHERE stage = 'proposed';

-- The settlement of a project, and what goes back. A project is settled once.
CREATE TABLE clawbacks (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    stage TEXT NOT NULL,
    cause TEXT NOT NULL,
    awarded_fen BIGINT NOT NULL,
    paid_fen BIGINT NOT NULL CHECK (paid_fen BETWEEN 0 AND awarded_fen),
    spent_fen BIGINT NOT NULL CHECK (spent_fen BETWEEN 0 AND paid_fen),
    irregular_fen BIGINT NOT NULL CHECK (irregular_fen BETWEEN 0 AND spent_fen),
    principal_fen BIGINT NOT NULL CHECK (principal_fen BETWEEN 0 AND paid_fen),
    interest_fen BIGINT NOT NULL CHECK (interest_fen >= 0),
    interest_rate_bps INTEGER,
    received_fen BIGINT NOT NULL,
    audit_no TEXT NOT NULL,
    reason TEXT NOT NULL,
    decision_no TEXT,
    due_on DATE,
    created_by TEXT NOT NULL REFERENCES users (id),
    decided_by TEXT REFERENCES users (id),
    write_off_by TEXT REFERENCES users (id),
    write_off_reason TEXT,
    written_off_fen BIGINT NOT NULL,
    write_off_no TEXT,
    written_off_by TEXT REFERENCES users (id),
    written_off_on DATE,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (decided_by <> created_by),
    CHECK (received_fen BETWEEN 0 AND principal_fen + interest_fen),
    CHECK (written_off_by <> write_off_by AND written_off_by <> created_by),
    CHECK ((stage = 'written_off') = (write_off_no IS NOT NULL) AND (write_off_no IS NULL) = (written_off_by IS NULL)
        AND (write_off_no IS NULL) = (written_off_on IS NULL)),
    CHECK (CASE WHEN stage = 'written_off' THEN received_fen + written_off_fen = principal_fen + interest_fen ELSE written_off_fen = 0 END)
);
CREATE INDEX clawbacks_project ON clawbacks (project_id, id);
CREATE INDEX clawbacks_stage ON clawbacks (stage, id);
CREATE INDEX clawbacks_due ON clawbacks (stage, due_on);
CREATE UNIQUE INDEX clawbacks_one_stands ON clawbacks (project_id) WHERE stage <> 'declined';

CREATE TABLE clawback_receipts (
    clawback_id TEXT NOT NULL REFERENCES clawbacks (id),
    number INTEGER NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    received_on DATE NOT NULL,
    voucher_no TEXT NOT NULL UNIQUE,
    recorded_by TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (clawback_id, number)
);

-- What the portfolio comes to: every change adds a row (triggers in `store/guards/`), which are summed up now and then.
CREATE TABLE calendars (
    year INTEGER PRIMARY KEY NOT NULL,
    off TEXT NOT NULL,
    work TEXT NOT NULL,
    imported_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE figures (
    kind TEXT NOT NULL,
    year INTEGER NOT NULL,
    plan_category TEXT NOT NULL,
    sector TEXT NOT NULL,
    stage TEXT NOT NULL,
    region TEXT NOT NULL,
    n BIGINT NOT NULL,
    fen BIGINT NOT NULL,
    settled INTEGER NOT NULL
);

CREATE TABLE audit (
    id TEXT PRIMARY KEY NOT NULL,
    at TIMESTAMP NOT NULL,
    request_id TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    key_id TEXT,
    role TEXT,
    tie TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    from_stage TEXT,
    to_stage TEXT,
    detail TEXT NOT NULL,
    sealed_challenge_id TEXT,
    sealed_round INTEGER,
    number BIGINT NOT NULL UNIQUE CHECK (number > 0),
    digest TEXT NOT NULL,
    link TEXT NOT NULL
);
CREATE INDEX audit_object ON audit (object_id, id);
CREATE INDEX audit_actor ON audit (actor_id, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_denied ON audit (id) WHERE outcome = 'denied';

CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    event_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    locale TEXT NOT NULL,
    template TEXT NOT NULL,
    facts TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    last_error TEXT,
    created_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    UNIQUE (event_id, recipient, template)
);
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'pending';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';

CREATE TABLE idempotency (
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    version BIGINT,
    body TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- What the department's own plans promise. One that is set anew stands in the place of the one before; nothing is written over.
CREATE TABLE targets (
    id TEXT PRIMARY KEY NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    year INTEGER NOT NULL,
    aspect TEXT NOT NULL,
    responsible_unit TEXT NOT NULL,
    document TEXT NOT NULL,
    section TEXT NOT NULL,
    quote TEXT NOT NULL,
    baseline TEXT,
    target TEXT NOT NULL,
    tolerance TEXT,
    comparator TEXT NOT NULL,
    nature TEXT NOT NULL,
    unit TEXT,
    as_of DATE NOT NULL,
    actual TEXT,
    actual_on DATE,
    actual_note TEXT,
    replaced_by TEXT REFERENCES targets (id) DEFERRABLE INITIALLY DEFERRED,
    created_by TEXT NOT NULL REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((actual IS NULL) = (actual_on IS NULL))
);
CREATE UNIQUE INDEX targets_code ON targets (code) WHERE replaced_by IS NULL;
CREATE INDEX targets_scope ON targets (scope, id);
CREATE INDEX targets_year ON targets (year, id);
CREATE INDEX targets_aspect ON targets (aspect, id);

-- Append-only by trigger: a correction is a later row of the same day.
CREATE TABLE target_actuals (
    id TEXT PRIMARY KEY NOT NULL,
    target_id TEXT NOT NULL REFERENCES targets (id),
    number INTEGER NOT NULL,
    value TEXT NOT NULL,
    as_of DATE NOT NULL,
    source TEXT NOT NULL,
    note TEXT,
    recorded_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    UNIQUE (target_id, number)
);
