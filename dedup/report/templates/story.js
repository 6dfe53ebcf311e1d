"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse($("#data").textContent);
  const NAMES = { v: "verbatim", e: "edited", r: "reworded", p: "partial" };
  const PARTS = ["verbatim", "edited", "reworded", "partial", "dropped"];
  const FILTERS = { "hide-same": "same", "only-disputed": "disputed", "only-numbers": "numbers", "only-moved": "moved", "show-typed": "typography" };
  const rows = $$("#rows .row");
  const views = $$("[data-view]").map((link) => link.hash.slice(1));
  const cellsOf = new Map(rows.map((row) => [row, $$(".cell", row)]));
  const order = new Map(rows.flatMap((row) => cellsOf.get(row).map((cell, place) => [cell, place])));
  const textOf = new Map([...order.keys()].map((cell) => [cell, $(".text", cell).textContent]));
  const painted = new Map([...order.keys()].map((cell) => [cell, [...$(".text", cell).childNodes]]));
  const letters = data.outlets.map((outlet) => outlet.letter);
  let base = data.base;
  let view = "rows";
  let target = "rows";

  const make = (name, className, ...content) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...content);
    return element;
  };
  const draw = (name, values, ...content) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
    element.append(...content);
    return element;
  };
  const percent = (share) =>
    share > 0 && share < 0.005 ? "<1 %" : share >= 0.995 && share < 1 ? ">99 %" : `${Math.round(100 * share)} %`;
  const numberOf = (row) => row.id.slice(4);
  const outletsOf = (element) => element.dataset.o.split(" ").map(Number);
  const cellIn = (row, outlet) => cellsOf.get(row).find((cell) => outletsOf(cell).includes(outlet));
  const badge = (number) => make("b", `letter c${number % 8}`, letters[number]);

  // The marks were made by the program, for every two wordings of a statement: [length, mark, fact, note] of each piece.
  function paint(into, cell, reference) {
    const [text, marks] = [textOf.get(cell), data.marks[numberOf(cell.closest(".row"))]];
    if (order.get(reference) === 0) return into.replaceChildren(...painted.get(cell).map((node) => node.cloneNode(true)));
    if (!marks) return into.replaceChildren(text);
    let start = 0;
    into.replaceChildren(...marks[order.get(cell)][order.get(reference)].map(([length, mark, fact, note]) => {
      const part = text.slice(start, (start += length));
      if (!fact && !mark) return part;
      const classes = fact ? ["fact", fact.includes("quoted") ? "quoted" : "", mark].filter(Boolean).join(" ") : mark === "added" ? "" : mark;
      const element = make(fact ? "strong" : mark === "added" ? "ins" : "span", classes, part);
      if (note) element.dataset.note = note;
      if (fact) element.title = `${fact} differ`;
      return element;
    }));
  }

  function setBase(chosen) {
    base = chosen;
    $("#base").value = String(base);
    $("#base-name").replaceChildren(badge(base), " ", make("bdi", "", data.outlets[base].called));
    for (const row of rows) {
      const cells = cellsOf.get(row);
      const first = Math.min(...outletsOf(row));
      const reference = cellIn(row, base) ?? cellIn(row, first);
      const outlet = cellIn(row, base) ? base : first;
      for (const cell of cells) {
        const code = cell.dataset.r[outlet];
        const moved = cell.dataset.m[base] === "m";
        const is = cell === reference;
        cell.classList.remove("verbatim", "edited", "reworded", "partial");
        cell.classList.add(NAMES[code] ?? "verbatim");
        cell.classList.toggle("reference", is);
        cell.classList.toggle("moved", moved);
        $(".relation", cell).textContent = !is ? NAMES[code] : outlet === base ? "base" : "";
        $(".move", cell).textContent = moved ? " moved" : "";
        paint($(".text", cell), cell, reference);
      }
      const rest = cells.filter((cell) => cell !== reference).sort((a, b) => outletsOf(a)[0] - outletsOf(b)[0]);
      $(".cells", row).replaceChildren(reference, ...rest);
      row.classList.toggle("has-moved", cells.some((cell) => cell.classList.contains("moved")));
    }
    data.outlets.forEach((_, number) => {
      const shares = data.shares[number][base];
      $(`.outlet-head[data-o="${number}"] .share`).replaceChildren(number === base ? make("span", "is-base", "base") : bar(shares));
      const cells = $$(`#shares tr[data-o="${number}"] td`);
      PARTS.concat("new").forEach((_, k) => (cells[k + 1].textContent = number === base ? "" : percent(shares[k])));
      cells[7].textContent = number === base ? "the base" : data.derivations[number][base];
      cells[8].textContent = number === base ? "" : data.orders[number][base];
    });
    filter();
  }
  function bar(shares) {
    const parts = PARTS.map((name, k) => [name, shares[k]]).filter(([, share]) => share > 0);
    const label = parts.map(([name, share]) => `${percent(share)} ${name}`).join(", ") || "nothing";
    let left = 0;
    const bars = parts.map(([name, share]) => {
      const rect = draw("rect", { class: name, x: 100 * left, width: 100 * share, height: 4 }, draw("title", {}, `${percent(share)} ${name}`));
      left += share;
      return rect;
    });
    return draw("svg", { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", role: "img", "aria-label": label }, ...bars);
  }

  function showPair() {
    const sides = [Number($("#left-text").value), Number($("#right-text").value)];
    const at = (row, outlet) => Number($(`a.source[href^="#s-${outlet}-"]`, cellIn(row, outlet)).hash.split("-")[2]);
    const place = (row) => (cellIn(row, sides[0]) ? at(row, sides[0]) : -1);
    const held = rows.filter((row) => sides.some((outlet) => cellIn(row, outlet)));
    // What the right text alone has of the two follows what it has before it.
    const right = held.filter((row) => cellIn(row, sides[1])).sort((a, b) => at(a, sides[1]) - at(b, sides[1]));
    const anchor = new Map();
    right.reduce((last, row) => (anchor.set(row, Math.max(place(row), cellIn(row, sides[0]) ? -1 : last)), anchor.get(row)), -1);
    const key = (row) => (cellIn(row, sides[0]) ? [place(row), -1] : [anchor.get(row), at(row, sides[1])]);
    held.sort((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1]);
    const list = held.map((row) => {
      const cells = sides.map((outlet) => cellIn(row, outlet));
      const texts = cells.map((cell, k) => {
        const p = make("p", cell ? "" : "absent", cell ? "" : "–");
        p.dir = "auto";
        p.dataset.letter = letters[sides[k]];
        const other = cells[1 - k];
        if (cell && other && cell !== other) paint(p, cell, other);
        else if (cell) p.textContent = textOf.get(cell);
        return p;
      });
      const link = make("a", "", numberOf(row));
      link.href = `#${row.id}`;
      link.setAttribute("aria-label", `Statement ${numberOf(row)}`);
      const same = cells[0] && cells[0] === cells[1] ? make("span", "note", "same words") : "";
      const line = make("div", "pair-row", link, ...texts, same);
      line.id = `pair-${numberOf(row)}`;
      return line;
    });
    const heads = make("div", "pair-row pair-head", make("span", "", ""), ...sides.map((outlet) => make("p", "", badge(outlet), " ", make("bdi", "", data.outlets[outlet].called))));
    $("#pair-rows").replaceChildren(heads, ...list);
  }

  function hide(element, hidden) {
    if (hidden) element.setAttribute("hidden", "until-found");
    else element.removeAttribute("hidden");
  }
  function filter() {
    const [told, untold] = [letters.indexOf($("#told").value), letters.indexOf($("#untold").value)];
    const is = (id) => $(`#${id}`).checked;
    let count = 0;
    for (const row of rows) {
      const has = (name) => row.classList.contains(name);
      const out = (is("hide-same") && has("same")) || (is("only-disputed") && !has("has-disputed")) || (is("only-moved") && !has("has-moved")) || (is("only-numbers") && !has("has-numbers"))
        || (told >= 0 && !outletsOf(row).includes(told)) || (untold >= 0 && outletsOf(row).includes(untold));
      hide(row, out);
      count += !out;
    }
    $("#count").textContent = count === rows.length ? "" : `${count} of ${rows.length} statements`;
  }

  // The address: what is shown, then what differs from the default.
  function write(how = "replaceState") {
    const parts = [target];
    const add = (name, value) => value && parts.push(`${name}=${value}`);
    add("base", base !== data.base && letters[base]);
    add("show", Object.keys(FILTERS).filter((id) => $(`#${id}`).checked).map((id) => FILTERS[id]).join(","));
    add("told", $("#told").value);
    add("untold", $("#untold").value);
    if (view === "pair") {
      add("left", letters[$("#left-text").value]);
      add("right", letters[$("#right-text").value]);
    }
    history[how]({ whole: true }, "", `#${parts.join("&")}`);
  }
  function read(isWhole) {
    const [name, ...parts] = location.hash.slice(1).split("&");
    const values = new Map(parts.map((part) => part.split("=")));
    const given = (key, fallback) => (values.has(key) ? values.get(key) : isWhole ? fallback : null);
    const shown = given("show", "");
    if (shown !== null) for (const [id, word] of Object.entries(FILTERS)) $(`#${id}`).checked = shown.split(",").includes(word);
    for (const id of ["told", "untold"]) {
      const letter = given(id, "");
      if (letter !== null) $(`#${id}`).value = letters.includes(letter) ? letter : "";
    }
    for (const side of ["left", "right"]) {
      const number = letters.indexOf(values.get(side));
      if (number >= 0) $(`#${side}-text`).value = String(number);
    }
    const wanted = letters.indexOf(given("base", letters[data.base]));
    if (wanted >= 0 && wanted !== base) setBase(wanted);
    else filter();
    try {
      arrive(decodeURIComponent(name));
    } catch {
      arrive("");
    }
    if (location.hash) write();
  }
  function show(name) {
    view = name;
    for (const section of $$("main > .view")) hide(section, section.id !== name);
    for (const a of $$("[data-view]")) {
      if (a.hash === `#${name}`) a.setAttribute("aria-current", "page");
      else a.removeAttribute("aria-current");
    }
    if (name === "pair") showPair();
  }
  function arrive(id) {
    if (id.startsWith("pair-")) show("pair");
    const element = document.getElementById(id);
    for (const old of $$(".here")) old.classList.remove("here");
    const section = element?.closest("main > .view");
    target = section ? id : view;
    if (!section) return show(view);
    show(section.id);
    if (element === section) return;
    hide(element, false);
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (element.matches("details")) element.open = true;
    if (element.matches(".row, .s, .pair-row")) element.classList.add("here");
    element.scrollIntoView();
    if (element.matches(".row")) element.focus({ preventScroll: true });
  }
  const visit = (id, how) => {
    arrive(id);
    write(how);
  };
  function step(by) {
    if (view !== "rows") show("rows");
    const seen = rows.filter((row) => !row.hidden && !row.closest("details:not([open])"));
    const now = seen.findIndex((row) => row.classList.contains("here"));
    const next = seen[now < 0 ? (by > 0 ? 0 : seen.length - 1) : Math.min(seen.length - 1, Math.max(0, now + by))];
    if (next) visit(next.id);
  }
  function rebase(number) {
    setBase(number);
    if (view === "pair") {
      $("#left-text").value = String(number);
      showPair();
    }
    write();
  }

  // A quotation that can be checked: the words, the text, its characters and its digest.
  async function copy(button) {
    const cell = button.closest(".cell");
    const outlet = data.outlets[outletsOf(cell)[0]];
    const date = outlet.called.includes(outlet.date.slice(0, 10)) ? "" : outlet.date;
    const source = [outlet.called, outlet.headline && outlet.headline !== outlet.called && `“${outlet.headline}”`, date].filter(Boolean).join(", ");
    const words = (cell.dataset.quote ?? textOf.get(cell)).trim();
    const places = cell.dataset.spans.replaceAll("-", " to ").replace(/ (?=\d+ to)/g, " and ");
    const quotation = `“${words}” (${source}; characters ${places} of the text with SHA-256 ${outlet.sha256})`;
    try {
      await navigator.clipboard.writeText(quotation);
    } catch {
      const area = make("textarea", "hidden", quotation);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "copied";
    setTimeout(() => (button.textContent = "copy"), 2000);
  }
  function save(name) {
    const link = make("a", "");
    link.href = URL.createObjectURL(new Blob(["\ufeff", data.csv[name]], { type: "text/csv" }));
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  for (const id of [...Object.keys(FILTERS), "told", "untold"]) $(`#${id}`).addEventListener("change", () => {
    filter();
    write();
  });
  $("#base").addEventListener("change", (event) => rebase(Number(event.target.value)));
  for (const id of ["left-text", "right-text"]) $(`#${id}`).addEventListener("change", () => {
    showPair();
    target = "pair";
    write();
  });
  $("#help-button").addEventListener("click", () => $("#help").showModal());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".copy")) copy(button);
    else if (button?.matches(".csv")) save(button.dataset.csv);
  });
  // The strip and the order are one stop of the Tab key each; the arrow keys move inside.
  for (const [group, items] of [[$(".strip"), $$(".strip a")], [$(".order-picture"), $$(".order-picture a")]]) {
    items[0]?.setAttribute("tabindex", "0");
    group?.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next = by && items[items.indexOf(document.activeElement) + by];
      if (!next) return;
      document.activeElement.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
      event.preventDefault();
    });
  }
  // Pointing at a word that wordings share lights it in all of them.
  document.addEventListener("mouseover", (event) => {
    const word = event.target.closest(".shared");
    for (const old of $$(".shared.lit")) old.classList.remove("lit");
    for (const same of word ? $$(".shared", word.closest(".row, .pair-row")) : []) same.classList.toggle("lit", same.dataset.note === word.dataset.note);
  });
  const light = (event) => {
    const row = event.target.closest(".line")?.dataset.row;
    for (const line of $$(".order-picture .line")) line.classList.toggle("lit", line.dataset.row === row);
  };
  for (const name of ["mouseover", "focusin", "mouseout"]) $(".order-picture").addEventListener(name, light);
  // The search of the browser finds what is hidden and opens it.
  document.addEventListener("beforematch", (event) => {
    const section = event.target.closest("main > .view");
    if (!section) return;
    hide(event.target, false);
    if (section.id !== view) show(section.id);
    target = section.id;
    write();
  });
  window.addEventListener("popstate", (event) => read(Boolean(event.state?.whole)));
  window.addEventListener("beforeprint", () => $$("details").forEach((fold) => (fold.open = true)));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("select, dialog[open]")) return;
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else if (event.key === "b") rebase((base + 1) % letters.length);
    else if (event.key === "?") $("#help").showModal();
    else if (/^[1-9]$/.test(event.key) && views[event.key - 1]) {
      visit(views[event.key - 1], "pushState");
      window.scrollTo(0, 0);
    } else return;
    event.preventDefault();
  });
  document.documentElement.classList.add("on");
  read(true);
  if (location.hash && target === view) $(`#${view}`).scrollIntoView();
})();
