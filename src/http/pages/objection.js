// The page of a link that confirms an objection: it sends what stands after the #, and shows what is answered.
"use strict";
const told = document.getElementById("told");
document.getElementById("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";
  const asked = {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": navigator.language },
    body: JSON.stringify({ token }),
  };
  try {
    const answer = await fetch("/api/v1/objections/confirm", asked);
    if (answer.ok) {
      event.target.remove();
      told.textContent = "异议已提交，回执将发送至您的邮箱。\nThe objection was received: a receipt comes by mail.";
      return;
    }
    const problem = await answer.json();
    told.textContent = [problem.detail, ...(problem.errors || []).map((fault) => fault.message)].join("\n");
  } catch {
    told.textContent = "暂时无法连接，请稍后再试。\nThe service cannot be reached: try again later.";
  }
});
