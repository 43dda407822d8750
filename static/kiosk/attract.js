// The resting screen leaves no trace in the history: Back cannot lead to a guest's form.
for (const link of document.querySelectorAll("a.language")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
