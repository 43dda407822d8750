// A file too large is told before it is sent: a server may only close the line on it.
const form = document.querySelector(".drop-form");
const input = form.querySelector("input[type=file]");
const chosen = form.querySelector("[data-chosen]");
const tooLarge = form.querySelector("[data-too-large]");
const size = () => [...input.files].reduce((sum, file) => sum + file.size, 0);

input.addEventListener("change", () => {
  chosen.textContent = [...input.files].map((file) => file.name).join(", ");
  tooLarge.hidden = size() <= Number(form.dataset.limit);
});
form.addEventListener("submit", (event) => {
  if (size() > Number(form.dataset.limit)) event.preventDefault();
});
