"use strict";
/* The overview: the chosen cell is marked and its list takes the focus; choosing a period asks at once. */

document.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-cell]");
  if (!cell) return;
  document.querySelectorAll("[data-cell].is-chosen").forEach((one) => one.classList.remove("is-chosen"));
  cell.classList.add("is-chosen");
});

document.addEventListener("htmx:afterSettle", (event) => {
  const names = document.getElementById("names");
  if (!names || !(event.target === names || names.contains(event.target))) return;
  names.scrollIntoView({ block: "nearest" });
  names.focus({ preventScroll: true });
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});
