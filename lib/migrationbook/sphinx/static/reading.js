// Definitions of glossary terms in a text: shown to a pointer that rests on one, to the keyboard and to a finger; they stay while the
// pointer is on them and go with Escape. Without this script a term is a link to the glossary.
(() => {
  "use strict";
  const tip = document.createElement("div");
  tip.id = tip.className = "definition";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);
  let shown = null;  // the term whose definition is shown
  let tapped = null;  // a term touched while its definition was not shown: that touch shows it, the next one follows the link
  let timer;
  const termAt = (event) => event.target.closest?.("a.glossed");
  const later = (delay, act) => { clearTimeout(timer); timer = setTimeout(act, delay); };

  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  }

  function part(name, text, language) {
    const made = document.createElement(name);
    made.textContent = text;
    if (language) made.lang = language;
    return made;
  }

  function show(term) {
    clearTimeout(timer);
    if (shown === term) return;
    hide();
    shown = term;
    tip.replaceChildren(part("b", term.dataset.term), part("span", term.dataset.means));
    if (term.dataset.es) tip.append(part("i", term.dataset.es, "es"));
    term.setAttribute("aria-describedby", tip.id);
    tip.hidden = false;
    const line = term.getClientRects()[0];
    const wide = document.documentElement.clientWidth;
    const below = line.bottom + tip.offsetHeight + 12 < innerHeight || line.top < tip.offsetHeight + 12;
    tip.style.left = `${scrollX + Math.max(8, Math.min(line.left, wide - tip.offsetWidth - 8))}px`;
    tip.style.top = `${scrollY + (below ? line.bottom + 4 : line.top - tip.offsetHeight - 4)}px`;
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const term = termAt(event);
    if (term) later(shown ? 0 : 150, () => show(term));
    else if (tip.contains(event.target)) clearTimeout(timer);
    else if (shown && shown !== document.activeElement) later(300, hide);
    else if (!shown) clearTimeout(timer);
  });
  document.addEventListener("pointerdown", (event) => {
    const term = termAt(event);
    tapped = event.pointerType === "touch" && term !== shown ? term : null;
    if (tip.contains(event.target)) event.preventDefault();  // the term keeps the focus, and so its definition
    else if (term !== shown) hide();
  });
  document.addEventListener("click", (event) => {
    if (!tapped || termAt(event) !== tapped) return;
    event.preventDefault();
    show(tapped);
    tapped = null;
  });
  document.addEventListener("focusin", (event) => { if (termAt(event)) show(termAt(event)); });
  document.addEventListener("focusout", (event) => { if (termAt(event) === shown) later(100, hide); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("resize", hide);
})();

// The notebook of a chapter. A browser would show the file instead of saving it where the book is read from a folder: there its content
// is taken from a script beside it.
(() => {
  "use strict";
  const link = document.querySelector("a.notebook");
  if (!link || location.protocol !== "file:") return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const script = document.createElement("script");
    script.src = `${link.href}.js`;
    script.addEventListener("load", () => {
      const saved = document.createElement("a");
      saved.href = URL.createObjectURL(new Blob([JSON.stringify(window.bookNotebook, null, 1)], { type: "application/x-ipynb+json" }));
      saved.download = link.href.split("/").pop();
      saved.click();
    });
    script.addEventListener("error", () => { location.href = link.href; });
    document.head.append(script);
  });
})();
