// The page of a link to a new password: it sends what stands after the # and the password, and shows what is answered.
"use strict";
const told = document.getElementById("told");
document.getElementById("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";
  const password = document.getElementById("new").value;
  if (password !== document.getElementById("again").value) {
    told.textContent = "两次输入不一致。\nThe two are not the same.";
    return;
  }
  const asked = {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": navigator.language },
    body: JSON.stringify({ token, password }),
  };
  try {
    const answer = await fetch("/api/v1/auth/reset_password", asked);
    if (answer.ok) {
      event.target.remove();
      told.textContent = "密码已设置，现在可以登录。\nThe password is set: you can sign in now.";
      return;
    }
    const problem = await answer.json();
    told.textContent = [problem.detail, ...(problem.errors || []).map((fault) => fault.message)].join("\n");
  } catch {
    told.textContent = "暂时无法连接，请稍后再试。\nThe service cannot be reached: try again later.";
  }
});
