"use strict";
// The lines behind the points. They lie in the page as JSON; what is asked for is written into the panel, as text only.
(() => {
  const panel = document.getElementById("panel");
  const { block: pair, period, group, sort, words } = panel.querySelector("form").elements;
  const rows = panel.querySelector("tbody"), count = panel.querySelector("[role=status]"), more = panel.querySelector(".more");
  const STEP = 200, REACH = 16;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const blocks = new Map();
  let all, lines = [], drawn = 0, opener = null;

  const number = (n) => n.toLocaleString("en");
  const plural = (n, what) => `${number(n)} ${what}${n === 1 ? "" : "s"}`;
  const blockOf = (id) => blocks.get(id) ?? blocks.set(id, read(id)).get(id);
  const mentions = (one) => (group.value === "" ? one[1] : one[2][group.value] ?? 0);

  function element(name, text, children = []) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  }

  function choose(select, options, value) {
    select.replaceChildren(...options.map(([key, text]) => new Option(text, key)));
    select.value = value;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }

  // The words from the match outward, or the characters of Chinese, without punctuation.
  function contextKey(line, left, language) {
    const parts = (line[left ? 3 : 5].match(language === "zh" ? /[\p{L}\p{N}]/gu : /[\p{L}\p{N}]+/gu)) ?? [];
    return (left ? parts.reverse() : parts).join(language === "zh" ? "" : " ");
  }

  // Whether a line shows one of the wanted words beside the match: whole words, in Chinese characters.
  function matcher(language) {
    const wanted = words.value.trim().split(/\s+/u).filter(Boolean).map((one) => one.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
    if (!wanted.length) return null;
    const any = `(?:${wanted.join("|")})`;
    const test = language === "zh" ? new RegExp(any, "u") : new RegExp(`(?<![\\p{L}\\p{N}])${any}(?![\\p{L}\\p{N}])`, "iu");
    return (line) => test.test(line[3]) || test.test(line[5]);
  }

  function sorted(found, language) {
    if (sort.value === "date") {
      const date = (line) => all.documents[line[0]][2] || "~";
      return found.map((line) => [date(line), line])
        .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)).map((keyed) => keyed[1]);
    }
    const compare = new Intl.Collator(language).compare;
    return found.map((line) => [contextKey(line, sort.value === "left", language), line])
      .sort((a, b) => compare(a[0], b[0])).map((keyed) => keyed[1]);
  }

  function source(line) {
    const [id, title, , href, other, reference] = all.documents[line[0]];
    const cell = element("td"), where = [line[2] ? `p.\u00a0${line[2]}` : "", other].filter(Boolean).join(", ");
    cell.title = id;
    const name = element(/^https?:/i.test(href) ? "a" : "span", title || id);
    if (name.href === "") name.href = href;
    cell.append(where && `${where} · `, name);
    if (reference) {
      const link = element("a", `[${reference}]`);
      link.href = `#ref-${reference}`;
      cell.append(" ", link);
    }
    return cell;
  }

  function drawMore() {
    const { language, forms } = blockOf(pair.value);
    const part = lines.slice(drawn, drawn + STEP);
    rows.append(...part.map((line) => {
      const left = element("div", "", [element("span", line[3])]);
      const row = element("tr", "", [element("td", all.documents[line[0]][2]), element("td", "", [left]),
        element("td", "", [element("b", forms[line[4]])]), element("td", line[5]), source(line)]);
      row.lang = language;
      return row;
    }));
    drawn += part.length;
    more.hidden = drawn === lines.length;
    more.textContent = `Show ${number(Math.min(STEP, lines.length - drawn))} more; ${number(drawn)} are shown`;
  }

  function show() {
    const { language, periods, lines: every } = blockOf(pair.value);
    const wanted = period.value === "" ? null : Number(period.value);
    const inGroup = group.value === "" ? null : Number(group.value);
    const here = every.filter((line) => (wanted === null || line[1] === wanted)
      && (inGroup === null || all.documents[line[0]][6].includes(inGroup)));
    const beside = matcher(language), found = beside ? here.filter(beside) : here;
    const expected = wanted === null ? periods.reduce((sum, one) => sum + mentions(one), 0) : mentions(periods[wanted]);
    lines = sorted(found, language);
    drawn = 0;
    rows.replaceChildren();
    drawMore();
    count.textContent = beside
      ? `${number(lines.length)} of ${plural(here.length, "line")} here with ${words.value.trim().split(/\s+/u).join(" or ")}`
      : `${number(lines.length)} of ${plural(expected, "line")}` + (lines.length < expected ? `: ${all.note}` : "");
    panel.querySelector(".scroll").scrollTop = 0;
  }

  function offer(wanted, inGroup) {
    const { periods } = blockOf(pair.value);
    const used = new Set(periods.flatMap((one) => Object.keys(one[2])));
    choose(group, [["", "all texts"], ...all.groups.map((name, n) => [String(n), name]).filter(([n]) => used.has(n))], inGroup);
    const options = periods.map((one, n) => [String(n), `${one[0]} (${number(mentions(one))})`, mentions(one)]);
    choose(period, [["", "all periods"], ...options.filter((one) => one[2] || one[0] === wanted)], wanted);
    show();
  }

  function open(id, wanted, inGroup, from, beside = "") {
    all ??= read("documents");
    panel.hidden = false;
    document.documentElement.classList.add("reading");
    document.querySelectorAll(".read").forEach((one) => one.classList.remove("read"));
    from?.classList.add("read");
    opener = from ?? opener;
    pair.value = id;
    words.value = beside;
    offer(wanted, inGroup);
    panel.querySelector("h2").focus({ preventScroll: true });
    from?.scrollIntoView({ block: "nearest" });
  }

  function close() {
    panel.hidden = true;
    document.documentElement.classList.remove("reading");
    opener?.focus({ preventScroll: true });
  }

  // Follows a link to the lines of a point; says whether it was one.
  function follow(link, hash, groupName) {
    const at = hash.startsWith("#") && document.getElementById(decodeURIComponent(hash.slice(1)));
    const id = at && at.dataset.period !== undefined && at.closest("details").dataset.lines;
    if (!id) return false;
    all ??= read("documents");
    const n = groupName ? all.groups.indexOf(decodeURIComponent(groupName)) : -1;
    history.replaceState(null, "", hash);
    open(id, at.dataset.period, n < 0 ? "" : String(n), link);
    return true;
  }

  const target = (link) => link.getAttribute("href") ?? link.getAttribute("xlink:href") ?? "";
  const points = (svg) => [...svg.querySelectorAll("a")];

  function nearest(svg, x, y) {
    let best = null, least = REACH;
    for (const link of points(svg)) {
      const box = link.getBoundingClientRect();
      const away = Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
      if (away < least) [best, least] = [link, away];
    }
    return best;
  }

  document.addEventListener("click", (event) => {
    const svg = event.target.closest("figure svg");
    const link = event.target.closest("a") ?? (svg && nearest(svg, event.clientX, event.clientY));
    if (link && follow(link, target(link), link.dataset.group)) event.preventDefault();
    const opens = event.target.closest("[data-open]");
    if (!opens) return;
    event.preventDefault();
    open(opens.dataset.open, "", "", opens, opens.dataset.words);
  });

  // One stop of the tab key for each figure; the arrow keys go on from point to point.
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  document.querySelectorAll("figure svg").forEach((svg) => {
    const links = points(svg);
    const only = (chosen) => links.forEach((link) => link.setAttribute("tabindex", link === chosen ? "0" : "-1"));
    only(links[0]);
    svg.addEventListener("keydown", (event) => {
      const at = links.indexOf(event.target.closest("a"));
      const to = event.key === "Home" ? 0 : event.key === "End" ? links.length - 1 : at + (STEPS[event.key] ?? NaN);
      if (at < 0 || !links[to]) return;
      event.preventDefault();
      only(links[to]);
      links[to].focus();
    });
  });

  document.querySelectorAll("details.kwic").forEach((details) => {
    const button = element("button", "Filter and sort all lines");
    button.type = "button";
    button.dataset.open = details.dataset.lines;
    details.querySelector("summary").after(button);
  });
  pair.addEventListener("change", () => offer("", ""));
  group.addEventListener("change", () => offer(period.value, group.value));
  period.addEventListener("change", show);
  sort.addEventListener("change", show);
  words.addEventListener("input", show);
  more.addEventListener("click", drawMore);
  panel.querySelector(".close").addEventListener("click", close);
  panel.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
  window.addEventListener("hashchange", () => follow(null, location.hash));
  if (location.hash) follow(null, location.hash);
})();
