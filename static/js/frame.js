"use strict";
/* The look-up box at the top: arrow keys walk through the names, Escape puts the list away. */

document.querySelectorAll("[data-find]").forEach((form) => {
  const input = form.querySelector("input[type=search]");
  const found = form.querySelector(".ch-found");
  const names = () => [...found.querySelectorAll("a")];

  const close = () => found.replaceChildren();

  form.addEventListener("keydown", (event) => {
    const links = names();
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      input.focus();
    } else if (event.key === "ArrowDown" && links.length) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] || input).focus();
    }
  });

  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
});

/* A list that is narrowed without a new page: its export follows the address. */
document.addEventListener("htmx:pushedIntoHistory", () => {
  document.querySelectorAll("a[data-export]").forEach((link) => {
    link.search = location.search;
  });
});

/* A page to print. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
