"use strict";

// Shows the result of the readiness check on its card; without JavaScript the link still works.
const card = document.getElementById("health");

fetch("/api/health/ready/")
  .then((response) => response.json())
  .then((report) => {
    const failed = report.dependencies.filter((dependency) => !dependency.ok);
    card.textContent = failed.length === 0
      ? "All dependencies available"
      : failed.map((dependency) => dependency.detail).join(" ");
    card.classList.add(failed.length === 0 ? "good" : "bad");
  })
  .catch(() => {
    card.textContent = "Health check failed";
    card.classList.add("bad");
  });
