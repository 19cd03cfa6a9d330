// What the page does by itself: sort tables, copy the command, mark the place in the contents,
// unfold before printing. It loads and sends nothing; without it the page can still be read.
"use strict";

const collator = new Intl.Collator("en", { numeric: true });
const wide = matchMedia("(min-width: 70rem)");

// A cell's first line is what it is sorted by.
function text(cell) {
  return (cell.firstElementChild ?? cell).textContent;
}

// Numbers stand in data-v; where there is none the row comes last, whichever way is sorted.
function compare(a, b, column, isNumber, sign) {
  const [x, y] = [a, b].map((row) => row.cells[column]);
  if (!isNumber) return sign * collator.compare(text(x), text(y));
  const [hasX, hasY] = [x, y].map((cell) => "v" in cell.dataset);
  return hasX && hasY ? sign * (x.dataset.v - y.dataset.v) : hasY - hasX;
}

// Numbers: the largest first, then the smallest, then as printed. Texts: from A, from Z, as printed.
function sortable(table) {
  const body = table.tBodies[0];
  const printed = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  if (printed.length < 2) return;
  heads.forEach((head, column) => {
    const isNumber = head.classList.contains("n");
    const orders = isNumber ? ["descending", "ascending"] : ["ascending", "descending"];
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const next = orders[orders.indexOf(head.getAttribute("aria-sort")) + 1];
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      const rows = [...printed];
      if (next) {
        const sign = next === "ascending" ? 1 : -1;
        head.setAttribute("aria-sort", next);
        rows.sort((a, b) => compare(a, b, column, isNumber, sign));
      }
      body.append(...rows);
    });
  });
}

function copyable(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "Copy";
  block.after(button);
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(block.querySelector("code"));
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected: press Ctrl+C";
    }
  });
}

function contents(nav) {
  const list = nav.querySelector("details");
  const links = [...nav.querySelectorAll("a")];
  const fit = () => { list.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
  links.forEach((link) => link.addEventListener("click", fit));
  nav.addEventListener("keydown", (event) => { if (event.key === "Escape") fit(); });
  const mark = (id) => links.forEach((link) => {
    if (link.hash === `#${id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  const seen = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => mark(entry.target.id)),
    { rootMargin: "-15% 0px -80% 0px" },
  );
  document.querySelectorAll("main > section").forEach((section) => seen.observe(section));
}

// Light or dark: as the system, until the reader says otherwise.
function theme(nav) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button theme";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  dark.addEventListener("change", name);
  name();
  nav.querySelector("details").after(button);
}

// Folded parts are printed too, but not lists of hundreds of rows.
function printing() {
  const opened = new Set();
  addEventListener("beforeprint", () => {
    document.querySelectorAll("main details:not([open], .endless)").forEach((part) => {
      opened.add(part);
      part.open = true;
    });
  });
  addEventListener("afterprint", () => {
    opened.forEach((part) => { part.open = false; });
    opened.clear();
  });
}

document.querySelectorAll("table.sortable").forEach(sortable);
document.querySelectorAll("pre.copy").forEach(copyable);
document.querySelectorAll("nav").forEach((nav) => { contents(nav); theme(nav); });
printing();
