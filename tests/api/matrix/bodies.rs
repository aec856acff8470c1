//! Bodies that are right for the routes of the matrix.

use super::world::World;
use crate::support::inputs;
use serde_json::{Value, json};

impl World<'_> {
    /// A body that is right for the route.
    pub fn body(&self, route: &str) -> Option<Value> {
        let challenge = || inputs::challenge(&self.story.batch, &self.organization, 999);
        let reason = json!({"reason": "理由充分"});
        let opinion = json!({"opinion": "意见明确"});
        Some(match route {
            "POST /users/{id}/grants" => json!({"roles": ["team"], "reason": "入职"}),
            "PUT /challenges/{id}" | "POST /challenges" => challenge(),
            "POST /batches" => inputs::batch(999),
            "POST /challenges/{id}/questions" => inputs::question(),
            "POST /challenges/{id}/amendments" => inputs::extension(self.story.app, 40),
            "POST /questions/{id}/answer" => json!({"answer": "可以。"}),
            "POST /questions/{id}/decline"
            | "POST /bids/{id}/return_examination"
            | "POST /satisfactions/{id}/waive"
            | "POST /measures/{id}/decline"
            | "POST /disqualifications/{id}/decline"
            | "POST /race_gates/{id}/decline"
            | "POST /clawbacks/{id}/decline" => reason,
            "POST /calendars/import" => json!({"year": 2031, "off": "0101", "work": "-"}),
            "POST /restrictions" => inputs::restriction(&self.organization),
            "POST /organizations" => {
                json!({"name": "外部单位", "country": "DE", "foreign_reg_no": "7", "kind": "foreign", "region": "overseas"})
            }
            "POST /users" => {
                json!({"organization_id": self.organization, "email": "n@x.cn", "name": "新人"})
            }
            "POST /auth/forgot_password" => json!({"email": "nobody@test.example"}),
            "POST /auth/reset_password" => json!({"token": "guessed", "password": "long enough to be taken"}),
            "POST /me/keys" => json!({"name": "报送系统", "scopes": ["report"]}),
            "POST /me/subscriptions" => json!({"sectors": []}),
            "POST /me/second_factor/confirm" | "POST /me/second_factor/regenerate" => json!({"code": "123456"}),
            "POST /me/second_factor/disable" => json!({"password": "12345678", "code": "123456"}),
            "POST /auth/step_up" => json!({"password": "12345678"}),
            "POST /me/custody/enrol" | "POST /me/custody/renew" | "POST /challenges/{id}/release_share" => {
                json!({"passphrase": "three keepers keep a secret"})
            }
            "POST /me/phone" => json!({"phone": "13800138000"}),
            "POST /me/identity_number" => json!({"identity_number": "11010519491231002X"}),
            "POST /me/password" | "POST /me/custody/change_passphrase" => json!({"current": "12345678", "new": "12345678"}),
            "POST /challenges/{id}/publish" | "POST /challenges/{id}/republish" => self.story.window(),
            "POST /challenges/{id}/propose" if self.story.bid.is_empty() => {
                let mut proposal = self.story.proposal();
                proposal["selections"][0]["bid_id"] = json!(self.user);
                proposal
            }
            "POST /challenges/{id}/propose" => self.story.proposal(),
            "POST /challenges/{id}/publicise" => self.story.publicity_window(),
            "POST /challenges/{id}/fail" => json!({"reason_code": "other", "reason": "其他原因"}),
            "POST /challenges/{id}/bids" => inputs::bid(),
            "PUT /bids/{id}" => inputs::with_partner(&self.partner),
            "PUT /bids/{id}/members" => json!({"members": [{"user_id": self.user, "access": "submit"}]}),
            "POST /bids/{id}/leave" => inputs::leave(self.story.app),
            "POST /bids/{id}/disqualifications" => inputs::disqualification(),
            "POST /bids/{id}/examine" => inputs::examination(&[]),
            "POST /bids/{id}/request_correction" => json!({"items": [{"code": "F3", "finding": "fail", "reason": "缺公章"}]}),
            "POST /bids/{id}/correct" => json!({"statement": "已补盖公章。"}),
            "POST /bids/{id}/appeal" => json!({"grounds": "材料齐全，公章在第三页。"}),
            "POST /bids/{id}/decide_appeal" => json!({"upheld": true, "reason": "申诉成立"}),
            "POST /bids/{id}/shortlist" => json!({"shortlisted": true, "reason": "方案可行"}),
            "POST /bids/{id}/reviews" => json!({"expert_id": self.expert, "due_at": "2027-01-01T00:00:00Z"}),
            "POST /reviews/{id}/declare" => json!({"no_conflict": true}),
            "POST /reviews/{id}/decline" => json!({"conflict": true, "reason": "曾共事"}),
            "POST /reviews/{id}/save" => json!({"scores": [{"criterion": "fit", "points": "20"}]}),
            "POST /challenges/{id}/ask_sponsor" => {
                json!({"due_at": self.story.app.app.clock.now().plus(chrono::TimeDelta::days(5)).to_string()})
            }
            "POST /satisfactions/{id}/give" => json!({"grade": "satisfied", "reasons": "方案切合企业需要，愿意配合实施。"}),
            "POST /schemes" => json!({"code": "another", "scheme": inputs::scheme()}),
            "POST /challenges/{id}/next_phase" => json!({}),
            "POST /reviews/{id}/submit" => inputs::scores("26"),
            "POST /challenges/{id}/objections" => inputs::objection(),
            "POST /objections/confirm" => json!({"token": "guessed"}),
            "POST /objections/{id}/rule_out" => json!({"ground": "no_evidence", "reply": "未提供可核查的事实和证据。"}),
            "POST /objections/{id}/extend" => json!({"until": "2027-01-01", "reason": "需要委托第三方补充调查取证。"}),
            "POST /objections/{id}/answer" => json!({"verdict": "dismissed", "reply": "经核查，反映的问题不属实。"}),
            "POST /experts" => json!({"user_id": self.outsider, "profile": inputs::profile("technical")}),
            "PUT /experts/{id}" => inputs::profile("finance"),
            "POST /challenges/{id}/draws" => inputs::terms(),
            "POST /draws/{id}/witness" => json!({"contribution": "骰子：3 5 1"}),
            "POST /draws/{id}/replace" => json!({"expert_id": self.expert, "reason": "因病不能参加"}),
            "POST /draws/{id}/invite" => json!({"due_at": "2027-01-01T00:00:00Z"}),
            "POST /challenges/{id}/recusals" => json!({"reason": "与申请单位负责人系亲属"}),
            "PUT /projects/{id}/plan" => inputs::plan(650 * inputs::WAN),
            "POST /projects/{id}/sign" => json!({"party": "team", "pledge": true, "legal_representative": "赵法人"}),
            "POST /projects/{id}/assign" => json!({"commissioner_id": self.commissioner, "note": "岗位调整，移交。"}),
            "POST /projects/{id}/apply_acceptance" => inputs::acceptance(),
            "POST /acceptances/{id}/assess" => inputs::assessment(&self.panel, "pass", "pass"),
            "POST /projects/{id}/conclude" => json!({"conclusion": "completed", "opinion": "通过"}),
            "POST /projects/{id}/changes" | "POST /changes/{id}/resubmit" => {
                inputs::change(self.story.app, json!({"kind": "title", "title": "煤层气提浓成套技术及其示范"}))
            }
            "POST /changes/{id}/advise" => json!({"verdict": "support", "opinion": "情况属实"}),
            "POST /changes/{id}/sign" => inputs::signature("team"),
            "POST /milestones/{id}/assess" => inputs::node_assessment("pass"),
            "POST /milestones/{id}/submit" => inputs::evidence(&[("K1", "91", &self.user)]),
            "POST /milestones/{id}/verify" | "POST /milestones/{id}/fail" | "POST /changes/{id}/comment" | "POST /changes/{id}/approve" => {
                opinion
            }
            "POST /milestones/{id}/return" => {
                json!({"opinion": "补充材料", "rectify_by": self.story.app.app.clock.now().date().plus_days(30).to_string()})
            }
            "POST /projects/{id}/visits" | "PUT /visits/{id}" => inputs::visit(self.story.app),
            "POST /me/status_reports" => json!({"reports": [{"project_id": self.user, "note": "按计划推进"}]}),
            "POST /reports/{id}/submit" => inputs::report(),
            "POST /reports/{id}/comment" => json!({"comment": "进展符合计划"}),
            "POST /projects/{id}/outcomes" => inputs::outcome_of(self.story.app, &self.organization, "ZL2"),
            "PUT /outcomes/{id}" => inputs::outcome_of(self.story.app, &self.organization, "ZL1"),
            "POST /outcomes/{id}/confirm_share" => json!({"project_id": self.story.project}),
            "POST /outcomes/{id}/refuse_share" => json!({"project_id": self.story.project, "reason": "未参与"}),
            "POST /outcomes/{id}/follow_up" => json!({"year": 1, "sales_fen": 0}),
            "POST /targets" => inputs::target("T2"),
            "POST /targets/{id}/record" => json!({"value": "3", "as_of": "2026-01-31", "source": "月度调度"}),
            "POST /projects/{id}/problems" => inputs::problem(self.story.app),
            "POST /problems/{id}/close" => json!({"resolution": "设备已到位"}),
            "POST /payments/{id}/pay" => json!({"voucher_no": "PZ-999", "paid_on": "2026-01-01"}),
            "POST /projects/{id}/measures" => json!({"kind": "terminate", "cause": "conditions_lost", "reason": "需求方停产。"}),
            "POST /projects/{id}/clawbacks" => json!({"audit_no": "审字1号", "spent_fen": 0, "reason": "审计结论。"}),
            "POST /clawbacks/{id}/receive" => json!({"amount_fen": 1, "received_on": "2026-01-01", "voucher_no": "TK-999"}),
            "POST /challenges/{id}/race_gates" => {
                let panel = inputs::node_assessment("pass");
                json!({"met_on": "2026-01-01", "assessors": panel["assessors"], "opinion": "考核意见。", "lanes": []})
            }
            "POST /race_gates/{id}/approve"
            | "POST /disqualifications/{id}/approve"
            | "POST /measures/{id}/approve"
            | "POST /clawbacks/{id}/approve"
            | "POST /clawbacks/{id}/approve_write_off" => {
                json!({"decision_no": "示科发〔2026〕1号"})
            }
            "POST /payments/{id}/forward" => {
                json!({"organization": self.partner, "amount_fen": 1, "forwarded_on": "2026-01-02", "voucher_no": "ZB-999"})
            }
            "POST /payments/{id}/reverse" => json!({"reason": "账号有误", "returned_on": "2026-01-02"}),
            _ if route.ends_with("/return")
                || route.ends_with("/hold")
                || route.ends_with("_write_off")
                || route.ends_with("/release")
                || route.ends_with("/suspend")
                || route.ends_with("/resume")
                || route.ends_with("/amendments/{id}/decline")
                || route.ends_with("/grants/{id}/decline")
                || route.ends_with("/reject")
                || route.starts_with("POST /restrictions/{id}/decline")
                || route.ends_with("/lift")
                || route.ends_with("/adjust")
                || route.ends_with("/pause")
                || route.ends_with("/forfeit")
                || route.ends_with("/experts/{id}/remove")
                || route.ends_with("/void")
                || route.ends_with("/challenges/{id}/withdraw") =>
            {
                reason
            }
            _ => return None,
        })
    }
}
