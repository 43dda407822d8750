// The desk by keyboard: / goes to the search from anywhere, Escape leaves it.
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  const typing = event.target.matches("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target === search) {
    search.blur();
  }
});
// A file dragged over its place shows that it may be let go.
for (const drop of document.querySelectorAll(".drop")) {
  drop.addEventListener("dragenter", () => drop.classList.add("over"));
  for (const end of ["dragleave", "drop"]) drop.addEventListener(end, () => drop.classList.remove("over"));
}
