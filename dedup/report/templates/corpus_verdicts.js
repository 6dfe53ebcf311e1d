// Keeps verdicts on pairs, shows how many removals are right, and gives the verdicts as JSON lines. Nothing leaves the page.
"use strict";
(() => {
  const pairs = JSON.parse(document.getElementById("data").textContent);
  const panel = document.getElementById("verdicts");
  const key = `dedup-verdicts-${panel.dataset.run}`;
  const status = panel.querySelector("[role=status]");
  let verdicts = {};
  try {
    verdicts = JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    // Storage may be forbidden: verdicts last as long as the page then.
  }

  function wilson(right, total) {
    const [z, p] = [1.96, right / total];
    const [middle, spread] = [p + (z * z) / (2 * total), z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total))];
    return [middle - spread, middle + spread].map((end) => end / (1 + (z * z) / total));
  }

  function show() {
    const judged = pairs.filter((pair, place) => pair.gone && verdicts[place]);
    const right = pairs.filter((pair, place) => pair.gone && verdicts[place] === "right").length;
    const percent = (share) => `${(100 * share).toFixed(1)} %`;
    const stays = pairs.filter((pair, place) => !pair.gone && verdicts[place] === "right").length;
    const kept = pairs.filter((pair, place) => !pair.gone && verdicts[place]).length;
    const [low, high] = judged.length ? wilson(right, judged.length) : [0, 1];
    const removals = judged.length
      ? `${right} of ${judged.length} judged removals are copies: precision ${percent(right / judged.length)} (95 % interval ${percent(low)} to ${percent(high)}).`
      : "No removal is judged yet.";
    status.textContent = kept ? `${removals} ${stays} of ${kept} judged pairs that stay are copies.` : removals;
    for (const button of document.querySelectorAll("[data-pair]")) {
      button.setAttribute("aria-pressed", String(verdicts[button.dataset.pair] === button.value));
    }
  }

  for (const button of document.querySelectorAll("[data-pair]")) {
    button.addEventListener("click", () => {
      const place = button.dataset.pair;
      if (verdicts[place] === button.value) delete verdicts[place];
      else verdicts[place] = button.value;
      try {
        localStorage.setItem(key, JSON.stringify(verdicts));
      } catch {
        // As above.
      }
      show();
    });
  }
  document.getElementById("export").addEventListener("click", () => {
    const rows = pairs.flatMap(({ removed, kept, similarity }, place) =>
      verdicts[place] ? [`${JSON.stringify({ removed, kept, verdict: verdicts[place], similarity })}\n`] : []);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(rows, { type: "application/x-ndjson" }));
    link.download = "verdicts.jsonl";
    link.click();
    URL.revokeObjectURL(link.href);
  });
  for (const hidden of document.querySelectorAll(".judge")) hidden.hidden = false;
  show();
})();
