// Confirmation questions, the menu on narrow screens, row selection, image previews, sorting, and a
// warning before typed values are lost.
// The pages also work without JavaScript.
"use strict";

document.documentElement.classList.add("js");

// A bulk action needs the fields beside its button, and those of other actions not.
document.addEventListener("click", (event) => {
  const button = event.target.closest("#bulk-actions button[name=action]");
  button?.form.querySelectorAll("[data-needed]").forEach((input) => {
    input.required = button.parentElement.contains(input) && button.parentElement !== button.form;
  });
});

// A question contains the values of fields, as {name}. That of a bulk action lists the selected rows.
const MOST_NAMES = 10;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button?.form.checkValidity()) return;
  const question = button.dataset.confirm.replace(
    /\{(\w+)\}/g, (text, name) => button.form.elements[name]?.value ?? text,
  );
  const names = [...document.querySelectorAll("input[name=rowid]:checked")].map((row) => row.dataset.name);
  const lines = [question];
  if (button.form.id === "bulk-actions" && button.name === "action") {
    if (names.length === 0) return;
    lines.push("", ...names.slice(0, MOST_NAMES));
    if (names.length > MOST_NAMES) lines.push(`and ${names.length - MOST_NAMES} more`);
  }
  if (!window.confirm(lines.join("\n"))) event.preventDefault();
});

const menuButton = document.querySelector(".menu-button");
menuButton?.addEventListener("click", () => {
  const open = document.getElementById("menu").classList.toggle("open");
  menuButton.setAttribute("aria-expanded", String(open));
});

const selectAll = document.querySelector("[data-select-all]");
const checkboxes = [...document.querySelectorAll("input[name=rowid]")];
const count = document.querySelector("[data-selected-count]");
const update = () => {
  const selected = checkboxes.filter((checkbox) => checkbox.checked).length;
  if (count) count.textContent = `${selected} selected`;
  document.getElementById("bulk-actions")?.classList.toggle("active", selected > 0);
  if (selectAll) {
    selectAll.checked = selected > 0 && selected === checkboxes.length;
    selectAll.indeterminate = selected > 0 && selected < checkboxes.length;
  }
};
selectAll?.addEventListener("change", () => {
  checkboxes.forEach((checkbox) => { checkbox.checked = selectAll.checked; });
  update();
});
checkboxes.forEach((checkbox) => checkbox.addEventListener("change", update));
update();

document.querySelectorAll("input[type=file][data-preview]").forEach((input) => {
  input.addEventListener("change", () => {
    input.parentElement.querySelectorAll(".preview").forEach((preview) => preview.remove());
    for (const file of input.files) {
      if (!file.type.startsWith("image/")) continue;
      const image = new Image();
      image.className = "preview";
      image.alt = "Preview of the selected image";
      image.src = URL.createObjectURL(file);
      input.after(image);
    }
  });
});

// The browser asks before what was typed into a form of the page is lost, except the form that is
// sent.
const isChanged = (field) => {
  if (field.type === "file") return field.files.length > 0;
  if (field.options) {
    const saved = [...field.options].filter((option) => option.defaultSelected);
    const first = field.multiple || saved.length > 0 ? saved : [field.options[0]];
    return [...field.options].some((option) => option.selected !== first.includes(option));
  }
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return ["text", "number", "textarea"].includes(field.type) && field.value !== field.defaultValue;
};
let sent = null;
// A second click, while the page waits for the answer, does not send a form again.
const WAIT = 3000; // milliseconds
const sentAt = new WeakMap();
document.addEventListener("submit", (event) => {
  if (event.timeStamp - sentAt.get(event.target) < WAIT) {
    event.preventDefault();
    return;
  }
  sent = event.target;
  sentAt.set(sent, event.timeStamp);
});
window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("form[data-keep]")].filter((form) => form !== sent);
  sent = null;
  if (forms.some((form) => form.dataset.keep || [...form.elements].some(isChanged))) {
    event.preventDefault();
  }
});

// A button in a part of a form shows that part again, as the page would after the form was sent.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-part] button[name]:not([name=move])");
  if (!button) return;
  event.preventDefault();
  const [form, part] = [button.form, button.closest("[data-part]")];
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, button) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = page.getElementById(part.id);
  if (!shown) return form.requestSubmit(button);
  part.replaceWith(shown);
  if (button.name !== "find") form.dataset.keep = "unsaved";
  form.querySelector("[data-sort-status]").textContent = shown.dataset.message;
  shown.querySelector("[data-enter]").focus();
});
document.addEventListener("keydown", (event) => {
  const input = event.target.closest("[data-enter]");
  if (event.key !== "Enter" || !input) return;
  event.preventDefault();
  input.form.elements[input.dataset.enter].click();
});

// The order of the items of a list in the page is the order that is saved.
const itemsOf = (list) => [...list.children].filter((item) => item.dataset.name);
const announce = (item) => {
  const [list, form] = [item.parentElement, item.closest("form")];
  const items = itemsOf(list);
  form.dataset.keep = "unsaved";
  form.querySelector("[data-sort-status]").textContent =
    `${item.dataset.name} is now ${list.dataset.sortable} ${items.indexOf(item) + 1} of ${items.length}. Not saved yet.`;
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sortable] button[name=move]");
  if (!button) return;
  event.preventDefault();
  const item = button.closest("[data-name]");
  const items = itemsOf(item.parentElement);
  const place = items.indexOf(item);
  if (button.value.endsWith(":up")) items[place - 1]?.before(item);
  else items[place + 1]?.after(item);
  button.focus();
  announce(item);
});
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-sortable] > [draggable=true]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("dragged");
});
document.addEventListener("dragover", (event) => {
  const items = dragged ? itemsOf(dragged.parentElement) : [];
  const target = items.find((item) => item.contains(event.target));
  if (!target) return;
  event.preventDefault();
  if (target === dragged) return;
  if (items.indexOf(target) < items.indexOf(dragged)) target.before(dragged);
  else target.after(dragged);
});
document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  if (dragged) announce(dragged);
  dragged = null;
});
