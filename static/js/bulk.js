"use strict";
/* The branch screen: ticked people and what a talk with them would settle; printing; the export of what is shown.
   Table and cards show the same people, so a tick in one is a tick in the other. */

const boxes = (form) => [...form.querySelectorAll("input[name=people]:not([disabled])")];

const recount = (form) => {
  const picked = new Map(boxes(form).filter((box) => box.checked).map((box) => [box.value, box.dataset.owed]));
  const settles = [...picked.values()].filter(Boolean).length;
  const left = Number(form.dataset.left) - [...picked.values()].filter((owed) => owed === "left").length;
  const bar = form.querySelector("[data-bar]");
  if (!bar) return;
  bar.hidden = picked.size === 0;
  const once = picked.size > 1 ? "记一次集体谈话" : "记一次谈话";
  bar.querySelector("[data-picked]").textContent = `已选 ${picked.size} 人`;
  bar.querySelector("[data-settles]").textContent = settles
    ? `${once}，将完成 ${settles} 项年度谈话，还剩 ${left} 人`
    : `${once}；这些人今年已经谈过或不在应谈之列`;
  form.querySelectorAll("tbody tr").forEach((row) => {
    const box = row.querySelector("input[name=people]");
    row.classList.toggle("is-picked", Boolean(box && box.checked));
  });
  form.querySelectorAll(".ch-cards li").forEach((row) => {
    const box = row.querySelector("input[name=people]");
    row.classList.toggle("is-picked", Boolean(box && box.checked));
  });
  const all = form.querySelector("[data-all]");
  const able = new Set(boxes(form).map((box) => box.value)).size;
  all.checked = able > 0 && picked.size === able;
  all.indeterminate = picked.size > 0 && picked.size < able;
};

const start = () => document.querySelectorAll("form[data-bulk]").forEach(recount);

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-all]")) {
    boxes(form).forEach((box) => { box.checked = event.target.checked; });
  } else if (event.target.name === "people") {
    const twins = boxes(form).filter((box) => box.value === event.target.value);
    twins.forEach((box) => { box.checked = event.target.checked; });
  }
  recount(form);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-clear]");
  if (!clear) return;
  const form = clear.closest("form");
  boxes(form).forEach((box) => { box.checked = false; });
  recount(form);
  form.querySelector("[data-all]").focus();
});

document.addEventListener("change", (event) => {
  const chips = event.target.closest("[data-chips]");
  const link = document.querySelector("[data-export-base]");
  if (!chips || !link) return;
  link.href = event.target.value ? `${link.dataset.exportBase}?show=${event.target.value}` : link.dataset.exportBase;
});

document.addEventListener("htmx:afterSwap", start);
document.addEventListener("DOMContentLoaded", start);
