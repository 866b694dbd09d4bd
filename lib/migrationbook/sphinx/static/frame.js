/* What the frame of a page does: print, and give the keyboard its place back. */
(() => {
  "use strict";
  for (const button of document.querySelectorAll(".print-page")) button.addEventListener("click", () => print());

  // The theme takes the focus from a button that was pressed. Here it stays, and comes back when what it opened is closed.
  for (const button of document.querySelectorAll(".theme-switch-button, .search-button__button, .sidebar-toggle")) {
    button.addEventListener("click", () => setTimeout(() => {
      const opened = document.querySelector("dialog[open]");
      if (opened) opened.addEventListener("close", () => button.focus(), { once: true });
      else button.focus();
    }));
  }

  // What scrolls sideways can be reached by keyboard once it is near the view.
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  }, { rootMargin: "1000px" });
  for (const block of document.querySelectorAll("pre, .cell_output > .output, .pst-scrollable-table-container")) near.observe(block);

  if (document.querySelector(".bd-search-container")) document.querySelector(".bd-search-container input[name=q]")?.focus();
})();
