// Confirmation questions, the menu on narrow screens, row selection and image previews.
// The pages also work without JavaScript.
"use strict";

document.documentElement.classList.add("js");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
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
    input.parentElement.querySelector(".preview")?.remove();
    const [file] = input.files;
    if (!file || !file.type.startsWith("image/")) return;
    const image = new Image();
    image.className = "preview";
    image.alt = "Preview of the selected image";
    image.src = URL.createObjectURL(file);
    input.after(image);
  });
});
