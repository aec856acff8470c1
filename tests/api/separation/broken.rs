//! What would be a breach of a separation rule, as the rows that would show it.

/// Each rule as the rows that would break it. Everyone's deeds stand in the audit log.
pub const BROKEN: &[(&str, &str)] = &[
    (
        "SD1: examined and decided",
        "audit a JOIN decisions d ON d.id = a.object_id JOIN bids b ON b.challenge_id = d.challenge_id
        WHERE a.outcome = 'accepted' AND a.action IN ('decision.approve', 'decision.return') AND b.examined_by = a.actor_id",
    ),
    (
        "examined and confirmed by one person",
        "bids b JOIN bid_examinations e ON e.bid_id = b.id WHERE b.examined_by = e.confirmed_by",
    ),
    (
        "SD1: examined and proposed or awarded",
        "audit a JOIN bids b ON b.challenge_id = a.object_id WHERE a.outcome = 'accepted'
        AND a.action IN ('challenge.propose', 'challenge.award', 'challenge.publicise') AND b.examined_by = a.actor_id",
    ),
    (
        "SD1: examined and paid",
        "payments p JOIN projects r ON r.id = p.project_id JOIN bids b ON b.challenge_id = r.challenge_id
        WHERE b.examined_by IN (p.checked_by, p.approved_by, p.paid_by)",
    ),
    (
        "SD4: two desks of one payment",
        "payments p WHERE p.requested_by IN (p.checked_by, p.approved_by, p.paid_by)
        OR p.checked_by IN (p.approved_by, p.paid_by) OR p.approved_by = p.paid_by",
    ),
    ("SD5: gave oneself a role", "grants g WHERE g.decided_by IN (g.created_by, g.user_id)"),
    (
        "SD6: examined and follows",
        "assignments s JOIN projects r ON r.id = s.project_id JOIN bids b ON b.challenge_id = r.challenge_id
        WHERE b.examined_by = s.commissioner_id",
    ),
    (
        "SD6: follows and pays",
        "assignments s JOIN payments p ON p.project_id = s.project_id
        WHERE s.commissioner_id IN (p.approved_by, p.paid_by)",
    ),
    (
        "SD6: follows and judges",
        "assignments s JOIN audit a ON a.object_id = s.project_id
        WHERE a.outcome = 'accepted' AND a.action = 'project.conclude' AND a.actor_id = s.commissioner_id",
    ),
    (
        "SD6: follows and is on the panel, or writes down what it found",
        "acceptances a JOIN assignments s ON s.project_id = a.project_id LEFT JOIN acceptance_experts e ON e.acceptance_id = a.id
        WHERE s.commissioner_id IN (e.expert_id, a.recorded_by)",
    ),
    ("wrote down what the panel found and concluded", "acceptances a WHERE a.recorded_by = a.decided_by"),
    (
        "own work approved",
        "audit a JOIN challenges c ON c.id = a.object_id WHERE a.outcome = 'accepted'
        AND a.action IN ('challenge.approve', 'challenge.award', 'challenge.fail') AND a.actor_id = c.created_by",
    ),
    (
        "prepared and approved",
        "audit a JOIN audit w ON w.object_id = a.object_id AND w.actor_id = a.actor_id
        WHERE a.outcome = 'accepted' AND w.outcome = 'accepted' AND a.action = 'challenge.approve'
        AND w.action IN ('challenge.create', 'challenge.edit', 'challenge.submit')",
    ),
    (
        "planned and signed for the department",
        "audit a JOIN audit w ON w.object_id = a.object_id AND w.actor_id = a.actor_id
        WHERE a.outcome = 'accepted' AND w.outcome = 'accepted' AND a.action = 'project.countersign' AND w.action = 'project.plan'
        AND NOT EXISTS (SELECT 1 FROM audit l WHERE l.object_id = a.object_id AND l.outcome = 'accepted' AND l.action = 'project.plan'
            AND l.number > w.number AND l.number < a.number)",
    ),
    (
        "own proposal approved",
        "audit a JOIN decisions d ON d.id = a.object_id WHERE a.outcome = 'accepted'
        AND a.action = 'decision.approve' AND a.actor_id = d.created_by",
    ),
    (
        "SD3: decided in writing and made a bid, a score or a payment",
        "decisions d JOIN audit a ON a.actor_id = d.created_by WHERE a.outcome = 'accepted'
        AND a.action IN ('bid.create', 'bid.edit', 'bid.submit', 'review.submit', 'payment.request')",
    ),
    (
        "SD9: the sponsor bids",
        "bids b JOIN challenges c ON c.id = b.challenge_id WHERE b.lead_org_id = c.sponsor_id",
    ),
    (
        "SD15: supervises and writes",
        "audit a JOIN user_roles u ON u.user_id = a.actor_id WHERE u.role IN ('auditor', 'supervisor', 'leader', 'sysadmin', 'secadmin')
        AND a.outcome = 'accepted' AND a.object_kind IN ('batch', 'challenge', 'bid', 'review', 'decision', 'project', 'milestone', 'payment')
        AND a.action NOT LIKE '%.read'",
    ),
    (
        "three administrators in one person",
        "user_roles u JOIN user_roles v ON v.user_id = u.user_id AND v.role <> u.role WHERE u.role IN ('sysadmin', 'secadmin', 'auditor')",
    ),
    (
        "of the department and outside it",
        "user_roles u JOIN user_roles v ON v.user_id = u.user_id
        WHERE u.role IN ('team', 'sponsor', 'expert') AND v.role NOT IN ('team', 'sponsor', 'expert')",
    ),
];
