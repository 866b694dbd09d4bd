/* Replaces a figure's static drawing by a live chart (tooltips, any width) of the same size when a reader comes near it.
   Whatever fails, the static drawing stays. Works from file://: nothing is fetched, the library is a classic script. */
(function () {
  "use strict";
  const here = document.currentScript.src; // empty on a page in one file, which holds the library
  const figures = [...document.querySelectorAll("figure.chart")];
  const live = new Map(); // figure -> {view, turn}
  let loading;

  function load() {
    if (window.vegaEmbed) return Promise.resolve();
    loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = new URL("vega.js", here).href;
      script.onload = done;
      script.onerror = () => failed(new Error("the chart library did not load"));
      document.head.append(script);
    });
    return loading;
  }

  const mode = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");
  const panels = (spec) => spec.vconcat ?? (spec.spec ? [spec.spec] : []);

  const size = (stage) => stage.querySelector("svg").viewBox.baseVal;

  // The live chart is as tall as the static one at this width, so that nothing moves when it comes.
  function height(drawing) {
    const source = drawing.querySelector("source");
    const shown = matchMedia(source.media).matches ? source : drawing.querySelector("img");
    return Math.round((drawing.clientWidth * shown.getAttribute("height")) / shown.getAttribute("width"));
  }

  async function stretch(stage, view, tall) {
    const missing = tall - size(stage).height;
    if (Math.abs(missing) >= 1) await view.height(view.height() + missing).runAsync();
  }

  async function embed(stage, spec, tall) {
    // ast: expressions are interpreted, not compiled, which a strict content security policy would refuse
    const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, config: window.bookChartConfig[mode()],
                      tooltip: { theme: mode() } };
    const parts = panels(spec);
    if (!parts.length) {
      const result = await window.vegaEmbed(stage, spec, options);
      await stretch(stage, result.view, tall);
      return result;
    }
    // Panels cannot be fitted: draw to learn what axes and labels take, then again with the rest. Texts of a fixed length may
    // stick out of panels drawn too narrow, which a third drawing mends.
    const room = stage.clientWidth;
    if ("columns" in spec) spec.columns = 1;
    let width = room - 90;
    for (let turn = 0; turn < 2; turn += 1) {
      parts.forEach((part) => (part.width = width));
      const trial = await window.vegaEmbed(stage, spec, options);
      const over = size(stage).width - room; // the page shows a wider one scaled
      const drawn = size(stage).height;
      trial.finalize();
      if (!over && Math.abs(tall - drawn) < 1) break;
      width = Math.max(80, width - over);
      const rows = parts.filter((part) => part.height.step);
      if (!turn) rows.forEach((part) => (part.height.step *= tall / drawn)); // the others make up for the rest
      if (turn || !rows.length) share(tall - drawn, parts.filter((part) => !part.height.step), spec);
    }
    parts.forEach((part) => (part.width = width));
    return window.vegaEmbed(stage, spec, options);
  }

  // Spread a height over panels; one that is repeated for every value of a field gets its part of it as often.
  function share(missing, parts, spec) {
    const field = spec.facet?.field ?? spec.facet?.row?.field;
    const times = field ? new Set(Object.values(spec.datasets).flat().map((row) => row[field])).size : 1;
    const whole = parts.reduce((sum, part) => sum + part.height, 0);
    parts.forEach((part) => (part.height += (missing * part.height) / whole / times));
  }

  // What a reader has chosen stays chosen when the page turns dark or the chart is drawn for another width.
  function keepChoices(spec, drawn) {
    for (const param of spec.params ?? []) if (drawn && param.bind) param.value = drawn.view.signal(param.name);
  }

  // A chart with controls has its result in words as well: a parameter called "reading", told to screen readers.
  function speak(stage, spec, view) {
    stage.querySelector("svg").setAttribute("aria-hidden", "true"); // its words are the frame's, not a word for each mark
    if (!(spec.params ?? []).some((param) => param.name === "reading")) return;
    const words = document.createElement("output");
    words.className = "reading";
    words.textContent = view.signal("reading");
    view.addSignalListener("reading", (_, now) => (words.textContent = now));
    stage.append(words);
  }

  async function draw(figure) {
    const before = live.get(figure);
    const turn = (before?.turn ?? 0) + 1;
    live.set(figure, { ...before, turn });
    try {
      await load();
      const drawing = figure.querySelector(".drawing");
      const width = drawing.clientWidth;
      const stage = document.createElement("div");
      stage.className = "stage";
      drawing.querySelector(".live").append(stage);
      const spec = JSON.parse(figure.querySelector(".chart-spec").textContent);
      keepChoices(spec, before?.result);
      // a choice may have changed how tall it is since it came
      const result = await embed(stage, spec, before?.stage ? size(before.stage).height : height(drawing));
      speak(stage, spec, result.view);
      if (live.get(figure).turn !== turn) {
        result.finalize();
        stage.remove();
        return;
      }
      live.get(figure).result?.finalize();
      live.get(figure).stage?.remove();
      live.set(figure, { turn, result, stage, stacked: panels(spec).length > 0, width });
      drawing.querySelector(".room")?.remove();
      drawing.classList.add("is-live");
    } catch (error) {
      figure.querySelector(".drawing").classList.remove("is-live");
      figure.querySelector(".room")?.remove(); // no controls will come
      console.warn(`figure ${figure.id} stays a static drawing: ${error.message}`);
    }
  }

  // A page that was only opened loads no library: until a reader stirs, the static drawings show the same.
  const happens = (target, ...names) => new Promise((done) =>
    names.forEach((name) => target.addEventListener(name, done, { once: true, passive: true, capture: true })));
  const stirred = happens(document, "scroll", "pointermove", "pointerdown", "keydown", "focusin");
  const loaded = document.readyState === "complete" ? Promise.resolve() : happens(window, "load");
  const idle = () => new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done, { timeout: 500 }));
  let queue = Promise.all([stirred, loaded]);

  const nearing = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        nearing.unobserve(entry.target);
        queue = queue.then(idle).then(() => draw(entry.target));
      }
    }
  }, { rootMargin: "400px" });
  figures.forEach((figure) => nearing.observe(figure));

  let shown = mode();
  new MutationObserver(() => {
    if (mode() === shown) return;
    shown = mode();
    live.forEach((state, figure) => draw(figure));
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

  // The width that counts is the one a drawing has when the page has settled: while a window grows past the width
  // where the sidebar opens, the theme's transition gives the text another width for a moment.
  const settling = new Map();
  const resized = new ResizeObserver((entries) => {
    for (const { target: figure } of entries) {
      clearTimeout(settling.get(figure));
      settling.set(figure, setTimeout(() => fit(figure), 150));
    }
  });
  figures.forEach((figure) => resized.observe(figure));

  function fit(figure) {
    const state = live.get(figure);
    const drawing = figure.querySelector(".drawing");
    const width = drawing.clientWidth;
    if (!state?.result || !width) return;
    if (!state.stacked) {
      // also where the width is as before: Vega follows the window by itself, into widths that last a moment
      const { view } = state.result;
      view.width(width).runAsync().then(() => stretch(state.stage, view, height(drawing)));
    } else if (width !== state.width) {
      draw(figure);
    }
  }
})();
