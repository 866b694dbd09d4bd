// The scoreboard's filters. The address holds them (?theme=asylum&verdict=mixed&q=court) or one claim (#E4). Without this script
// the page shows every claim.
(() => {
  "use strict";
  const form = document.querySelector("form.scoreboard-filter");
  if (!form) return;
  const entries = [...document.querySelectorAll("article.entry")];
  const sections = [...document.querySelectorAll("section.scoreboard-theme")];
  const selects = [...form.querySelectorAll("select")];
  const output = form.querySelector("output");
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const attribute = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const texts = new Map();
  const textOf = (entry) => {
    if (!texts.has(entry)) texts.set(entry, plain(entry.textContent));
    return texts.get(entry);
  };

  const fits = (entry, words, except) => selects.every((select) =>
    select === except || !select.value || entry.dataset[attribute(select.name)] === select.value)
    && words.every((word) => textOf(entry).includes(word));

  function show() {
    const words = plain(form.elements.q.value).split(/\s+/).filter(Boolean);
    for (const entry of entries) entry.hidden = !fits(entry, words);
    for (const section of sections) section.hidden = !section.querySelector("article.entry:not([hidden])");
    for (const select of selects) {  // how many each choice would leave
      const left = entries.filter((entry) => fits(entry, words, select));
      for (const option of select.options) {
        option.dataset.label ??= option.textContent;
        const number = option.value ? left.filter((entry) => entry.dataset[attribute(select.name)] === option.value).length : left.length;
        option.textContent = `${option.dataset.label} (${number})`;
        option.disabled = !number && !option.selected;
      }
    }
    const number = entries.filter((entry) => !entry.hidden).length;
    output.textContent = output.dataset[number ? "some" : "none"].replace("{shown}", number).replace("{all}", entries.length);
    form.classList.toggle("is-narrowed", number < entries.length);
  }

  function remember() {
    const given = [...new FormData(form)].filter(([, value]) => value.trim());
    const query = new URLSearchParams(given).toString();
    try {
      history.replaceState(null, "", location.pathname + (query ? `?${query}` : ""));
    } catch { /* a browser that refuses it for files: the filter works, its address is not kept */ }
  }

  function fill(query) {
    for (const element of [...selects, form.elements.q]) {
      element.value = query.get(element.name) ?? "";
      if (element.selectedIndex < 0) element.value = "";
    }
    show();
  }

  function openTarget() {
    const entry = entries.find((one) => `#${one.id}` === location.hash);
    if (!entry) return;
    if (entry.hidden) fill(new URLSearchParams());
    const details = entry.querySelector("details");
    if (details) details.open = true;
    entry.scrollIntoView();
  }

  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { show(); remember(); }, 150);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { show(); remember(); }));
  document.addEventListener("click", (event) => {  // numbers of the miniature filter without loading the page again
    const link = event.target.closest?.("table.miniature a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fill(new URL(link.href).searchParams);
    remember();
    form.scrollIntoView();
    selects[0].focus({ preventScroll: true });
  });
  addEventListener("hashchange", openTarget);
  addEventListener("beforeprint", () => { for (const entry of entries) entry.querySelector("details")?.setAttribute("open", ""); });

  form.classList.add("is-ready");
  fill(new URLSearchParams(location.search));
  openTarget();
})();
