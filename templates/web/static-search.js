// The search of an export: reads the address as the running site does, and asks the index that Pagefind made.
const texts = document.getElementById("static-search").dataset;
const form = document.getElementById("search");
const filters = document.querySelector(".filters");
const results = document.querySelector(".results");
const asked = new URLSearchParams(location.search);
const NAMES = ["topic", "type", "author", "language"];
const PAGE_SIZE = 20;
const LANGUAGE = document.documentElement.lang;
const words = (asked.get("q") || "").trim().slice(0, 200);
const year = (name) => (/^\d{4}$/.test(asked.get(name) || "") ? Number(asked.get(name)) : null);
const chosen = Object.fromEntries(NAMES.map((name) => [name, asked.getAll(name)]));
const [from, to] = [year("from"), year("to")];
const order = asked.get("order") || (words ? "relevance" : "issue");
const page = Math.max(1, Number.parseInt(asked.get("page"), 10) || 1);

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const fill = (text, ...values) => values.reduce((filled, value) => filled.replace("#", value), text);
const field = (name, value) => document.querySelector(`[form="search"][name="${name}"][value="${CSS.escape(value)}"]`);

const label = (name, value) => field(name, value)?.closest("label").querySelector("span > span").textContent;

function address(change) {
  const changed = new URLSearchParams(asked);
  changed.delete("page");
  change(changed);
  for (const [name, value] of [...changed]) if (!value) changed.delete(name, value);
  return `${location.pathname}${changed.size ? `?${changed}` : ""}`;
}

function without(parameters, name, value) {
  const kept = parameters.getAll(name).filter((one) => one !== value);
  parameters.delete(name);
  for (const one of kept) parameters.append(name, one);
}

function fillForm() {
  form.elements.namedItem("q").value = words;
  for (const name of NAMES) {
    for (const value of chosen[name]) {
      const box = field(name, value);
      if (box) box.checked = true;
      box?.closest("details.filter__more")?.setAttribute("open", "");
    }
  }
  for (const [name, value] of [["from", from], ["to", to]]) {
    const box = document.querySelector(`[form="search"][name="${name}"]`);
    if (box && value) box.value = value;
  }
  const select = document.getElementById("order");
  if (select) {
    if (words) select.prepend(element("option", { value: "relevance", textContent: texts.best }));
    select.value = order;
  }
  if (chips().length) filters?.setAttribute("open", "");
}

function chips() {
  const found = NAMES.flatMap((name) =>
    chosen[name].map((value) => {
      return [label(name, value) || value, address((changed) => without(changed, name, value))];
    }),
  );
  if (from) found.push([fill(texts.from, from), address((changed) => changed.delete("from"))]);
  if (to) found.push([fill(texts.to, to), address((changed) => changed.delete("to"))]);
  return found;
}

function chipList() {
  const found = chips();
  if (!found.length) return [];
  const list = element("ul", { className: "chips" });
  list.setAttribute("aria-label", texts.active);
  for (const [said, href] of found) {
    const link = element("a", { href }, `${said} `, element("span", { ariaHidden: "true", textContent: "×" }));
    link.setAttribute("aria-label", fill(texts.remove, said));
    list.append(element("li", {}, link));
  }
  if (found.length > 1) {
    const href = address((changed) => [...NAMES, "from", "to"].forEach((name) => changed.delete(name)));
    list.append(element("li", {}, element("a", { href, textContent: texts.unfiltered })));
  }
  return [list];
}

function wanted(known) {
  const asking = {};
  for (const name of NAMES) if (chosen[name].length) asking[name] = { any: chosen[name] };
  if (from || to) {
    const years = Object.keys(known.year || {}).filter((one) => one >= (from || 0) && one <= (to || 9999));
    asking.year = { any: years.length ? years : ["none"] };
  }
  return asking;
}

function count(total, first, last) {
  if (!total) return texts.none;
  if (total > PAGE_SIZE) return fill(texts.part, first, last, total);
  return total === 1 ? texts.one : fill(texts.many, total);
}

