// Searches and sorts the list of clusters, 200 at a time. Texts enter the page as text only.
"use strict";
(() => {
  const PER_PAGE = 200;
  const { outlets, rows } = JSON.parse(document.getElementById("data").textContent);
  const clusters = rows.map(([number, path, title, id, outlet, date, copies, numOutlets, lowest, removed]) => {
    const name = outlets[outlet];
    const list = (...texts) => texts.join("\n").toLowerCase();
    const gone = removed.map(([own, copyId, from]) => ({ title: own || title, id: copyId, searched: list(own || title, from, copyId) }));
    return { number, path, title, id, outlet: name, date, copies, numOutlets, lowest, searched: list(title, name, id), gone };
  });
  const [numGone, numCopies] = [clusters.reduce((sum, c) => sum + c.gone.length, 0), clusters.reduce((sum, c) => sum + c.copies, 0)];
  const keys = ["number", "title", "outlet", "date", "copies", "numOutlets", "lowest"];
  const table = document.getElementById("list");
  const heads = [...table.tHead.rows[0].cells];
  const search = document.getElementById("search");
  const status = document.getElementById("status");
  const pages = document.getElementById("pages");
  const sorting = { key: "copies", descending: true };
  let found = clusters;
  let page = 0;

  function make(name, text, className) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  function compare(a, b) {
    const [x, y] = [a[sorting.key], b[sorting.key]];
    const order = typeof x === "number" ? x - y : x < y ? -1 : x > y ? 1 : 0;
    return (sorting.descending ? -order : order) || a.number - b.number;
  }

  function makeRow(cluster) {
    const row = make("tr");
    row.append(make("td", cluster.number.toLocaleString("en"), "count"));
    const document_ = make("td");
    const link = make("a");
    link.href = cluster.path;
    const title = make("bdi", cluster.title || "(no text)", "title");
    title.dir = "auto";
    link.append(title);
    const meta = make("span", undefined, "meta");
    meta.append(make("bdi", cluster.id, "id"));
    document_.append(link, make("br"), meta);
    if (cluster.hit) {
      const hit = make("span", "removed: ", "meta");
      hit.append(make("bdi", cluster.hit.title), " · ", make("bdi", cluster.hit.id, "id"));
      document_.append(make("br"), hit);
    }
    const outlet = make("td", undefined, "outlet");
    outlet.append(cluster.outlet ? make("bdi", cluster.outlet) : make("i", "no outlet"));
    const date = make("td", undefined, "date");
    date.append(make("bdi", cluster.date));
    row.append(document_, outlet, date);
    for (const text of [cluster.copies.toLocaleString("en"), cluster.numOutlets.toLocaleString("en"), cluster.lowest.toFixed(3)]) {
      row.append(make("td", text, "count"));
    }
    return row;
  }

  function makePager(count) {
    const nav = make("nav", undefined, "pager");
    nav.setAttribute("aria-label", "Pages of the list");
    const list = make("ul");
    for (let number = 0; number < count; number += 1) {
      const item = make("li");
      const button = make("button", String(number + 1));
      button.type = "button";
      if (number === page) button.setAttribute("aria-current", "page");
      button.addEventListener("click", () => {
        page = number;
        show();
        table.scrollIntoView();
      });
      item.append(button);
      list.append(item);
    }
    nav.append(list);
    return nav;
  }

  function show() {
    const start = page * PER_PAGE;
    const shown = found.slice(start, start + PER_PAGE);
    table.tBodies[0].replaceChildren(...shown.map(makeRow));
    heads.forEach((head, place) => {
      if (keys[place] === sorting.key) head.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const count = Math.ceil(found.length / PER_PAGE);
    pages.replaceChildren(...(count > 1 ? [makePager(count)] : []));
    const range = shown.length ? `, ${start + 1} to ${start + shown.length} shown` : "";
    status.textContent = `${found.length.toLocaleString("en")} of ${clusters.length.toLocaleString("en")} clusters${range}.`;
    if (search.value && numGone < numCopies) status.textContent += ` The search knows ${numGone.toLocaleString("en")} of ${numCopies.toLocaleString("en")} removed documents.`;
  }

  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = ({ searched }) => words.every((word) => searched.includes(word));
    for (const cluster of clusters) cluster.hit = has(cluster) ? undefined : cluster.gone.find(has);
    found = clusters.filter((cluster) => cluster.hit || has(cluster)).sort(compare);
    page = 0;
    show();
  }

  heads.forEach((head, place) => {
    const button = make("button", head.textContent, "sort");
    button.type = "button";
    button.addEventListener("click", () => {
      const key = keys[place];
      sorting.descending = sorting.key === key ? !sorting.descending : ["copies", "numOutlets"].includes(key);
      sorting.key = key;
      update();
    });
    head.replaceChildren(button);
  });
  search.addEventListener("input", update);
  document.getElementById("controls").hidden = false;
  update();
})();
