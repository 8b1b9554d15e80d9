"use strict";

// The card says how the shop is now; without scripts it still leads there.
const card = document.getElementById("health");

fetch("/api/health/ready/")
  .then((answer) => answer.json())
  .then((report) => {
    const missing = report.dependencies.filter((dependency) => !dependency.ok);
    card.textContent = missing.length === 0
      ? "All is well"
      : missing.map((dependency) => dependency.detail).join(" ");
    card.classList.add(missing.length === 0 ? "good" : "bad");
  })
  .catch(() => {
    card.textContent = "No answer for the moment";
    card.classList.add("bad");
  });
