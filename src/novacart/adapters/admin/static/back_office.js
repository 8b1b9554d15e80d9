// Everything works without this: it asks before what can't be undone, folds the menu on narrow
// screens, counts what is chosen and shows a picture before it is uploaded.
"use strict";

document.documentElement.classList.add("js");

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-confirm]");
  if (asked && !window.confirm(asked.dataset.confirm)) event.preventDefault();
});

const button = document.querySelector(".menu-button");
button?.addEventListener("click", () => {
  const open = document.getElementById("menu").classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
});

const all = document.querySelector("[data-all]");
const boxes = [...document.querySelectorAll("input[name=rowid]")];
const count = document.querySelector("[data-count]");
const tell = () => {
  const chosen = boxes.filter((box) => box.checked).length;
  if (count) count.textContent = `With the ${chosen} chosen`;
  document.getElementById("chosen")?.classList.toggle("some", chosen > 0);
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
};
all?.addEventListener("change", () => {
  boxes.forEach((box) => { box.checked = all.checked; });
  tell();
});
boxes.forEach((box) => box.addEventListener("change", tell));
tell();

document.querySelectorAll("input[type=file][data-preview]").forEach((input) => {
  input.addEventListener("change", () => {
    input.parentElement.querySelector(".preview")?.remove();
    const [file] = input.files;
    if (!file || !file.type.startsWith("image/")) return;
    const image = new Image();
    image.className = "preview";
    image.alt = "What you chose";
    image.src = URL.createObjectURL(file);
    input.after(image);
  });
});
