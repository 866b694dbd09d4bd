/* What stands under a figure: its rows as a table, made when a reader opens it, and the way to the code, which is unfolded. */
(function () {
  "use strict";
  const MIDNIGHT = /^(\d{4}-\d\d-\d\d)T00:00:00(\.0+)?$/;
  const written = (value) => (value == null ? "" : String(value).replace(MIDNIGHT, "$1"));

  function add(row, kind, text, scope) {
    const cell = document.createElement(kind);
    if (scope) cell.scope = scope;
    cell.textContent = text;
    row.append(cell);
    return cell;
  }

  // Texts of data go in as texts, never as markup.
  function table({ caption, columns }, rows) {
    const made = document.createElement("table");
    made.className = "data";
    made.createCaption().textContent = caption;
    const head = made.createTHead().insertRow();
    for (const title of Object.values(columns)) add(head, "th", title, "col");
    const body = made.createTBody();
    for (const values of rows) {
      const row = body.insertRow();
      Object.keys(columns).forEach((name, place) => {
        const cell = add(row, place ? "td" : "th", written(values[name]), place ? "" : "row");
        if (typeof values[name] === "number") cell.className = "number";
      });
    }
    const box = document.createElement("div");
    box.className = "scrolling";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", caption);
    box.append(made);
    return box;
  }

  for (const details of document.querySelectorAll(".figure-actions details.table")) {
    details.addEventListener("toggle", () => {
      const spec = JSON.parse(details.closest("figure").querySelector(".chart-spec").textContent);
      const tables = spec.usermeta.tables.map((about) => table(about, spec.datasets[about.name]));
      details.querySelector(".rows").replaceChildren(...tables);
    }, { once: true });
  }

  // Newer browsers unfold what an address leads into by themselves.
  for (const link of document.querySelectorAll('.figure-actions a[href^="#"]')) {
    link.addEventListener("click", () => {
      const folded = document.getElementById(link.hash.slice(1))?.closest("details");
      if (folded) folded.open = true;
    });
  }
})();
