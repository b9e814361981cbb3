"use strict";
/* A full number stays on screen for sixty seconds, and not a moment after the page is left. */

const hide = (shown) => {
  clearInterval(shown.timer);
  shown.querySelector("code").textContent = shown.dataset.masked;
  shown.querySelector("[data-left]").textContent = "";
};

const begin = (shown) => {
  const left = shown.querySelector("[data-left]");
  const until = Date.now() + 1000 * Number(shown.dataset.shown);
  const words = left.textContent;
  shown.focus({ preventScroll: true });
  shown.timer = setInterval(() => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (seconds > 0) {
      left.textContent = words.replace(/[0-9]+/, seconds);
      return;
    }
    hide(shown);
    shown.dispatchEvent(new Event("masked"));
  }, 1000);
};

const all = () => document.querySelectorAll("[data-shown]");

document.addEventListener("htmx:afterSettle", () => {
  all().forEach((shown) => shown.timer || begin(shown));
});
window.addEventListener("pagehide", () => all().forEach(hide));
all().forEach(begin);

document.addEventListener("keydown", (event) => {
  const pop = event.key === "Escape" && document.querySelector("[data-pop] [data-close]");
  if (pop) pop.click();
});
