//! The tables as diesel sees them. Mirrors `migrations/`; a test compares it with both databases.

diesel::table! {
    organizations (id) {
        id -> Text,
        name -> Text,
        uscc -> Nullable<Text>,
        country -> Nullable<Text>,
        foreign_reg_no -> Nullable<Text>,
        kind -> Text,
        region -> Text,
        city -> Nullable<Text>,
        stage -> Text,
        created_by -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        organization_id -> Text,
        email -> Text,
        name -> Text,
        division -> Nullable<Text>,
        locale -> Text,
        status -> Text,
        password_hash -> Text,
        password_set_at -> Timestamp,
        invited_until -> Nullable<Timestamp>,
        phone -> Nullable<Text>,
        id_mark -> Nullable<Text>,
        id_masked -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    user_roles (user_id, role) {
        user_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        user_id -> Text,
        roles -> Text,
        reason -> Text,
        stage -> Text,
        created_by -> Text,
        decided_by -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    subscriptions (user_id, sector) {
        user_id -> Text,
        sector -> Text,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        refresh_hash -> Text,
        previous_hash -> Nullable<Text>,
        rotated_at -> Timestamp,
        used_at -> Timestamp,
        proved_at -> Timestamp,
        address -> Text,
        user_agent -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    known_places (user_id, place) {
        user_id -> Text,
        place -> Text,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    login_challenges (token_hash) {
        token_hash -> Text,
        user_id -> Text,
        password_mark -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    account_links (token_hash) {
        token_hash -> Text,
        user_id -> Text,
        purpose -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        organization_id -> Text,
        created_by -> Text,
        name -> Text,
        scopes -> Text,
        networks -> Text,
        rate_per_minute -> BigInt,
        secret_hash -> Text,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        reminded_at -> Nullable<Timestamp>,
        replaced_by -> Nullable<Text>,
        revoked_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    second_factors (user_id) {
        user_id -> Text,
        secret -> Text,
        confirmed_at -> Nullable<Timestamp>,
        last_step -> BigInt,
        tries -> Integer,
        tried_at -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    recovery_codes (user_id, code_hash) {
        user_id -> Text,
        code_hash -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    batches (id) {
        id -> Text,
        year -> Integer,
        code -> Text,
        name -> Text,
        budget_fen -> BigInt,
        committed_fen -> BigInt,
        last_number -> Integer,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    schemes (id) {
        id -> Text,
        code -> Text,
        number -> Integer,
        content -> Text,
        created_by -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    challenges (id) {
        id -> Text,
        batch_id -> Text,
        year -> Integer,
        code -> Text,
        title -> Text,
        class -> Text,
        plan_category -> Text,
        sector -> Text,
        sponsor_id -> Nullable<Text>,
        scheme_id -> Nullable<Text>,
        fiscal_cap_fen -> BigInt,
        max_parallel_teams -> Integer,
        content -> Text,
        stage -> Text,
        phase -> Nullable<Text>,
        round -> Integer,
        opened_round -> Integer,
        opens_at -> Nullable<Timestamp>,
        closes_at -> Nullable<Timestamp>,
        questions_until -> Nullable<Timestamp>,
        suspended_at -> Nullable<Timestamp>,
        published_at -> Nullable<Timestamp>,
        publicity_ends_on -> Nullable<Date>,
        division -> Nullable<Text>,
        created_by -> Text,
        prepared_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    challenge_rounds (challenge_id, round) {
        challenge_id -> Text,
        round -> Integer,
        opens_at -> Timestamp,
        closes_at -> Timestamp,
        seal_mode -> Text,
        seal_key -> Nullable<Text>,
        seal_public -> Nullable<Binary>,
        closing_digest -> Nullable<Text>,
        opened_at -> Nullable<Timestamp>,
        opened_by -> Nullable<Text>,
        bids -> Nullable<Integer>,
        fail_reason -> Nullable<Text>,
        fail_detail -> Nullable<Text>,
        failed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    custodies (user_id) {
        user_id -> Text,
        public_key -> Binary,
        salt -> Binary,
        memory -> Integer,
        passes -> Integer,
        locked -> Binary,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    custodians (challenge_id, round, number) {
        challenge_id -> Text,
        round -> Integer,
        number -> Integer,
        user_id -> Text,
        share -> Nullable<Binary>,
        released_at -> Nullable<Timestamp>,
        lost_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bids (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        lead_org_id -> Text,
        stage -> Text,
        submission -> Integer,
        received_at -> Nullable<Timestamp>,
        digest -> Nullable<Text>,
        examined_by -> Nullable<Text>,
        examination -> Nullable<Text>,
        panel_score -> Nullable<Text>,
        award_fen -> Nullable<BigInt>,
        reserve_order -> Nullable<Integer>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    bid_drafts (bid_id) {
        bid_id -> Text,
        body -> Binary,
    }
}

diesel::table! {
    bid_files (id) {
        id -> Text,
        bid_id -> Text,
        sealed -> Binary,
        bytes_on_disk -> BigInt,
        stored_as -> Text,
        uploaded_by -> Text,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bid_submission_files (bid_id, number, file_id) {
        bid_id -> Text,
        number -> Integer,
        file_id -> Text,
    }
}

diesel::table! {
    bid_openings (bid_id) {
        bid_id -> Text,
        number -> Integer,
        body -> Nullable<Binary>,
        flaw -> Nullable<Text>,
        sealed_digest -> Text,
        received_at -> Timestamp,
        opened_at -> Timestamp,
    }
}

diesel::table! {
    disqualifications (id) {
        id -> Text,
        bid_id -> Text,
        objection_id -> Nullable<Text>,
        finding -> Text,
        finding_no -> Text,
        reason -> Text,
        stage -> Text,
        decision_no -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    bid_exits (bid_id) {
        bid_id -> Text,
        from_stage -> Text,
        letter_no -> Text,
        letter_on -> Date,
        reason -> Text,
        given_up -> Integer,
        left_by -> Text,
        left_at -> Timestamp,
    }
}

diesel::table! {
    bid_members (bid_id, user_id) {
        bid_id -> Text,
        user_id -> Text,
        access -> Text,
    }
}

diesel::table! {
    bid_submissions (bid_id, number) {
        bid_id -> Text,
        number -> Integer,
        sealed -> Binary,
        digest -> Text,
        received_at -> Timestamp,
        submitted_by -> Text,
    }
}

diesel::table! {
    bid_marks (challenge_id, round, mark, bid_id) {
        challenge_id -> Text,
        round -> Integer,
        mark -> Text,
        bid_id -> Text,
    }
}

diesel::table! {
    bid_examinations (bid_id) {
        bid_id -> Text,
        asked -> Nullable<Text>,
        asked_by -> Nullable<Text>,
        due_on -> Nullable<Date>,
        statement -> Nullable<Text>,
        corrected_at -> Nullable<Timestamp>,
        confirmed_by -> Nullable<Text>,
        appeal_until -> Nullable<Date>,
        grounds -> Nullable<Text>,
        appealed_at -> Nullable<Timestamp>,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    questions (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        organization_id -> Text,
        asked_by -> Text,
        stage -> Text,
        asked -> Text,
        published -> Nullable<Text>,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    amendments (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        kind -> Text,
        stage -> Text,
        reason -> Text,
        notice -> Nullable<Text>,
        changes -> Text,
        content -> Nullable<Text>,
        closes_at -> Nullable<Timestamp>,
        closes_before -> Nullable<Timestamp>,
        closes_after -> Nullable<Timestamp>,
        in_effect_at -> Nullable<Timestamp>,
        opinion -> Nullable<Text>,
        created_by -> Text,
        decided_by -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    partnerships (id) {
        id -> Text,
        bid_id -> Text,
        challenge_id -> Text,
        round -> Integer,
        organization_id -> Text,
        stage -> Text,
        terms -> Text,
        decided_by -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    restrictions (id) {
        id -> Text,
        stage -> Text,
        gravity -> Text,
        organization_id -> Nullable<Text>,
        identity -> Nullable<Text>,
        name -> Text,
        basis -> Text,
        decision_no -> Text,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    project_people (project_id, identity) {
        project_id -> Text,
        identity -> Text,
        part -> Text,
        person_months -> Integer,
    }
}

diesel::table! {
    experts (id) {
        id -> Text,
        title -> Text,
        speciality -> Text,
        stage -> Text,
        confirmed_until -> Nullable<Date>,
        reminded_on -> Nullable<Date>,
        last_drawn_at -> Nullable<Timestamp>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    expert_fields (expert_id, sector) {
        expert_id -> Text,
        sector -> Text,
    }
}

diesel::table! {
    expert_affiliations (expert_id, organization_id) {
        expert_id -> Text,
        organization_id -> Text,
        until -> Date,
    }
}

diesel::table! {
    draws (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        phase -> Text,
        stage -> Text,
        terms -> Text,
        seed -> Binary,
        commitment -> Text,
        pool -> Text,
        pool_digest -> Text,
        excluded -> Text,
        contribution -> Nullable<Text>,
        drawn -> Nullable<Text>,
        replaced -> Text,
        created_by -> Text,
        witnessed_by -> Nullable<Text>,
        witnessed_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    reviews (id) {
        id -> Text,
        bid_id -> Text,
        challenge_id -> Text,
        expert_id -> Text,
        phase -> Text,
        stage -> Text,
        due_at -> Timestamp,
        draft -> Nullable<Text>,
        scores -> Nullable<Text>,
        total -> Nullable<Text>,
        vote -> Nullable<Text>,
        comment -> Nullable<Text>,
        submitted_at -> Nullable<Timestamp>,
        recusal -> Nullable<Text>,
        reminders -> Integer,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    recusals (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        user_id -> Text,
        ground -> Text,
        reason -> Text,
        created_by -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    decisions (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        stage -> Text,
        meeting -> Nullable<Text>,
        recused_members -> Text,
        minute_no -> Text,
        decided_on -> Date,
        selections -> Text,
        publicity_starts_on -> Nullable<Date>,
        publicity_ends_on -> Nullable<Date>,
        announcement -> Nullable<Text>,
        announced_at -> Nullable<Timestamp>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    decision_signatures (decision_id, desk) {
        decision_id -> Text,
        desk -> Integer,
        user_id -> Text,
        signed_at -> Timestamp,
    }
}

diesel::table! {
    satisfactions (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        bid_id -> Text,
        stage -> Text,
        due_at -> Timestamp,
        grade -> Nullable<Text>,
        reasons -> Nullable<Text>,
        given_by -> Nullable<Text>,
        given_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    objections (id) {
        id -> Text,
        challenge_id -> Text,
        round -> Integer,
        decision_id -> Text,
        stage -> Text,
        kind -> Text,
        body -> Binary,
        filed_by -> Nullable<Text>,
        address_mark -> Nullable<Text>,
        token_hash -> Nullable<Text>,
        received_on -> Nullable<Date>,
        handler_id -> Nullable<Text>,
        extended_until -> Nullable<Date>,
        ground -> Nullable<Text>,
        reply -> Nullable<Binary>,
        answered_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    projects (id) {
        id -> Text,
        challenge_id -> Text,
        bid_id -> Text,
        code -> Text,
        title -> Text,
        lead_org_id -> Text,
        sponsor_id -> Nullable<Text>,
        stage -> Text,
        award_fen -> BigInt,
        ceded_fen -> BigInt,
        starts_on -> Date,
        ends_on -> Date,
        sign_by -> Date,
        author_id -> Text,
        commissioner_id -> Nullable<Text>,
        backup_id -> Nullable<Text>,
        planned_by -> Nullable<Text>,
        assessed_by -> Nullable<Text>,
        self_evaluation -> Nullable<Text>,
        opinion -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    acceptances (id) {
        id -> Text,
        project_id -> Text,
        number -> Integer,
        stage -> Text,
        self_evaluation -> Text,
        items -> Text,
        applied_by -> Text,
        applied_on -> Date,
        rectifies_by -> Nullable<Date>,
        meeting_on -> Nullable<Date>,
        task -> Nullable<Text>,
        finance -> Nullable<Text>,
        results -> Nullable<Text>,
        panel_opinion -> Nullable<Text>,
        recorded_by -> Nullable<Text>,
        result -> Nullable<Text>,
        opinion -> Nullable<Text>,
        rectify_by -> Nullable<Date>,
        decided_by -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        certificate_no -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    acceptance_experts (acceptance_id, expert_id) {
        acceptance_id -> Text,
        expert_id -> Text,
    }
}

diesel::table! {
    changes (id) {
        id -> Text,
        project_id -> Text,
        kind -> Text,
        stage -> Text,
        input -> Text,
        differences -> Text,
        sponsor_opinion -> Nullable<Text>,
        commissioner_opinion -> Nullable<Text>,
        opinion -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        number -> Nullable<Integer>,
        effective_at -> Nullable<Timestamp>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    commitments (project_id, number) {
        project_id -> Text,
        number -> Integer,
        change_id -> Nullable<Text>,
        content -> Text,
        sha256 -> Text,
        made_by -> Text,
        made_at -> Timestamp,
        effective_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    signatures (project_id, number, party) {
        project_id -> Text,
        number -> Integer,
        party -> Text,
        user_id -> Text,
        signer -> Text,
        legal_representative -> Nullable<Text>,
        sha256 -> Text,
        signed_at -> Timestamp,
    }
}

diesel::table! {
    outcomes (id) {
        id -> Text,
        project_id -> Text,
        kind -> Text,
        title -> Text,
        number -> Nullable<Text>,
        number_key -> Nullable<Text>,
        dated_on -> Date,
        year -> Integer,
        award_part -> Nullable<Text>,
        maturity -> Nullable<Text>,
        transfer_mode -> Nullable<Text>,
        contract_no -> Nullable<Text>,
        transfer_fen -> BigInt,
        sales_fen -> BigInt,
        maturity_now -> Nullable<Text>,
        transfer_total_fen -> BigInt,
        sales_total_fen -> BigInt,
        share_note -> Nullable<Text>,
        stage -> Text,
        registered_by -> Text,
        confirmed_by -> Nullable<Text>,
        opinion -> Nullable<Text>,
        next_due_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    outcome_owners (outcome_id, organization_id) {
        outcome_id -> Text,
        organization_id -> Text,
    }
}

diesel::table! {
    outcome_shares (outcome_id, project_id) {
        outcome_id -> Text,
        project_id -> Text,
        share_bps -> Integer,
        transfer_fen -> BigInt,
        sales_fen -> BigInt,
        confirmed_by -> Nullable<Text>,
    }
}

diesel::table! {
    outcome_years (id) {
        id -> Text,
        outcome_id -> Text,
        number -> Integer,
        year -> Integer,
        maturity -> Nullable<Text>,
        transfer_mode -> Nullable<Text>,
        contract_no -> Nullable<Text>,
        transfer_fen -> BigInt,
        sales_fen -> BigInt,
        note -> Nullable<Text>,
        recorded_by -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    assignments (id) {
        id -> Text,
        project_id -> Text,
        commissioner_id -> Text,
        kind -> Text,
        note -> Nullable<Text>,
        starts_at -> Timestamp,
        ends_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    milestones (id) {
        id -> Text,
        project_id -> Text,
        number -> Integer,
        name -> Text,
        due_on -> Date,
        weight_bps -> Integer,
        stage -> Text,
        indicators -> Text,
        summary -> Nullable<Text>,
        opinion -> Nullable<Text>,
        submitted_at -> Nullable<Timestamp>,
        rectify_by -> Nullable<Date>,
        panel_required -> Integer,
        panel -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    evidence_files (id) {
        id -> Text,
        project_id -> Text,
        sealed -> Binary,
        bytes_on_disk -> BigInt,
        stored_as -> Text,
        uploaded_by -> Text,
        created_at -> Timestamp,
        handed_in_at -> Nullable<Timestamp>,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    milestone_events (milestone_id, seq) {
        milestone_id -> Text,
        seq -> BigInt,
        action -> Text,
        from_stage -> Text,
        to_stage -> Text,
        user_id -> Nullable<Text>,
        opinion -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    follow_ups (project_id) {
        project_id -> Text,
        began_on -> Date,
        visit_by -> Date,
        onsite_by -> Date,
        reports_from -> Date,
        ended_on -> Nullable<Date>,
    }
}

diesel::table! {
    visits (id) {
        id -> Text,
        project_id -> Text,
        author_id -> Text,
        held_at -> Timestamp,
        mode -> Text,
        place -> Nullable<Text>,
        participants -> Text,
        duration_min -> Integer,
        findings -> Text,
        note -> Nullable<Text>,
        next_visit_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    reports (id) {
        id -> Text,
        project_id -> Text,
        kind -> Text,
        period -> Text,
        number -> Integer,
        due_on -> Date,
        stage -> Text,
        content -> Nullable<Text>,
        submitted_by -> Nullable<Text>,
        submitted_at -> Nullable<Timestamp>,
        comment -> Nullable<Text>,
        commented_by -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    report_returns (report_id, number) {
        report_id -> Text,
        number -> Integer,
        content -> Text,
        submitted_by -> Text,
        submitted_at -> Timestamp,
        reason -> Text,
        returned_by -> Text,
        returned_at -> Timestamp,
    }
}

diesel::table! {
    yellow_cards (report_id) {
        report_id -> Text,
        project_id -> Text,
        issued_on -> Date,
    }
}

diesel::table! {
    status_reports (project_id, month_on) {
        project_id -> Text,
        month_on -> Date,
        light -> Text,
        light_reason -> Nullable<Text>,
        note -> Text,
        author_id -> Text,
        reported_at -> Timestamp,
    }
}

diesel::table! {
    problems (id) {
        id -> Text,
        project_id -> Text,
        visit_id -> Nullable<Text>,
        summary -> Text,
        owner -> Text,
        due_on -> Date,
        stage -> Text,
        raised_by -> Text,
        resolution -> Nullable<Text>,
        closed_by -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    reminders (rule, object_id, due_on) {
        rule -> Text,
        object_id -> Text,
        due_on -> Date,
        sent_at -> Timestamp,
    }
}

diesel::table! {
    payments (id) {
        id -> Text,
        project_id -> Text,
        number -> Integer,
        source -> Text,
        gate -> Text,
        milestone_id -> Nullable<Text>,
        amount_fen -> BigInt,
        stage -> Text,
        requested_by -> Nullable<Text>,
        requested_at -> Nullable<Timestamp>,
        checked_by -> Nullable<Text>,
        approved_by -> Nullable<Text>,
        approved_on -> Nullable<Date>,
        paid_by -> Nullable<Text>,
        voucher_no -> Nullable<Text>,
        paid_on -> Nullable<Date>,
        returned_by -> Nullable<Text>,
        held_from -> Nullable<Text>,
        held_by -> Nullable<Text>,
        hold_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    sub_payments (payment_id, number) {
        payment_id -> Text,
        number -> Integer,
        organization_id -> Text,
        amount_fen -> BigInt,
        forwarded_on -> Date,
        voucher_no -> Text,
        recorded_by -> Text,
    }
}

diesel::table! {
    measures (id) {
        id -> Text,
        project_id -> Text,
        kind -> Text,
        cause -> Text,
        reason -> Text,
        stage -> Text,
        clock_stops -> Nullable<Integer>,
        until_on -> Nullable<Date>,
        decision_no -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        over_on -> Nullable<Date>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    clawbacks (id) {
        id -> Text,
        project_id -> Text,
        stage -> Text,
        cause -> Text,
        awarded_fen -> BigInt,
        paid_fen -> BigInt,
        spent_fen -> BigInt,
        irregular_fen -> BigInt,
        principal_fen -> BigInt,
        interest_fen -> BigInt,
        interest_rate_bps -> Nullable<Integer>,
        received_fen -> BigInt,
        audit_no -> Text,
        reason -> Text,
        decision_no -> Nullable<Text>,
        due_on -> Nullable<Date>,
        created_by -> Text,
        decided_by -> Nullable<Text>,
        write_off_by -> Nullable<Text>,
        write_off_reason -> Nullable<Text>,
        written_off_fen -> BigInt,
        write_off_no -> Nullable<Text>,
        written_off_by -> Nullable<Text>,
        written_off_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    clawback_receipts (clawback_id, number) {
        clawback_id -> Text,
        number -> Integer,
        amount_fen -> BigInt,
        received_on -> Date,
        voucher_no -> Text,
        recorded_by -> Text,
    }
}

diesel::table! {
    transfers (payment_id, number) {
        payment_id -> Text,
        number -> Integer,
        amount_fen -> BigInt,
        voucher_no -> Text,
        paid_on -> Date,
        paid_by -> Text,
        returned_on -> Nullable<Date>,
        returned_by -> Nullable<Text>,
        return_reason -> Nullable<Text>,
    }
}

diesel::table! {
    calendars (year) {
        year -> Integer,
        off -> Text,
        work -> Text,
        imported_by -> Text,
        version -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    figures (kind, year, plan_category, sector, stage, region) {
        kind -> Text,
        year -> Integer,
        plan_category -> Text,
        sector -> Text,
        stage -> Text,
        region -> Text,
        n -> BigInt,
        fen -> BigInt,
        settled -> Integer,
    }
}

diesel::table! {
    audit (id) {
        id -> Text,
        at -> Timestamp,
        request_id -> Text,
        actor_id -> Nullable<Text>,
        actor_name -> Text,
        key_id -> Nullable<Text>,
        role -> Nullable<Text>,
        tie -> Nullable<Text>,
        action -> Text,
        outcome -> Text,
        object_kind -> Text,
        object_id -> Text,
        from_stage -> Nullable<Text>,
        to_stage -> Nullable<Text>,
        detail -> Text,
        sealed_challenge_id -> Nullable<Text>,
        sealed_round -> Nullable<Integer>,
        number -> BigInt,
        digest -> Text,
        link -> Text,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        event_id -> Text,
        recipient -> Text,
        recipient_name -> Text,
        locale -> Text,
        template -> Text,
        facts -> Text,
        state -> Text,
        attempts -> Integer,
        due_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    idempotency (user_id, key) {
        user_id -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> Integer,
        location -> Nullable<Text>,
        version -> Nullable<BigInt>,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    race_gates (id) {
        id -> Text,
        challenge_id -> Text,
        number -> Integer,
        stage -> Text,
        met_on -> Date,
        assessors -> Text,
        opinion -> Text,
        lanes -> Text,
        comparison -> Text,
        decision_no -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    targets (id) {
        id -> Text,
        code -> Text,
        name -> Text,
        scope -> Text,
        year -> Integer,
        aspect -> Text,
        responsible_unit -> Text,
        document -> Text,
        section -> Text,
        quote -> Text,
        baseline -> Nullable<Text>,
        target -> Text,
        tolerance -> Nullable<Text>,
        comparator -> Text,
        nature -> Text,
        unit -> Nullable<Text>,
        as_of -> Date,
        actual -> Nullable<Text>,
        actual_on -> Nullable<Date>,
        actual_note -> Nullable<Text>,
        replaced_by -> Nullable<Text>,
        created_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    target_actuals (id) {
        id -> Text,
        target_id -> Text,
        number -> Integer,
        value -> Text,
        as_of -> Date,
        source -> Text,
        note -> Nullable<Text>,
        recorded_by -> Text,
        created_at -> Timestamp,
    }
}

diesel::joinable!(account_links -> users (user_id));
diesel::joinable!(api_keys -> users (created_by));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(user_roles -> users (user_id));
diesel::joinable!(subscriptions -> users (user_id));
diesel::joinable!(milestone_events -> users (user_id));
diesel::joinable!(bids -> challenges (challenge_id));
diesel::joinable!(bids -> organizations (lead_org_id));
diesel::joinable!(bid_drafts -> bids (bid_id));
diesel::joinable!(disqualifications -> bids (bid_id));
diesel::joinable!(bid_examinations -> bids (bid_id));
diesel::joinable!(bid_files -> bids (bid_id));
diesel::joinable!(bid_openings -> bids (bid_id));
diesel::joinable!(bid_submissions -> bids (bid_id));
diesel::joinable!(challenge_rounds -> challenges (challenge_id));
diesel::joinable!(bid_members -> users (user_id));
diesel::joinable!(custodians -> users (user_id));
diesel::joinable!(users -> organizations (organization_id));
diesel::joinable!(assignments -> projects (project_id));
diesel::joinable!(milestones -> projects (project_id));
diesel::joinable!(payments -> projects (project_id));
diesel::joinable!(sub_payments -> payments (payment_id));
diesel::joinable!(acceptances -> projects (project_id));
diesel::joinable!(clawbacks -> projects (project_id));
diesel::joinable!(changes -> projects (project_id));
diesel::joinable!(follow_ups -> projects (project_id));
diesel::joinable!(problems -> projects (project_id));
diesel::joinable!(reports -> projects (project_id));
diesel::joinable!(outcomes -> projects (project_id));
diesel::joinable!(outcome_shares -> projects (project_id));
diesel::joinable!(project_people -> projects (project_id));
diesel::joinable!(reviews -> bids (bid_id));
diesel::joinable!(decisions -> challenges (challenge_id));

diesel::allow_tables_to_appear_in_same_query!(
    organizations,
    users,
    account_links,
    api_keys,
    experts,
    expert_fields,
    user_roles,
    subscriptions,
    sessions,
    batches,
    challenges,
    challenge_rounds,
    custodians,
    bids,
    bid_drafts,
    disqualifications,
    bid_examinations,
    bid_files,
    bid_submission_files,
    bid_openings,
    bid_members,
    bid_submissions,
    reviews,
    decisions,
    satisfactions,
    projects,
    project_people,
    changes,
    commitments,
    signatures,
    acceptances,
    acceptance_experts,
    outcomes,
    outcome_owners,
    outcome_shares,
    outcome_years,
    assignments,
    milestones,
    milestone_events,
    evidence_files,
    payments,
    follow_ups,
    problems,
    reports,
    report_returns,
    transfers,
    sub_payments,
    clawbacks,
    measures,
    race_gates,
    partnerships,
    audit,
    outbox,
    idempotency
);
