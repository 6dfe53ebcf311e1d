"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse($("#data").textContent);
  const NAMES = { v: "verbatim", e: "edited", r: "reworded", p: "partial" };
  const PARTS = ["verbatim", "edited", "reworded", "partial", "dropped"];
  const rows = $$("#rows .row");
  const views = $$("[data-view]").map((link) => link.hash.slice(1));
  const cellsOf = new Map(rows.map((row) => [row, $$(".cell", row)]));
  const textOf = new Map(rows.flatMap((row) => cellsOf.get(row).map((cell) => [cell, $(".text", cell).textContent])));
  let base = data.base;
  let view = "rows";

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const percent = (share) =>
    share > 0 && share < 0.005 ? "<1 %" : share >= 0.995 && share < 1 ? ">99 %" : `${Math.round(100 * share)} %`;
  const cellIn = (row, outlet) => cellsOf.get(row).find((cell) => Number(cell.dataset.o) === outlet);

  // Words, and those of one text that stand in no common order with another's: the library's rule, for a new base.
  const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|[\p{L}\p{N}\p{M}_]+(?:['’.,]?[\p{L}\p{N}\p{M}_]+)*/gu;
  const fold = (word) => word.normalize("NFKC").toLowerCase().replaceAll("’", "'");
  const split = (text) => [...text.matchAll(WORD)].map((m) => ({ key: fold(m[0]), start: m.index, end: m.index + m[0].length }));
  function common(a, b) {
    const width = b.length + 1;
    const best = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        best[i * width + j] = a[i].key === b[j].key ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
    const pairs = [];
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      if (a[i].key === b[j].key) pairs.push([i++, j++]);
      else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i++;
      else j++;
    }
    return pairs;
  }
  function differing(text, reference) {
    const words = split(text);
    const shared = new Set(common(split(reference), words).map(([, j]) => j));
    const spans = [];
    words.forEach((word, k) => {
      if (shared.has(k)) return;
      if (k && !shared.has(k - 1)) spans[spans.length - 1][1] = word.end;
      else spans.push([word.start, word.end]);
    });
    return spans;
  }
  function paint(target, text, spans, mark, facts) {
    const edges = new Set([0, text.length]);
    for (const [start, end] of spans) edges.add(start).add(end);
    for (const fact of facts) edges.add(fact.start).add(fact.end);
    const cuts = [...edges].filter((edge) => edge >= 0 && edge <= text.length).sort((a, b) => a - b);
    target.replaceChildren();
    for (let k = 0; k + 1 < cuts.length; k++) {
      const [start, end] = [cuts[k], cuts[k + 1]];
      const marked = spans.some(([a, b]) => a <= start && end <= b) ? mark : "";
      const kinds = [...new Set(facts.filter((f) => f.start <= start && end <= f.end).map((f) => f.kind))];
      const part = text.slice(start, end);
      if (kinds.length) {
        const title = kinds.join(", ");
        const classes = ["fact", title.includes("quoted") ? "quoted" : "", marked].filter(Boolean);
        const strong = make("strong", classes.join(" "), part);
        strong.title = `${title} differ`;
        target.append(strong);
      } else if (marked === "added") target.append(make("ins", "", part));
      else if (marked) target.append(make("span", marked, part));
      else target.append(part);
    }
  }
  // Python counts code points, this script counts UTF-16 units.
  const factsOf = (cell, text) => {
    if (!cell.dataset.f) return [];
    const units = [0];
    for (const character of text) units.push(units.at(-1) + character.length);
    return cell.dataset.f.split(" ").map((fact) => {
      const [start, end, kind] = fact.split("-");
      return { start: units[start], end: units[end], kind: kind.replaceAll("_", " ") };
    });
  };

  function setBase(chosen) {
    base = chosen;
    $("#base").value = String(base);
    const name = data.outlets[base];
    $("#base-name").replaceChildren(make("b", `letter c${base % 8}`, name.letter), " ", make("bdi", "", name.name));
    for (const row of rows) {
      const cells = cellsOf.get(row);
      const reference = cellIn(row, base) ?? cells[0];
      const outlet = Number(reference.dataset.o);
      for (const cell of cells) {
        const code = cell.dataset.r[outlet];
        const moved = cell.dataset.m[base] === "m";
        const is = cell === reference;
        cell.classList.remove("verbatim", "edited", "reworded", "partial", "reference", "moved");
        cell.classList.add(NAMES[code] ?? "verbatim");
        cell.classList.toggle("reference", is);
        cell.classList.toggle("moved", moved);
        $(".relation", cell).textContent = !is ? NAMES[code] : outlet === base ? "base" : "";
        $(".move", cell).textContent = moved ? " moved" : "";
        const text = textOf.get(cell);
        const mark = is || code === "v" ? "" : code === "e" ? "added" : "reworded";
        paint($(".text", cell), text, mark ? differing(text, textOf.get(reference)) : [], mark, factsOf(cell, text));
      }
      row.classList.toggle("has-moved", cells.some((cell) => cell.classList.contains("moved")));
    }
    data.outlets.forEach((outlet, number) => {
      const shares = data.shares[number][base];
      const head = $(`.outlet-head[data-o="${number}"] .share`);
      head.replaceChildren(number === base ? make("span", "is-base", "base") : bar(shares));
      const cells = $$(`#shares tr[data-o="${number}"] td`);
      PARTS.concat("new").forEach((_, k) => (cells[k + 1].textContent = number === base ? "" : percent(shares[k])));
      cells[7].textContent = number === base ? "the base" : data.derivations[number][base];
      cells[8].textContent = number === base ? "" : data.orders[number][base];
    });
    filter();
    if (view === "pair") showPair();
    if (view === "inline") showInline();
  }
  function bar(shares) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const parts = PARTS.map((name, k) => [name, shares[k]]).filter(([, share]) => share > 0);
    for (const [key, value] of Object.entries({ class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", role: "img", "aria-label": parts.map(([name, share]) => `${percent(share)} ${name}`).join(", ") || "nothing" })) svg.setAttribute(key, value);
    let left = 0;
    for (const [name, share] of parts) {
      const rect = document.createElementNS(space, "rect");
      for (const [key, value] of Object.entries({ class: name, x: 100 * left, width: 100 * share, height: 4 })) rect.setAttribute(key, value);
      const title = document.createElementNS(space, "title");
      title.textContent = `${percent(share)} ${name}`;
      rect.append(title);
      svg.append(rect);
      left += share;
    }
    return svg;
  }

  const link = (row) => {
    const a = make("a", "", row.id.slice(4));
    a.href = `#${row.id}`;
    a.setAttribute("aria-label", `Statement ${row.id.slice(4)}`);
    return a;
  };
  const wording = (cell) => {
    const p = make("p", "");
    p.dir = "auto";
    if (cell) p.textContent = textOf.get(cell);
    return p;
  };
  function showPair() {
    const [left, right] = [Number($("#left").value), Number($("#right").value)];
    const list = rows.filter((row) => cellIn(row, left) || cellIn(row, right)).map((row) => {
      const line = make("div", "pair-row");
      const [a, b] = [cellIn(row, left), cellIn(row, right)];
      const second = wording(b);
      if (a && b && a !== b) {
        const code = b.dataset.r[left];
        const mark = code === "v" ? "" : code === "e" ? "added" : "reworded";
        paint(second, textOf.get(b), mark ? differing(textOf.get(b), textOf.get(a)) : [], mark, factsOf(b, textOf.get(b)));
      }
      line.append(link(row), wording(a), second);
      return line;
    });
    $("#pair-rows").replaceChildren(...list);
  }
  function showInline() {
    const one = Number($("#one").value);
    const list = rows.filter((row) => cellIn(row, one) || cellIn(row, base)).map((row) => {
      const line = make("div", "inline-row");
      const [own, other] = [cellIn(row, one), cellIn(row, base)];
      const label = !own ? "dropped" : !other ? "new" : one === base ? "base" : NAMES[own.dataset.r[base]];
      const p = make("p", "");
      p.dir = "auto";
      if (own && other && own !== other) merge(p, textOf.get(other), textOf.get(own));
      else if (own) p.append(other ? textOf.get(own) : make("ins", "", textOf.get(own)));
      else p.append(make("del", "", textOf.get(other)));
      line.append(link(row), make("span", "relation", label), p);
      return line;
    });
    $("#inline-rows").replaceChildren(...list);
  }
  function merge(target, old, text) {
    const [a, b] = [split(old), split(text)];
    let [i, j, position] = [0, 0, 0];
    const upTo = (end) => {
      target.append(text.slice(position, end));
      position = end;
    };
    const dropped = (end, next) => {
      if (i >= end) return;
      if (next < b.length) upTo(b[next].start);
      else target.append(" ");
      target.append(make("del", "", old.slice(a[i].start, a[end - 1].end)));
      if (next < b.length) target.append(" ");
    };
    const added = (end) => {
      if (j >= end) return;
      upTo(b[j].start);
      target.append(make("ins", "", text.slice(b[j].start, b[end - 1].end)));
      position = b[end - 1].end;
    };
    for (const [x, y] of [...common(a, b), [a.length, b.length]]) {
      dropped(x, j < y ? j : y);
      added(y);
      if (y < b.length) upTo(b[y].end);
      [i, j] = [x + 1, y + 1];
    }
    upTo(text.length);
  }

  function filter() {
    const is = (id) => $(`#${id}`).checked;
    let count = 0;
    for (const row of rows) {
      const has = (name) => row.classList.contains(name);
      row.hidden = (is("hide-same") && has("same")) || (is("hide-single") && has("single")) || (is("only-moved") && !has("has-moved")) || (is("only-numbers") && !has("has-numbers"));
      count += !row.hidden;
    }
    $("#count").textContent = count === rows.length ? "" : `${count} of ${rows.length} statements`;
  }
  function show(name, focus) {
    view = name;
    for (const section of $$("main > .view")) section.classList.toggle("shown", section.id === name);
    for (const a of $$("[data-view]")) {
      if (a.hash === `#${name}`) a.setAttribute("aria-current", "page");
      else a.removeAttribute("aria-current");
    }
    if (name === "pair") showPair();
    if (name === "inline") showInline();
    if (focus) window.scrollTo(0, 0);
  }
  function go() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const section = target?.closest("main > .view");
    if (!section) return;
    show(section.id, false);
    for (const old of $$(".here")) old.classList.remove("here");
    if (target === section) return;
    target.hidden = false;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target.matches(".row, .s")) target.classList.add("here");
    target.scrollIntoView();
    if (target.matches(".row")) target.focus({ preventScroll: true });
  }
  function step(by) {
    if (view !== "rows") show("rows", false);
    const seen = rows.filter((row) => !row.hidden);
    const now = seen.findIndex((row) => row.classList.contains("here"));
    const next = seen[now < 0 ? (by > 0 ? 0 : seen.length - 1) : Math.min(seen.length - 1, Math.max(0, now + by))];
    if (!next) return;
    history.replaceState(null, "", `#${next.id}`);
    go();
  }

  document.documentElement.classList.add("on");
  for (const id of ["hide-same", "hide-single", "only-moved", "only-numbers"]) $(`#${id}`).addEventListener("change", filter);
  $("#base").addEventListener("change", (event) => setBase(Number(event.target.value)));
  for (const id of ["left", "right"]) $(`#${id}`).addEventListener("change", showPair);
  $("#one").addEventListener("change", showInline);
  $("#help-button").addEventListener("click", () => $("#help").showModal());
  $("#rows").addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell && !event.target.closest("a") && !String(getSelection())) location.hash = $(".source", cell).hash;
  });
  window.addEventListener("hashchange", go);
  window.addEventListener("beforeprint", () => $$("details").forEach((fold) => (fold.open = true)));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("select, input, dialog[open]")) return;
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else if (event.key === "b") setBase((base + 1) % data.outlets.length);
    else if (event.key === "?") $("#help").showModal();
    else if (/^[1-9]$/.test(event.key) && views[event.key - 1]) {
      history.replaceState(null, "", `#${views[event.key - 1]}`);
      show(views[event.key - 1], true);
    } else return;
    event.preventDefault();
  });
  show("rows", false);
  go();
})();
