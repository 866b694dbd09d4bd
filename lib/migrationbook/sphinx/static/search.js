// Search over window.bookSearch (search-index.js), as one types. The address holds the words (search.html?q=…). Case and accents do not
// count, a word is found with its endings, all words have to be there; words in quotation marks have to stand together.
(() => {
  "use strict";
  const { words, entries } = window.bookSearch;
  const form = document.querySelector("article form.book-search");
  const input = form.elements.q;
  const count = document.querySelector(".search-count");
  const output = document.querySelector(".search-results");
  const title = document.title;
  const FEW = { term: 3, figure: 4, claim: 4, passage: 15 };
  const EXCERPT = 220;

  // as long as the text, so that a place in one is a place in the other
  const plain = (text) => text.replace(/[^\0-\x7f]/g, (sign) => sign.normalize("NFD")[0]).toLowerCase();
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function element(name, content = [], attributes = {}) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...[content].flat());
    return made;
  }

  for (const list of Object.values(entries)) {
    for (const entry of list) {
      entry.head = plain([entry.label, entry.title, entry.es].filter(Boolean).join(" "));
      entry.body = plain(entry.text);
    }
  }

  // A regular expression for a word: from its beginning, with any ending; a number as it is.
  function pattern(term) {
    if (/\p{N}$/u.test(term)) return `${escaped(term)}(?!\\p{N})`;
    const stem = new Stemmer().stemWord(term);
    const root = term.startsWith(stem) ? stem : stem.endsWith("i") ? stem.slice(0, -1) : term;
    return `${escaped(root)}\\p{L}*`;
  }

  function parse(query) {
    const patterns = [];
    const rest = plain(query.normalize("NFC")).replace(/["“„]([^"”“]+)["”“]/g, (_, phrase) => {
      patterns.push(escaped(phrase.trim()).replace(/\s+/g, "\\s+"));
      return " ";
    });
    const terms = rest.match(/[\p{L}\p{N}]+(?:[.,]\p{N}+)*/gu) ?? [];
    const telling = terms.filter((term) => !stopwords.includes(term));
    patterns.push(...(telling.length || patterns.length ? telling : terms).map(pattern));
    const beginning = (one) => new RegExp(`(^|[^\\p{L}\\p{N}])(${one})`, "gu");  // not (?<=…), which older phones do not know
    return { each: patterns.map(beginning), whole: terms.join(" "), any: beginning(patterns.join("|")) };
  }

  // Where something stands in a text: beginning and end of each place.
  const places = (text, any) => [...text.matchAll(any)].map(({ index, 1: before, 2: word }) =>
    [index + before.length, index + before.length + word.length]);

  // How well an entry fits; 0 if a word is missing.
  function score(entry, { each, whole }) {
    let sum = 0;
    for (const one of each) {
      const inHead = entry.head.match(one)?.length ?? 0, inBody = entry.body.match(one)?.length ?? 0;
      if (!inHead && !inBody) return 0;
      sum += (inHead ? 10 : 0) + Math.min(inBody, 5);
    }
    if (plain(entry.label ?? "") === whole || plain(entry.title) === whole) sum += 100;
    else if (entry.head.includes(whole)) sum += 20;
    else if (entry.body.includes(whole)) sum += 8;
    return sum;
  }

  // The text as nodes, what was searched for marked.
  function marked(text, any) {
    const parts = [];
    let end = 0;
    for (const [from, to] of places(plain(text), any)) {
      parts.push(text.slice(end, from), element("mark", text.slice(from, to)));
      end = to;
    }
    return [...parts, text.slice(end)];
  }

  // The part of an entry's text where most of the words stand together.
  function excerpt({ text, body }, { each, any }) {
    const worth = (place) => each.filter((one) => body.slice(place, place + EXCERPT - 60).search(one) >= 0).length;
    let best = 0, most = 0;
    for (const [place] of places(body, any).slice(0, 200)) {
      const found = worth(place);
      if (found > most) [best, most] = [place, found];
    }
    let start = Math.max(0, best - 60), stop = Math.min(text.length, start + EXCERPT);
    if (start) start = text.indexOf(" ", start) + 1;
    if (stop < text.length) stop = Math.max(text.lastIndexOf(" ", stop), start);
    return `${start ? "… " : ""}${text.slice(start, stop)}${stop < text.length ? " …" : ""}`;
  }

  function item(kind, entry, query) {
    const title = element("a", marked([entry.label, entry.title].filter(Boolean).join(kind === "claim" ? " " : ". "), query.any), { href: entry.address });
    const about = [];
    if (entry.verdict) about.push(element("span", entry.word, { class: `verdict ${entry.verdict}` }), " ");
    if (entry.es) about.push(`${words.spanish} `, element("span", marked(entry.es, query.any), { lang: "es" }));
    else if (entry.page) about.push(fill(words.in, { page: entry.page }));
    const parts = [element("p", title, { class: "title" }), element("p", marked(excerpt(entry, query), query.any), { class: "excerpt" })];
    if (about.length) parts.push(element("p", about, { class: "about" }));
    return element("li", parts);
  }

  function group(kind, found, query) {
    const list = element("ol", found.map((entry) => item(kind, entry, query)));
    const section = element("section", [element("h2", `${words[kind]} (${found.length})`), list], { class: `kind ${kind}` });
    const more = [...list.children].slice(FEW[kind]);
    if (more.length > 1) {
      for (const one of more) one.hidden = true;
      const button = element("button", fill(words.all, { number: found.length }), { type: "button" });
      button.addEventListener("click", () => {
        for (const one of more) one.hidden = false;
        more[0].querySelector("a").focus();
        button.remove();
      });
      section.append(button);
    }
    return section;
  }

  function show() {
    const text = input.value.trim();
    const query = parse(text);
    output.replaceChildren();
    document.title = text ? `${text} - ${title}` : title;
    if (!query.each.length) {
      count.textContent = words.hint;
      return;
    }
    const kinds = Object.entries(entries).map(([kind, list]) => [kind, list
      .map((entry) => [score(entry, query), entry]).filter(([worth]) => worth).sort((a, b) => b[0] - a[0]).map(([, entry]) => entry)]);
    const some = kinds.filter(([, found]) => found.length);
    output.append(...some.map(([kind, found]) => group(kind, found, query)));
    const told = some.map(([kind, found]) => `${words[kind]} ${found.length}`).join(", ");
    count.textContent = fill(some.length ? words.some : words.none, { words: text, found: told });
  }

  function remember() {
    const text = input.value.trim();
    try {
      history.replaceState(null, "", location.pathname + (text ? `?q=${encodeURIComponent(text)}` : ""));
    } catch { /* a browser that refuses it for files: the search works, its address is not kept */ }
  }

  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { show(); remember(); }, 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    show();
    remember();
  });
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  show();
  if (!input.value) input.focus();
})();
