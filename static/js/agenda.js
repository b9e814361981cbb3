// The agenda: tick all, the sums of what is ticked, copying the minutes. Without this script the page works the same.
const boxes = () => [...document.querySelectorAll("[name=chosen]")];
const yuan = (cents) => (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });

function count() {
  const picked = boxes().filter((box) => box.checked);
  const cents = (box) => Math.round(Number(box.dataset.monthly) * 100);
  const say = (name, words) => { const at = document.querySelector(`[data-sum=${name}]`); if (at) at.textContent = words; };
  say("count", picked.length);
  say("monthly", yuan(picked.reduce((sum, box) => sum + cents(box), 0)));
  say("whole", yuan(picked.reduce((sum, box) => sum + cents(box) * Number(box.dataset.months), 0)));
  say("button", `同意所选 ${picked.length} 项`);
  const button = document.querySelector(".ch-decide [type=submit]");
  if (button) button.disabled = picked.length === 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
  if (event.target.matches("[data-all], [name=chosen]")) count();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
  const said = document.querySelector("[data-copied]");
  if (said) said.hidden = false;
});
