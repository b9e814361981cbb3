"use strict";
/* Recording a talk: the people picker, the other date, and the reasons that the chosen people's duties suggest.
   The list below the box comes from the server; here it is walked through, and chosen people become chips. */

document.querySelectorAll("[data-picker]").forEach((picker) => {
  const form = picker.closest("form");
  const line = picker.querySelector(".ch-picker-line");
  const input = line.querySelector("input[name=q]");
  const list = picker.querySelector("[role=listbox]");
  const chip = picker.querySelector("[data-chip]");
  let opened = !list.hidden;
  const possible = () => [...list.querySelectorAll(".ch-option:not([disabled])")];
  const chips = () => [...line.querySelectorAll(".ch-picked")];

  const show = (option) => {
    possible().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };
  const shown = () => possible().find((option) => option.getAttribute("aria-selected") === "true");

  /* With somebody chosen and nothing typed the list steps back; an arrow key or a click brings it again. */
  const fold = () => {
    list.hidden = !opened && !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden && possible().length > 0));
  };

  const changed = () => {
    opened = chips().length === 0;
    fold();
    const many = chips().length > 1;
    const kind = form.querySelector(`input[name=form][value=${many ? "collective" : "single"}]`);
    if (kind && (many || form.dataset.madeCollective)) kind.checked = true;
    form.dataset.madeCollective = many ? "yes" : "";
    form.dispatchEvent(new CustomEvent("people-changed"));
    input.focus();
  };

  const choose = (option) => {
    if (!option || line.querySelector(`[data-picked="${option.dataset.person}"]`)) return;
    const made = chip.content.cloneNode(true).firstElementChild;
    const name = option.dataset.name;
    made.dataset.picked = option.dataset.person;
    made.querySelector(".ch-mono").textContent = name.slice(0, 1);
    made.querySelector("b").replaceWith(name);
    made.querySelector("input").value = option.dataset.person;
    made.querySelector("button").setAttribute("aria-label", `去掉${name}`);
    line.insertBefore(made, input);
    input.value = "";
    changed();
  };

  const drop = (one) => {
    if (!one) return;
    one.remove();
    changed();
  };

  list.addEventListener("click", (event) => choose(event.target.closest(".ch-option:not([disabled])")));
  line.addEventListener("click", (event) => {
    const button = event.target.closest(".ch-picked button");
    if (button) drop(button.closest(".ch-picked"));
    else if (event.target === line) input.focus();
  });
  input.addEventListener("keydown", (event) => {
    const all = possible();
    const at = all.indexOf(shown());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        opened = true;
        fold();
      } else if (all.length) show(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter") {
      // Enter in the box chooses; it never sends a half-filled form.
      event.preventDefault();
      if (!list.hidden) choose(shown());
    } else if (event.key === "Backspace" && !input.value) {
      drop(chips().pop());
    } else if (event.key === "Escape") {
      input.value = "";
      opened = chips().length === 0;
      fold();
      form.dispatchEvent(new CustomEvent("people-changed"));
    }
  });
  list.addEventListener("htmx:afterSwap", () => {
    fold();
    show(shown());
  });
  input.addEventListener("input", fold);
  input.addEventListener("click", () => {
    opened = true;
    fold();
  });
  show(shown());
});

document.querySelectorAll("[data-talk]").forEach((form) => {
  const day = form.querySelector("[data-other-day]");
  const showDay = () => {
    const other = form.querySelector("input[name=held][value=other]").checked;
    day.hidden = !other;
    if (other && document.activeElement.name === "held") day.querySelector("input").focus();
  };
  form.querySelectorAll("input[name=held]").forEach((radio) => radio.addEventListener("change", showDay));
  showDay();

  /* What was ticked by hand stays; what the duties suggested goes with them. */
  const byHand = new Set();
  const reasons = form.querySelector("[data-reasons]");
  let suggested = new Set((form.querySelector("[data-suggested]")?.dataset.suggested || "").split(",").filter(Boolean));
  reasons.addEventListener("change", (event) => byHand.add(event.target.value));
  form.addEventListener("htmx:afterSwap", () => {
    const now = new Set((form.querySelector("[data-suggested]")?.dataset.suggested || "").split(",").filter(Boolean));
    reasons.querySelectorAll("input").forEach((box) => {
      if (byHand.has(box.value)) return;
      if (now.has(box.value)) box.checked = true;
      else if (suggested.has(box.value)) box.checked = false;
    });
    suggested = now;
    const hint = reasons.querySelector("[data-reasons-hint]");
    if (hint) hint.hidden = !now.size;
  });
});