const dots = (...items) =>
  element("ul", { className: "dots" }, ...items.map((item) => element("li", {}, ...[item].flat())));

const named = (name, value, path) => element("a", { href: texts.home + path, textContent: label(name, value) || value });

function monthLink(month) {
  const words = new Intl.DateTimeFormat(LANGUAGE, { month: "long", year: "numeric", timeZone: "UTC" });
  const time = element("time", { dateTime: month, textContent: words.format(new Date(`${month}-01T00:00:00Z`)) });
  return element("a", { href: `${texts.home}${month}/` }, time);
}

function entry(data) {
  const { type = [], topic = [], year = [], language = [LANGUAGE] } = data.filters;
  const [month] = /\d{4}-\d{2}(?=\/)/.exec(data.raw_url || data.url);
  const lang = language[0];
  const link = element("a", { href: data.url, textContent: data.meta.title, lang });
  const excerpt = element("p", { className: "entry__excerpt", lang, innerHTML: data.excerpt }); // escaped by Pagefind
  return element(
    "li",
    { className: "entry" },
    dots(
      ...type.map((one) => named("type", one, `types/${one}/`)),
      ...year.map((one) => fill(texts.study, one)),
      ...(lang.split("-")[0] === LANGUAGE ? [] : [element("span", { lang, textContent: languageName(lang) })]),
    ),
    element("h3", {}, link),
    excerpt,
    dots(...topic.map((one) => named("topic", one, `topics/${one}/`)), monthLink(month)),
  );
}

function languageName(code) {
  return label("language", code) || new Intl.DisplayNames([code], { type: "language" }).of(code);
}

function pagination(current, last) {
  if (last < 2) return [];
  const turn = (said, number, rel) =>
    element("a", { href: address((changed) => changed.set("page", number)), textContent: said, rel });
  const list = element("nav", { className: "pagination" });
  list.setAttribute("aria-label", texts.pages);
  if (current > 1) list.append(turn(texts.previous, current - 1, "prev"));
  list.append(element("span", { textContent: `${current} / ${last}` }));
  if (current < last) list.append(turn(texts.next, current + 1, "next"));
  return [list];
}

function showCounts(counts) {
  for (const box of document.querySelectorAll('[form="search"][type="checkbox"]')) {
    const left = counts[box.name]?.[box.value] || 0;
    box.closest("label").querySelector(".count").textContent = left;
    box.closest("li").hidden = !left && !box.checked;
  }
}

async function show() {
  const pagefind = await import(new URL(`${texts.index}pagefind.js`, location.href));
  await pagefind.options({ excerptLength: 35 });
  const known = await pagefind.filters();
  const options = { filters: wanted(known) };
  if (order !== "relevance") options.sort = order === "study" ? { study: "desc" } : { issue: "desc" };
  const found = await pagefind.search(words || null, options);
  const total = found.results.length;
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const current = Math.min(page, last);
  const first = (current - 1) * PAGE_SIZE;
  const shown = await Promise.all(found.results.slice(first, first + PAGE_SIZE).map((one) => one.data()));
  const heading = results.querySelector("h2");
  heading.textContent = count(total, first + 1, first + shown.length);
  results.replaceChildren(heading, ...chipList());
  if (total) {
    results.append(element("ol", { className: "entries" }, ...shown.map(entry)), ...pagination(current, last));
  } else {
    results.append(element("ul", { className: "advice" }, element("li", { textContent: texts.advice })));
  }
  showCounts(found.filters);
}

fillForm();
if (words) document.title = `${fill(texts.title, words)} · ${document.title.split(" · ").pop()}`;
if ([...asked.keys()].length) {
  results.setAttribute("aria-busy", "true");
  try {
    await show();
  } catch (error) {
    results.replaceChildren(element("p", { className: "results__note", textContent: texts.failed }));
    console.warn("search:", error);
  }
  results.removeAttribute("aria-busy");
}
results.dataset.ready = "";
