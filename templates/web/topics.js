// Finding topics, and ticking many at once. The page does without: this only shows what needs a script.
(() => {
  const root = document.querySelector("[data-topics]");
  if (!root) return;
  const tools = root.querySelector("[data-tools]");
  const search = root.querySelector("[data-search]");
  const empty = root.querySelector("[data-empty]");
  const some = document.querySelector("#which-some");
  const groups = [...root.querySelectorAll("details")];
  const lines = [...root.querySelectorAll("[data-words]")].map((item) => ({
    item,
    box: item.querySelector("input"),
    words: fold(item.textContent + " " + item.dataset.words),
  }));

  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function find() {
    const wanted = fold(search.value).split(/\s+/).filter(Boolean);
    for (const line of lines) line.item.hidden = !wanted.every((word) => line.words.includes(word));
    for (const group of groups) {
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
      if (wanted.length && !group.hidden) group.open = true;
    }
    empty.hidden = lines.some((line) => !line.item.hidden);
    count();
  }

  function count() {
    root.querySelector("[data-shown]").textContent = lines.filter((line) => !line.item.hidden).length;
    root.querySelector("[data-chosen]").textContent = lines.filter((line) => line.box.checked).length;
  }

  function tick(checked) {
    for (const line of lines) if (!line.item.hidden) line.box.checked = checked;
    some.checked = true;
    count();
  }

  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  root.querySelector("[data-all]").addEventListener("click", () => tick(true));
  root.querySelector("[data-none]").addEventListener("click", () => tick(false));
  root.addEventListener("change", (event) => {
    if (event.target.name === "topic") some.checked = true;
    count();
  });
  tools.hidden = false;
  find();
})();
