/* Replaces a figure's static drawing by a live chart (tooltips, any width) when it comes near the view.
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

  async function embed(stage, spec) {
    const options = { mode: "vega-lite", renderer: "svg", actions: false, config: window.bookChartConfig[mode()],
                      tooltip: { theme: mode() } };
    const parts = panels(spec);
    if (!parts.length) return window.vegaEmbed(stage, spec, options);
    // Panels cannot be fitted: draw to learn what axes and labels take, then again with the rest. Texts of a fixed length may
    // stick out of panels drawn too narrow, which a third drawing mends.
    const room = stage.clientWidth;
    if ("columns" in spec) spec.columns = 1;
    let width = room - 90;
    for (let turn = 0; turn < 2; turn += 1) {
      parts.forEach((part) => (part.width = width));
      const trial = await window.vegaEmbed(stage, spec, options);
      const over = stage.querySelector("svg").viewBox.baseVal.width - room; // the page shows a wider one scaled
      trial.finalize();
      if (!over) break;
      width = Math.max(80, width - over);
    }
    parts.forEach((part) => (part.width = width));
    return window.vegaEmbed(stage, spec, options);
  }

  // What a reader has chosen stays chosen when the page turns dark or the chart is drawn for another width.
  function keepChoices(spec, drawn) {
    for (const param of spec.params ?? []) if (drawn && param.bind) param.value = drawn.view.signal(param.name);
  }

  // A chart with controls has its result in words as well: a parameter called "reading", told to screen readers.
  function speak(stage, spec, view) {
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
      const stage = document.createElement("div");
      stage.className = "stage";
      drawing.querySelector(".live").append(stage);
      const spec = JSON.parse(figure.querySelector(".chart-spec").textContent);
      keepChoices(spec, before?.result);
      const result = await embed(stage, spec);
      speak(stage, spec, result.view);
      if (live.get(figure).turn !== turn) {
        result.finalize();
        stage.remove();
        return;
      }
      live.get(figure).result?.finalize();
      live.get(figure).stage?.remove();
      live.set(figure, { turn, result, stage, stacked: panels(spec).length > 0, width: drawing.clientWidth });
      drawing.classList.add("is-live");
    } catch (error) {
      figure.querySelector(".drawing").classList.remove("is-live");
      console.warn(`figure ${figure.id} stays a static drawing: ${error.message}`);
    }
  }

  const nearing = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        nearing.unobserve(entry.target);
        draw(entry.target);
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
    const width = figure.querySelector(".drawing").clientWidth;
    if (!state?.result || !width) return;
    if (state.stacked) {
      if (width !== state.width) draw(figure);
    } else if (width !== state.stage.querySelector("svg").viewBox.baseVal.width) {
      state.result.view.signal("width", width).runAsync();
    }
  }
})();
