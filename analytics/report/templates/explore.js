"use strict";
// The page to explore a release with. Its numbers are estimated before; nothing is computed here
// but reading a step curve at a month.
(() => {
  const release = JSON.parse(document.getElementById("release").textContent);
  const element = (id) => document.getElementById(id);
  const PICTURE = 640; // pixels across the curves of a saved picture
  const DASHES = [[1, 0], [6, 2], [2, 1.5], [6, 2, 1.5, 2], [1, 1], [9, 3]];
  const state = { view: null, groups: [], hidden: new Set(), answer: null, width: 0 };

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // six colours with six dashes: no two of 36 groups are drawn alike
  const series = (i) => color(`--series-${(i % 6) + 1}`);
  const dashes = (i) => DASHES[(i + Math.floor(i / 6)) % 6];

  // A number rounded half away from zero as its decimal digits stand, like every printed number.
  const rounded = (value, digits) => {
    const shifted = Math.round(Number(`${Math.abs(value)}e${digits}`));
    return (Math.sign(value) * Number(`${shifted}e-${digits}`)).toFixed(digits);
  };
  // A number as the study writes it, like every number that was written before.
  const written = (text) => String(text).replace(".", release.point);
  // Neither none nor all where it is only nearly so.
  const share = (value) => {
    const text = rounded(value, 1);
    if (value > 1e-9 && Number(text) === 0) return written("<0.1");
    if (value < 100 - 1e-9 && Number(text) === 100) return written(">99.9");
    return written(text);
  };
  const percent = (value) => (value === null || value === undefined ? "-" : `${share(value)}%`);
  const interval = (lower, upper) => {
    if (lower === null || upper === null || lower === undefined) return "";
    const limits = [share(lower), share(upper)];
    return ` (${limits.join(limits.some((one) => /^[<>]/.test(one)) ? " to " : release.to)})`;
  };

  // The row of a step curve that holds at a month, or -1; the number at risk just before it.
  const rowAt = (curve, month) => {
    let row = -1;
    while (row + 1 < curve.month.length && curve.month[row + 1] <= month + 1e-9) row += 1;
    return row;
  };
  const leavers = (curve, i) =>
    (curve.n_event ? curve.n_event[i] : 0) + (curve.n_competing ? curve.n_competing[i] : 0)
    + (curve.n_censored ? curve.n_censored[i] : 0);
  const atRisk = (curve, month) => {
    const later = curve.month.findIndex((one) => one >= month - 1e-9);
    if (later >= 0) return curve.risk[later];
    const last = curve.month.length - 1;
    // a curve that was cut tells nothing of who is left after its end
    const isEmpty = last >= 0 && (!release.limited || leavers(curve, last) === curve.risk[last]);
    return isEmpty ? 0 : null;
  };
  const reading = (curve, name, month) => {
    const row = rowAt(curve, month);
    const isBeyond = row >= 0 && month > curve.month[curve.month.length - 1] + 1e-9;
    const value = row < 0 ? null : curve[`${name}estimate`][row];
    const isKnown = !isBeyond || state.answer.kind === "incidence" || value === 0;
    return {
      value: isKnown ? value : null,
      lower: row < 0 || !isKnown ? null : curve[`${name}ci_lower`][row],
      upper: row < 0 || !isKnown ? null : curve[`${name}ci_upper`][row],
      risk: atRisk(curve, month),
    };
  };
  const counted = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
  const count = (value) => (value === null || value === undefined ? "-" : value.toLocaleString("en"));

  const lastMonth = () => Math.max(1, ...state.groups.map((one) => one.month[one.month.length - 1] ?? 0));
  const ticks = (last) => {
    const step = [1, 2, 3, 6, 12, 24, 36, 60, 120].find((one) => last / one <= 7) || 240;
    return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
  };
  const parts = () =>
    state.answer.kind === "survival"
      ? [["", "", 0]]
      : [["", `: ${state.labels.event}`, 0], ["competing_", `: ${state.labels.competing}`, 1]];

  // The lines of the chart: every group, and in an incidence both events, by dashes.
  const lines = () =>
    state.groups.flatMap((group, i) =>
      state.hidden.has(group.label) ? [] : parts().map(([name, words, dash]) => ({
        group, name, label: `${group.label}${words}`, color: series(i),
        dash: state.answer.kind === "survival" ? dashes(i) : DASHES[dash],
      })));

  const rows = () =>
    lines().flatMap((line) =>
      line.group.month.map((month, i) => ({
        line: line.label, month,
        y: line.group[`${line.name}estimate`][i],
        lower: line.group[`${line.name}ci_lower`][i],
        upper: line.group[`${line.name}ci_upper`][i],
        censored: line.group.n_censored ? line.group.n_censored[i] > 0 : false,
      })).filter((one) => one.y !== null));

  const cursor = (month) =>
    lines().map((line) => ({ line: line.label, month, y: reading(line.group, line.name, month).value }));

  const spec = () => {
    const drawn = lines();
    const last = lastMonth();
    const ink = color("--ink");
    const scale = {
      domain: drawn.map((one) => one.label), range: drawn.map((one) => one.color),
    };
    const x = {
      field: "month", type: "quantitative", scale: { domain: [0, last], nice: false },
      axis: { values: ticks(last), title: state.axis, grid: false, labelFlush: false },
    };
    const y = {
      field: "y", type: "quantitative", scale: { domain: [0, 100] },
      axis: { title: state.yTitle, values: [0, 20, 40, 60, 80, 100], grid: true },
    };
    const legend = state.forPicture && drawn.length > 1
      ? { title: null, orient: "top", columns: 2, labelLimit: 320, symbolSize: 500, symbolType: "stroke",
        symbolOpacity: 1, symbolFillColor: "transparent", labelColor: ink,
        symbolStrokeWidth: 2, labelFontSize: 12 } : null;
    const shade = { field: "line", type: "nominal", scale, legend };
    const page = {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      padding: 4, background: color("--paper"),
      config: {
        font: "system-ui, sans-serif",
        axis: { labelColor: ink, titleColor: ink, domainColor: ink, tickColor: ink,
          gridColor: color("--faint"), gridOpacity: 0.5, titleFontWeight: "normal", labelFontSize: 12,
          titleFontSize: 12 },
        view: { stroke: null },
      },
    };
    const chart = {
      height: 340,
      data: { name: "curve", values: rows() },
      layer: [
        { mark: { type: "area", interpolate: "step-after", opacity: 0.13, clip: true },
          encoding: { x, y: { ...y, field: "lower" }, y2: { field: "upper" }, color: shade } },
        { mark: { type: "line", interpolate: "step-after", strokeWidth: 2, clip: true },
          encoding: { x, y, color: shade, strokeDash: { field: "line", type: "nominal", legend,
            scale: { domain: scale.domain, range: drawn.map((one) => one.dash) } } } },
        { transform: [{ filter: "datum.censored" }],
          mark: { type: "tick", orient: "vertical", thickness: 1, size: 7, clip: true },
          encoding: { x, y, color: shade } },
        ...(state.forPicture ? [] : [
          { data: { name: "rule", values: [{ month: state.month }] },
            mark: { type: "rule", color: color("--muted"), strokeDash: [2, 2] },
            encoding: { x } },
          { data: { name: "cursor", values: cursor(state.month) },
            transform: [{ filter: "isValid(datum.y)" }],
            mark: { type: "point", filled: true, size: 50, opacity: 1 },
            encoding: { x, y, color: shade } },
        ]),
      ],
    };
    if (!state.forPicture) {
      return { ...page, ...chart, width: "container", autosize: { type: "fit", contains: "padding" } };
    }
    const title = { text: state.title, subtitle: broken(release.note, 120), anchor: "start", frame: "bounds",
      color: ink, subtitleColor: color("--muted"), fontSize: 13, subtitleFontSize: 10 };
    return { ...page, title, spacing: 8, vconcat: [{ ...chart, width: PICTURE }, riskTable(x.scale)] };
  };

  // The numbers at risk below the curves of a saved picture, each under its tick.
  const riskTable = (scale) => {
    const ink = color("--ink");
    const groups = shownGroups();
    const values = groups.flatMap((group) =>
      ticks(lastMonth()).map((month) => ({ group: group.label, month, n: count(atRisk(group, month)) })));
    return {
      width: PICTURE, height: 18 * groups.length, data: { values },
      title: { text: "Number at risk", anchor: "start", color: ink, fontSize: 12, offset: 2 },
      mark: { type: "text", color: ink, fontSize: 12 },
      encoding: {
        x: { field: "month", type: "quantitative", scale, axis: null },
        y: { field: "group", type: "nominal", sort: null, scale: { domain: groups.map((one) => one.label) },
          axis: { title: null, domain: false, ticks: false, labelLimit: 280, labelPadding: 22 } },
        text: { field: "n" },
      },
    };
  };

  // A text in lines of so many letters at most.
  const broken = (text, width) => text.split(" ").reduce((all, word) => {
    const last = all[all.length - 1];
    if (last && `${last} ${word}`.length <= width) all[all.length - 1] = `${last} ${word}`;
    else all.push(word);
    return all;
  }, []);

  const listen = (compiled) => ({
    ...compiled,
    signals: [...(compiled.signals || []),
      { name: "pointed", value: null, on: [{ events: "pointermove", update: "invert('x', x())" }] }],
  });

  const draw = async () => {
    if (state.view) state.view.finalize();
    const result = await window.vegaEmbed("#chart", spec(), {
      actions: false, renderer: "svg", patch: listen, tooltip: false,
    });
    state.view = result.view;
    state.view.addSignalListener("pointed", (_, month) => {
      if (month !== null) moveTo(Math.min(Math.max(month, 0), lastMonth()));
    });
    document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1);
  };

  const cells = (tag, values, scope) =>
    values.map((value) => {
      const cell = document.createElement(tag);
      if (scope) cell.scope = scope;
      if (value instanceof Node) cell.append(value); else cell.textContent = value;
      return cell;
    });
  const fill = (id, heads, body) => {
    const table = element(id);
    const head = document.createElement("tr");
    head.append(...cells("th", heads, "col"));
    const lines = body.map(([first, ...others]) => {
      const line = document.createElement("tr");
      line.append(...cells("th", [first], "row"), ...cells("td", others));
      return line;
    });
    const thead = document.createElement("thead");
    const tbody = document.createElement("tbody");
    thead.append(head);
    tbody.append(...lines);
    table.replaceChildren(thead, tbody);
  };
  const keyed = (group) => {
    const i = state.groups.indexOf(group);
    const span = document.createElement("span");
    const dash = state.answer.kind === "survival" ? dashes(i) : DASHES[0];
    span.innerHTML = '<svg class="key" viewBox="0 0 26 4" aria-hidden="true"><path d="M0 2H26"/></svg>';
    const line = span.querySelector("path");
    line.setAttribute("stroke", series(i));
    if (dash[1]) line.setAttribute("stroke-dasharray", dash.join(" "));
    span.append(group.label);
    return span;
  };
  const shownGroups = () => state.groups.filter((one) => !state.hidden.has(one.label));

  const showReading = () => {
    const names = parts();
    const what = state.answer.kind === "survival" ? [`Event-free (${release.level})`]
      : names.map(([, words]) => `${words.slice(2)} (${release.level})`);
    fill("reading", ["Group", "At risk", ...what], shownGroups().map((group) => [
      keyed(group), count(atRisk(group, state.month)),
      ...names.map(([name]) => {
        const one = reading(group, name, state.month);
        return `${percent(one.value)}${one.value === null ? "" : interval(one.lower, one.upper)}`;
      })]));
    element("at").textContent = written(rounded(state.month, 1));
  };

  const moveTo = (month) => {
    state.month = month;
    element("month").value = month;
    showReading();
    if (state.view) {
      state.view.data("rule", [{ month }]).data("cursor", cursor(month)).runAsync();
    }
  };

  const showTables = () => {
    const months = ticks(lastMonth());
    fill("risk", ["Months", ...months.map(String)],
      shownGroups().map((group) => [keyed(group), ...months.map((m) => count(atRisk(group, m)))]));
    const isSurvival = state.answer.kind === "survival";
    const rate = (name, words) => state.answer.months.map((m) => `${words}${written(m)} mo (${release.level})`);
    const heads = isSurvival
      ? ["Group", "n", "Events", `Median, mo (${release.level})`, ...rate("", "")]
      : ["Group", "n", "Events", "Competing", ...rate("", `${state.labels.event}, `),
        ...rate("competing_", `${state.labels.competing}, `)];
    fill("rates", heads, shownGroups().map((group) => [keyed(group), count(group.n), count(group.events),
      ...(isSurvival ? [group.median] : [count(group.competing)]), ...group.rates,
      ...(isSurvival ? [] : group.competing_rates)]));
    element("rates-title").textContent = isSurvival ? "Medians and rates" : "Incidences";
    element("tests").replaceChildren(...state.answer.tests.map((one) => {
      const item = document.createElement("li");
      item.textContent = `${one.test}: ${one.result}`;
      return item;
    }));
    fill("data", dataHeads(), dataRows());
  };
  const dataHeads = () =>
    ["group", "month", "n_risk", "n_event", "n_competing", "n_censored",
      ...parts().flatMap(([name]) => [`${name}percent`, `${name}lower`, `${name}upper`])];
  const dataRows = () =>
    shownGroups().flatMap((group) => group.month.map((month, i) => [group.label, month, group.risk[i],
      ...["n_event", "n_competing", "n_censored"].map((name) => (group[name] ? group[name][i] : "")),
      ...parts().flatMap(([name]) => ["estimate", "ci_lower", "ci_upper"].map(
        (column) => group[`${name}${column}`][i] ?? ""))]));

  const inWords = () => {
    const groups = shownGroups().map((group) => {
      const rates = state.answer.months.map((m, i) => `${group.rates[i]} at ${written(m)} month${m === 1 ? "" : "s"}`).join(", ");
      const median = group.median ? `, median ${group.median} months` : "";
      return `${group.label}: ${counted(group.n, "patient")}, ${counted(group.events, "event")}${median}`
        + `${rates ? `; ${rates}` : ""}.`;
    });
    return `${state.answer.kind === "survival" ? "Kaplan-Meier curves" : "Cumulative incidence"}. ${groups.join(" ")}`;
  };

  const show = async (shown) => {
    Object.assign(state, shown, { groups: shown.answer.groups, hidden: new Set() });
    element("title").textContent = shown.title;
    const key = shown.answer.kind === "incidence"
      ? ` Solid lines: ${shown.labels.event}; dashed: ${shown.labels.competing}.` : "";
    element("remark").textContent = shown.remark + key;
    element("caution").textContent = shown.caution ? `Caution. ${shown.caution}` : "";
    element("caution").hidden = !shown.caution;
    const boxes = state.groups.map((group) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", () => {
        if (box.checked) state.hidden.delete(group.label); else state.hidden.add(group.label);
        refresh();
      });
      label.append(box, " ", keyed(group));
      return label;
    });
    const legend = element("shown").querySelector("legend");
    element("shown").replaceChildren(legend, ...boxes);
    element("shown").hidden = boxes.length < 2;
    element("month").max = rounded(lastMonth(), 1);
    state.month = Math.min(state.month ?? 12, lastMonth());
    await refresh();
  };
  const refresh = async () => {
    element("words").textContent = inWords();
    element("month").value = state.month;
    showReading();
    showTables();
    await draw();
  };

  const options = (id, list, chosen) => {
    element(id).replaceChildren(...list.map(([value, words]) => new Option(words, value)));
    if (list.some(([value]) => value === chosen)) element(id).value = chosen;
  };
  const ask = () => {
    const endpoint = release.endpoints.find((one) => one.name === element("endpoint").value);
    const own = release.offers.filter((one) => one.endpoint === endpoint.name);
    const before = [element("population").value, element("factor").value];
    options("population", release.populations.filter((p) => own.some((o) => o.population === p.name))
      .map((p) => [p.name, p.label]), before[0] || endpoint.population);
    const population = release.populations.find((one) => one.name === element("population").value);
    const here = own.filter((one) => one.population === population.name);
    options("factor", [["", "One curve of all"], ...release.factors
      .filter((f) => here.some((o) => o.factor === f.name)).map((f) => [f.name, f.label])], before[1]);
    const factor = release.factors.find((one) => one.name === element("factor").value);
    const offer = here.find((one) => one.factor === (factor ? factor.name : null));
    const answer = release.answers[offer.answer];
    element("refused").replaceChildren(...release.refused.filter((one) => one.endpoint === endpoint.name)
      .map((one) => Object.assign(document.createElement("li"), { textContent: one.why })));
    return show({
      answer, axis: endpoint.axis, labels: endpoint.labels,
      yTitle: answer.kind === "survival" ? `${endpoint.label}, %` : "Cumulative incidence, %",
      title: `${endpoint.label}: ${population.label}${factor ? `, by ${factor.label}` : ""}`,
      remark: `${answer.kind === "survival" ? "Kaplan-Meier" : "Aalen-Johansen"}, ${endpoint.axis.toLowerCase()}. `
        + `Event: ${endpoint.events || "as delivered"}.`
        + `${endpoint.competing_events ? ` Competing: ${endpoint.competing_events}.` : ""} `
        + "Asked of the data and not planned: read P values as exploratory.",
      caution: null,
    });
  };
  const showPlanned = () => {
    const one = release.planned.find((analysis) => analysis.id === element("analysis").value);
    return show({
      answer: one.answer, axis: one.axis, labels: one.labels,
      yTitle: one.answer.kind === "survival" ? `${one.endpoint}, %` : "Cumulative incidence, %",
      title: one.label, remark: `Analysis of the plan (${one.id}). Population: ${one.population}.`,
      caution: one.caution,
    });
  };
  const asked = () => !document.querySelector("[name=mode]")
    || document.querySelector("[name=mode]:checked").value === "planned" ? showPlanned() : ask();

  const save = (name, href) => {
    const link = Object.assign(document.createElement("a"), { href, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  };
  const fileName = (kind) =>
    `${release.study}-${state.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60)}.${kind}`;
  const picture = async (kind) => {
    state.forPicture = true;
    const box = document.createElement("div");
    box.className = "hidden";
    document.body.append(box);
    const result = await window.vegaEmbed(box, spec(), { actions: false });
    state.forPicture = false;
    save(fileName(kind), await result.view.toImageURL(kind, kind === "png" ? 3 : 1));
    result.view.finalize();
    box.remove();
  };
  const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value);
  const csv = () => {
    const all = [[...dataHeads(), "note"], ...dataRows().map((row) => [...row, release.note])];
    const text = all.map((row) => row.map(quoted).join(",")).join("\n");
    save(fileName("csv"), `data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${text}\n`)}`);
  };

  element("png").addEventListener("click", () => picture("png"));
  element("svg").addEventListener("click", () => picture("svg"));
  element("csv").addEventListener("click", csv);
  element("month").addEventListener("input", (event) => moveTo(Number(event.target.value)));
  options("analysis", release.planned.map((one) => [one.id, one.label]));
  element("analysis").addEventListener("change", showPlanned);
  if (document.querySelector("[name=mode]")) {
    options("endpoint", release.endpoints.map((one) => [one.name, one.label]));
    ["endpoint", "population", "factor"].forEach((id) => element(id).addEventListener("change", ask));
    document.querySelectorAll("[name=mode]").forEach((radio) => radio.addEventListener("change", () => {
      const isPlanned = radio.value === "planned" && radio.checked;
      element("planned").hidden = !isPlanned;
      element("asked").hidden = isPlanned;
      asked();
    }));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
  element("question").addEventListener("submit", (event) => event.preventDefault());
  asked();
})();
