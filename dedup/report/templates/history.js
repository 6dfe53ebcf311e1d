// Any two versions, and keys for the next and the previous change. Everything else is in the page without it.
(() => {
  const { versions, texts } = JSON.parse(document.getElementById("lives").textContent);
  const form = document.querySelector(".two"), result = document.querySelector(".two-result");
  const words = (text) => text.match(/\s+|[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) || [];
  const MAX_CELLS = 4e6;

  function diffWords(old, now) {
    const a = words(old), b = words(now), columns = b.length + 1;
    if (a.length * b.length > MAX_CELLS) return [["del", old], ["ins", now]];
    const best = new Uint16Array((a.length + 1) * columns);
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        best[i * columns + j] = a[i] === b[j] ? best[(i + 1) * columns + j + 1] + 1
          : Math.max(best[(i + 1) * columns + j], best[i * columns + j + 1]);
    const runs = [];
    const add = (tag, word) => {
      if (runs.length && runs.at(-1)[0] === tag) runs.at(-1)[1] += word; else runs.push([tag, word]);
    };
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) { add("", a[i++]); j++; }
      else if (i < a.length && (j === b.length || best[(i + 1) * columns + j] >= best[i * columns + j + 1])) add("del", a[i++]);
      else add("ins", b[j++]);
    }
    return runs;
  }

  function addRow(rows, sign, runs, css) {
    const row = document.createElement("div"), mark = document.createElement("span"), text = document.createElement("p");
    row.className = `row ${css}`; mark.className = "sign"; mark.textContent = sign; text.className = "text"; text.dir = "auto";
    for (const [tag, words] of runs) {
      const part = tag ? document.createElement(tag) : document.createTextNode(words);
      if (tag) part.textContent = words;
      text.append(part);
    }
    row.append(mark, text);
    rows.append(row);
  }

  function compare(old, now) {
    const rows = result.querySelector(".rows"), before = new Map(versions[old]), after = new Map(versions[now]);
    rows.replaceChildren();
    let same = 0;
    const flush = () => {
      if (same) { const note = document.createElement("p"); note.className = "left-out"; note.textContent = `${same} unchanged`; rows.append(note); }
      same = 0;
    };
    const dropped = versions[old].filter(([life]) => !after.has(life));
    const place = new Map(versions[old].map(([life], at) => [life, at]));
    let next = 0;
    for (const [life, text] of versions[now]) {
      while (next < dropped.length && before.has(life) && place.get(dropped[next][0]) < place.get(life)) {
        flush(); addRow(rows, "−", [["del", texts[dropped[next++][1]]]], "dropped");
      }
      if (!before.has(life)) { flush(); addRow(rows, "+", [["ins", texts[text]]], "added"); }
      else if (before.get(life) === text) same++;
      else { flush(); addRow(rows, "~", diffWords(texts[before.get(life)], texts[text]), "edited"); }
    }
    for (; next < dropped.length; next++) { flush(); addRow(rows, "−", [["del", texts[dropped[next][1]]]], "dropped"); }
    flush();
    document.getElementById("two").textContent = `v${old + 1} and v${now + 1} compared`;
    result.hidden = false;
  }

  function follow() {
    const found = /^#v(\d+)\.\.v(\d+)$/.exec(location.hash);
    if (!found || document.getElementById(location.hash.slice(1))) return;
    const [old, now] = [found[1] - 1, found[2] - 1];
    if (!versions[old] || !versions[now]) return;
    form.elements.old.selectedIndex = old; form.elements.new.selectedIndex = now;
    compare(old, now);
    result.scrollIntoView();
  }

  form.hidden = false;
  form.elements.new.selectedIndex = versions.length - 1;
  form.addEventListener("change", () => {
    const [old, now] = [form.elements.old.selectedIndex, form.elements.new.selectedIndex];
    compare(old, now);
    history.replaceState(null, "", `#v${old + 1}..v${now + 1}`);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  follow();

  const steps = [...document.querySelectorAll(".step")];
  // The neighbour of the step in focus; without one in focus, or with it scrolled away, the nearest step on that side.
  function findStep(forward) {
    const tops = steps.map((step) => step.getBoundingClientRect().top), here = steps.indexOf(document.activeElement);
    if (here >= 0 && tops[here] > -12 && tops[here] < innerHeight) return here + (forward ? 1 : -1);
    return forward ? tops.findIndex((top) => top > 12) : tops.findLastIndex((top) => top < -12);
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(SELECT|INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key !== "j" && event.key !== "k") return;
    const at = findStep(event.key === "j");
    if (steps[at]) { steps[at].focus(); steps[at].scrollIntoView(); history.replaceState(null, "", `#${steps[at].id}`); }
  });
})();
