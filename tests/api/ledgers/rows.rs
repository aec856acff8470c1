//! What stands in each ledger: its headings, and a row that is filled.

use super::{csv, list};
use crate::changes::effective;
use crate::clawbacks::notified;
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// The first row of a ledger's file, without the days of the file.
async fn first(app: &TestApp, code: &str) -> Vec<String> {
    let mut row = csv(app, &app.officer().await, &format!("{code}/file?format=csv")).await.swap_remove(1);
    row.truncate(row.len() - 2);
    row
}

fn today(app: &TestApp) -> String {
    app.app.clock.now().date().to_string()
}

/// Sent back by the commissioner, to be mended within a month.
async fn sent_back(story: &Story<'_>) {
    story.handed_in(0, &[("K1", "89")]).await;
    let by = story.app.app.clock.now().date().plus_days(30).to_string();
    let path = format!("/milestones/{}/return", story.milestones[0]);
    story.app.commissioner().await.post(&path, json!({"opinion": "补充长周期数据", "rectify_by": by})).await.is(200);
}

on_both! {
    async fn every_ledger_has_its_headings(app: TestApp) {
        for (code, headings) in [
            ("commitments", "项目编号 项目名称 牵头单位 状态 签订期限 签订日 生效日 军令状签署人 法定代表人 甲方签署人 需求方签署人 承诺指标 违约责任 是否逾期签订 补充任务书次数"),
            ("milestones", "项目编号 项目名称 牵头单位 节点序号 节点内容 指标及目标值 完成值 到期日 提交日 考核日 结论 整改期限 逾期天数 灯色"),
            ("spending", "项目编号 项目名称 牵头单位 科目 预算（万元） 其中财政预算（万元） 财政支出（万元） 需求方支出（万元） 自筹支出（万元） 执行率（%） 依据报告期"),
            ("visits", "专员 项目编号 项目名称 牵头单位 服务日 方式 地点 服务情况 发现问题 责任人 办结期限 办理情况 办结日 办理结果 下次计划 是否补记"),
            ("reports", "项目编号 项目名称 牵头单位 类型 期间 状态 到期日 提交日 逾期天数 进度 指标完成率（%） 累计支出（万元） 支出率（%） 风险等级 问题 需协调事项 专员意见"),
            ("changes", "项目编号 项目名称 牵头单位 类型 是否重大变更 事由 事由发生日 原值 新值 申请日 状态 批准日 批准人 补充任务书号 生效日"),
            ("rectifications", "项目编号 项目名称 牵头单位 来源 节点或期间 问题 提出日 期限 完成日 逾期天数 结论 黄牌次数"),
            ("clawbacks", "项目编号 项目名称 牵头单位 类型 原因 说明 决定文号 决定日 财政（万元） 已拨（万元） 追回事由 追回决定文号 应退本金（万元） 利息（万元） 应退合计（万元） 已退（万元） 核销（万元） 未退（万元） 截止日 逾期天数 状态"),
            ("acceptances", "项目编号 项目名称 牵头单位 到期日 申请期限 第几次申请 申请日 状态 评议日 专家组 任务结论 财务结论 总体结论 结论日 科技报告编号 审计报告号 证书编号"),
        ] {
            let rows = csv(&app, &app.officer().await, &format!("{code}/file?format=csv")).await;
            assert_eq!(rows, [format!("{headings} 填报日期 数据截止日").split(' ').map(ToOwned::to_owned).collect::<Vec<_>>()], "{code}");
        }
    }

    async fn the_ledger_of_commitments_says_who_pledged_what_and_whether_in_time(app: TestApp) {
        let story = Story::active(&app).await;
        let day = today(&app);
        let project = app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200);
        assert_eq!(first(&app, "commitments").await[3..], [
            "执行中", project["sign_by"].as_str().unwrap(), &day, &day, "team-keda 某", "赵法人", "director 某", "sponsor 某",
            "产品甲烷浓度≥96%、单位电耗≤0.5kWh/m³、新增产值≥3000万元", "承诺、停拨、追回、禁申、尽职免责、变更", "否", "0",
        ]);
        effective(&app, &story, json!({"kind": "title", "title": "煤层气提浓成套技术及其示范"})).await;
        assert_eq!(first(&app, "commitments").await[14], "1", "a supplement");
        let late = Story::planned(&app).await;
        app.days_later(60);
        let row = &list(&app.officer().await, &format!("commitments?project_id={}", late.project)).await["items"][0];
        assert_eq!((&row["signed_on"], &row["is_late"]), (&Value::Null, &json!("yes")), "not signed, and its day is past");
    }

    async fn the_ledger_of_milestones_counts_late_days_as_the_light_does(app: TestApp) {
        let story = Story::active(&app).await;
        sent_back(&story).await;
        let (day, by) = (today(&app), app.app.clock.now().date().plus_days(30).to_string());
        assert_eq!(first(&app, "milestones").await[3..], [
            "1", "小试完成", "产品甲烷浓度≥90%", "产品甲烷浓度：89", "2027-02-01", &day, &day, "限期整改", &by, "0", "黄灯",
        ]);
        app.days_later(37);
        assert_eq!(first(&app, "milestones").await[12..], ["7", "红灯"]);
        let project = app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200);
        assert_eq!((&project["light"], &project["overdue_milestones"]), (&json!("red"), &json!(1)));
    }

    async fn the_ledger_of_spending_has_the_budget_line_by_line_and_what_was_reported(app: TestApp) {
        let story = Story::active(&app).await;
        app.at("2026-07-01T01:00:00Z");
        app.app.tidy().await.unwrap();
        let team = app.team("keda").await;
        let reports = team.get(&format!("/projects/{}/reports", story.project)).await.is(200);
        let report = format!("/reports/{}", reports["items"][0]["id"].as_str().unwrap());
        let before = first(&app, "spending").await;
        assert_eq!(before[3..], ["设备费", "278.571429", "278.571429", "", "", "", "", ""]);
        team.post(&format!("{report}/submit"), inputs::report()).await.is(200);
        let page = list(&app.leader().await, "spending?sort=created_at").await;
        let lines = page["items"].as_array().unwrap();
        let sum: i64 = lines.iter().map(|line| line["fiscal_budget_fen"].as_i64().unwrap()).sum();
        assert_eq!(sum, 650 * inputs::WAN, "the lines make the award to the fen");
        let business = lines.iter().find(|line| line["item"] == "business").unwrap();
        assert_eq!((&business["self_spent_fen"], &business["fiscal_spent_fen"], &business["period"]), (&json!(10 * inputs::WAN), &json!(0), &json!("2026Q3")));
        let whole = business["budget_fen"].as_i64().unwrap();
        assert_eq!(business["spent_bps"], 10 * inputs::WAN * 10_000 / whole);
    }

    async fn the_ledger_of_visits_has_a_row_for_each_problem_until_it_is_closed(app: TestApp) {
        let story = Story::active(&app).await;
        app.days_later(20);
        let commissioner = app.commissioner().await;
        let mut input = inputs::visit(&app);
        input["problems"] = json!([inputs::problem(&app), {"summary": "人手不足", "owner": "王骨干", "due_on": today(&app)}]);
        commissioner.post(&format!("/projects/{}/visits", story.project), input).await.is(201);
        commissioner.post(&format!("/projects/{}/visits", story.project), inputs::visit(&app)).await.is(201);
        let problems = commissioner.get("/problems").await.is(200);
        let lack = problems["items"].as_array().unwrap().iter().find(|problem| problem["summary"] == "人手不足").unwrap();
        commissioner.post(&format!("/problems/{}/close", lack["id"].as_str().unwrap()), json!({"resolution": "已补充两人"})).await.is(200);
        let rows = csv(&app, &app.officer().await, "visits/file?format=csv").await;
        assert_eq!(rows.len(), 4);
        let closed = rows.iter().find(|row| row[8] == "人手不足").unwrap();
        let (day, next) = (today(&app), app.app.clock.now().date().plus_days(60).to_string());
        assert_eq!(closed[3..16], [
            "keda 单位", &day, "现场", "示范装置现场", "吸附剂定型试验按计划进行。", "人手不足", "王骨干", &day, "已办结", &day, "已补充两人", &next, "否",
        ]);
        assert_eq!((closed[0].as_str(), rows.iter().filter(|row| row[8].is_empty()).count()), ("commissioner 某", 1));
        assert!(!rows.concat().concat().contains("团队人手偏紧"), "a note is no part of it");
        for sort in ["created_at", "-created_at"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = list(&app.officer().await, &format!("visits?limit=1&sort={sort}{cursor}")).await;
                seen.push(page["items"][0]["problem"].clone());
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen.len(), 3, "{seen:?}");
        }
    }

    async fn the_ledger_of_reports_holds_them_against_the_commitment(app: TestApp) {
        let story = Story::active(&app).await;
        app.at("2026-07-01T01:00:00Z");
        app.app.tidy().await.unwrap();
        let team = app.team("keda").await;
        let reports = team.get(&format!("/projects/{}/reports", story.project)).await.is(200);
        let path = format!("/reports/{}", reports["items"][0]["id"].as_str().unwrap());
        assert_eq!(first(&app, "reports").await[3..12], ["季度报告", "2026Q3", "待提交", "2026-10-15", "", "", "", "", ""]);
        app.at("2026-10-18T01:00:00Z");
        assert_eq!(first(&app, "reports").await[8], "3", "three days late");
        let mut input = inputs::report();
        input["indicators"][0]["value"] = json!("97");
        input["help_needed"] = json!("请协调用地");
        team.post(&format!("{path}/submit"), input).await.is(200);
        app.days_later(5);
        app.commissioner().await.post(&format!("{path}/comment"), json!({"comment": "进展符合计划"})).await.is(200);
        assert_eq!(first(&app, "reports").await[5..], [
            "已审阅", "2026-10-15", "2026-10-18", "3", "完成吸附剂中试放大。", "33.33", "10.00", "1.25", "绿灯", "", "请协调用地", "进展符合计划",
        ]);
    }

    async fn the_ledger_of_changes_says_what_was_and_what_is(app: TestApp) {
        let story = Story::active(&app).await;
        effective(&app, &story, json!({"kind": "extension", "ends_on": "2029-10-15"})).await;
        let (day, row) = (today(&app), first(&app, "changes").await);
        assert_eq!(row[3..], [
            "延期", "是", "研究条件变化", &day, "结束日：2029-04-15", "结束日：2029-10-15", &day, "已生效", &day, "director 某", "2", &day,
        ]);
    }

    async fn the_ledger_of_rectifications_gathers_what_was_sent_back_and_yellow_cards(app: TestApp) {
        let story = Story::active(&app).await;
        sent_back(&story).await;
        let (day, by) = (today(&app), app.app.clock.now().date().plus_days(30).to_string());
        assert_eq!(first(&app, "rectifications").await[3..], ["里程碑考核", "小试完成", "补充长周期数据", &day, &by, "", "0", "限期整改", "0"]);
        app.days_later(10);
        app.team("keda").await.post(&format!("/milestones/{}/submit", story.milestones[0]), story.evidence(&[("K1", "92")]).await).await.is(200);
        assert_eq!(first(&app, "rectifications").await[8..11], [&today(&app), "0", "待认定"]);
        for quarter in ["2026-07-01", "2026-10-01", "2027-01-01", "2027-01-20"] {
            app.at(&format!("{quarter}T01:00:00Z"));
            app.app.tidy().await.unwrap();
        }
        let rows = list(&app.officer().await, "rectifications").await;
        let card = rows["items"].as_array().unwrap().iter().find(|row| row["source"] == "report").unwrap();
        assert_eq!((&card["began_on"], &card["outcome"], &card["cards"], &card["mend_until_on"]), (&json!("2027-01-20"), &json!("due"), &json!(1), &Value::Null));
    }

    async fn an_acceptance_that_was_sent_back_stands_in_both_ledgers(app: TestApp) {
        let story = Story::in_acceptance(&app).await;
        let (day, by) = (today(&app), app.app.clock.now().date().plus_days(30).to_string());
        let panel = "expert21 某、expert22 某、expert23 某";
        let waiting = first(&app, "acceptances").await;
        assert_eq!(waiting[3..], ["2029-04-15", "2029-10-15", "1", &day, "专家组已评议", &day, panel, "通过", "通过", "", "", "KJBG-2026-0077", "晋审2026-33", ""]);
        story.assessed("fail", "pass").await;
        let rectify = json!({"conclusion": "rectify", "opinion": "补充长周期运行数据", "rectify_by": by});
        app.director().await.post(&format!("/projects/{}/conclude", story.project), rectify).await.is(200);
        app.days_later(9);
        story.applied().await;
        let later = today(&app);
        assert_eq!(first(&app, "rectifications").await[3..], ["验收", "第1次验收", "补充长周期运行数据", &day, &by, &later, "0", "", "0"]);
        let rows = csv(&app, &app.officer().await, "acceptances/file?format=csv").await;
        assert_eq!((rows[1][12].as_str(), rows[2][5].as_str(), rows[2][4].as_str(), rows[2][12].as_str()), ("限期整改", "2", by.as_str(), ""));
    }

    async fn the_ledger_of_ends_owes_what_the_clawbacks_owe_to_the_fen(app: TestApp) {
        let (story, path) = notified(&app).await;
        let officer = app.officer().await;
        let receipt = json!({"amount_fen": 12_345_600, "received_on": today(&app), "voucher_no": "TK-1"});
        app.finance().await.post(&format!("{path}/receive"), receipt).await.is(200);
        let row = first(&app, "clawbacks").await;
        assert_eq!((row[3].as_str(), row[4].as_str()), ("已终止", "技术路线不可行"));
        assert_eq!(row[8..11], ["650.00", "260.00", "结余及违规支出"]);
        assert_eq!(row[12..18], ["62.469134", "0.00", "62.469134", "12.3456", "0.00", "50.123534"]);
        assert_eq!(row[19..], ["0", "部分退回"]);
        let totals = list(&officer, "clawbacks").await["totals"].clone();
        let clawbacks = officer.get("/clawbacks").await.is(200)["items"].clone();
        for (sum, of) in [("principal_fen", "principal_fen"), ("interest_fen", "interest_fen"), ("received_fen", "received_fen"), ("written_off_fen", "written_off_fen"), ("outstanding_fen", "outstanding_fen")] {
            let all: i64 = clawbacks.as_array().unwrap().iter().map(|row| row[of].as_i64().unwrap()).sum();
            assert_eq!(totals[sum], all, "{sum}");
        }
        let paid = list(&officer, &format!("payments?project_id={}", story.project)).await["totals"]["fiscal_paid_fen"].clone();
        assert_eq!(totals["paid_fen"], paid);
        app.days_later(40);
        assert_eq!(first(&app, "clawbacks").await[19], "10", "ten days over its day");
        let rest = json!({"amount_fen": 50_123_534, "received_on": today(&app), "voucher_no": "TK-2"});
        app.finance().await.post(&format!("{path}/receive"), rest).await.is(200);
        assert_eq!(first(&app, "clawbacks").await[15..], ["62.469134", "0.00", "0.00", &app.app.clock.now().date().plus_days(-10).to_string(), "0", "已结清"]);
    }
}
