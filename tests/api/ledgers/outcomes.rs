//! The ledgers of outcomes and of targets: as lists and as files, with sums that are those of the totals.

use super::{csv, excel};
use crate::outcomes::{agreed, lanes};
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

on_both! {
    async fn an_outcome_stands_once_for_each_project_that_counts_it_and_the_shares_make_the_whole(app: TestApp) {
        let (projects, _) = lanes(&app).await;
        let path = agreed(&app, &projects).await;
        let officer = app.officer().await;
        let (all, totals) = (officer.get("/ledgers/outcomes").await.is(200), officer.get("/outcomes/totals").await.is(200)["items"][0].clone());
        assert_eq!(all["totals"], json!({"rows": 0, "transfer_fen": 0, "sales_fen": 0}), "only what is confirmed");
        assert_eq!(totals, Value::Null);
        app.commissioner().await.does(&format!("{path}/confirm")).await.is(200);
        let all = officer.get("/ledgers/outcomes?sort=created_at").await.is(200);
        let totals = officer.get("/outcomes/totals").await.is(200)["items"][0].clone();
        assert_eq!(all["title"], "成果与转化台账");
        assert_eq!(all["totals"], json!({"rows": 2, "transfer_fen": totals["transfer_fen"], "sales_fen": totals["sales_fen"]}));
        assert_eq!(all["totals"]["transfer_fen"], 100_001);
        let of = async |project: &str| officer.get(&format!("/ledgers/outcomes?project_id={project}")).await.is(200)["items"][0].clone();
        let (first, second) = (of(&projects[0]).await, of(&projects[1]).await);
        assert_eq!((&first["share_bps"], &first["transfer_fen"], &first["lead_organization"]), (&json!(6667), &json!(66_671), &json!("keda 单位")));
        assert_eq!((&second["share_bps"], &second["transfer_fen"], &second["owners"]), (&json!(3333), &json!(33_330), &json!("keda 单位")));
        let one = officer.get("/ledgers/outcomes?limit=1").await.is(200);
        let two = officer.get(&format!("/ledgers/outcomes?limit=1&cursor={}", one["next_cursor"].as_str().unwrap())).await.is(200);
        let mut shares = [&one, &two].map(|page| page["items"][0]["share_bps"].as_i64().unwrap());
        shares.sort_unstable();
        assert_eq!((shares, &two["next_cursor"]), ([3333, 6667], &Value::Null));
        let rows = csv(&app, &officer, &format!("outcomes/file?format=csv&project_id={}", projects[0])).await;
        assert_eq!(rows[0], [
            "项目编号", "项目名称", "牵头单位", "成果类型", "主持/参与", "名称", "编号", "权属", "日期", "阶段", "转化方式", "合同登记号", "份额（%）",
            "转化金额（万元）", "销售收入（万元）", "下次跟踪期限", "填报日期", "数据截止日",
        ]);
        let today = app.app.clock.now().date().to_string();
        assert_eq!(rows[1][2..16], [
            "keda 单位", "专利", "", "一种两段变压吸附提浓装置", "ZL9", "keda 单位", today.as_str(), "样品", "现金+股权", "HT-ZL9", "66.67", "0.066671", "0.000001", "",
        ]);
        assert_eq!(excel(&app, &officer, "outcomes/file").await.len(), 5, "title, days, headings, two rows");
        app.team("keda").await.get("/ledgers/outcomes").await.is_refused(403, "forbidden");
    }

    async fn the_ledger_of_targets_says_in_its_own_words_what_was_promised_and_how_it_stands(app: TestApp) {
        let _story = Story::draft(&app).await;
        let officer = app.officer().await;
        let made = officer.post("/targets", inputs::target("T1")).await.is(201);
        officer.post("/targets", inputs::target("T2")).await.is(201);
        let figure = json!({"value": "6", "as_of": "2026-02-28", "source": "月度调度", "note": "已发榜6项"});
        officer.post(&format!("/targets/{}/record", made["id"].as_str().unwrap()), figure).await.is(200);
        let mut anew = inputs::target("T2");
        anew["replaces"] = officer.get("/targets").await.is(200)["items"].as_array().unwrap().iter().find(|one| one["code"] == "T2").unwrap()["id"].clone();
        anew["target"] = json!("32");
        officer.post("/targets", anew).await.is(201);
        let page = app.leader().await.get("/ledgers/targets?sort=created_at").await.is(200);
        assert_eq!((&page["title"], &page["totals"]), (&json!("重点任务与指标督查台账"), &json!({"rows": 2})));
        let rows = csv(&app, &app.auditor().await, "targets/file?format=csv&year=2026").await;
        assert_eq!(rows[0], [
            "编码", "任务", "范围", "起始年度", "方面", "出处", "出处原文", "责任单位", "基线", "目标", "截至值", "截至日", "完成率（%）", "进度判断", "说明", "填报日期", "数据截止日",
        ]);
        assert_eq!(rows[1][..15], [
            "T1", "凝练重大项目", "年度", "2026", "揭榜挂帅", "年度工作报告 四（二）", "凝练30个左右重大项目，全部以“揭榜挂帅”方式实施", "资源配置与管理处", "",
            "≥30项（±3）", "6项", "2026-02-28", "20.00", "按进度", "已发榜6项",
        ]);
        assert_eq!((rows.len(), rows[2][9].as_str(), rows[2][12].as_str(), rows[2][13].as_str()), (3, "≥32项（±3）", "—", "未填报"));
        assert_eq!(excel(&app, &officer, "targets/file").await[3][14], "已发榜6项", "the same as an Excel file, below its title, days and headings");
        assert_eq!(officer.get("/ledgers/targets?year=2025").await.is(200)["items"], json!([]));
        officer.get("/ledgers/targets?year=2026&class=enterprise_tech&stage=active").await.has_faults(&[("class", "does_not_fit"), ("stage", "does_not_fit")]);
        officer.get("/ledgers/targets/file?city=太原").await.has_faults(&[("city", "does_not_fit")]);
        app.team("keda").await.get("/ledgers/targets").await.is_refused(403, "forbidden");
    }
}
