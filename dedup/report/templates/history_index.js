// Filters the list of articles by outlet and kind of change. Texts enter the page as text only.
"use strict";
(() => {
  const form = document.getElementById("controls"), status = document.getElementById("status");
  const rows = [...document.getElementById("list").tBodies[0].rows];
  form.hidden = false;
  const show = () => {
    const { outlet, kind } = form.elements;
    for (const row of rows) {
      row.hidden = (outlet.value && row.dataset.outlet !== outlet.value) || (kind.value && !row.dataset.kinds.split(",").includes(kind.value));
    }
    const count = rows.filter((row) => !row.hidden).length;
    status.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} ${rows.length === 1 ? "article" : "articles"}.`;
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
