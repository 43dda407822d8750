// After a fragment was swapped in, the focus goes where the eye goes: to what is wrong, else to the question.
document.addEventListener("htmx:afterSwap", (event) => {
  const place = document.getElementById(event.detail.target.id) ?? event.detail.elt;
  const goal = place?.querySelector("[data-summary]:not([hidden])") ?? place?.querySelector("[data-focus]");
  goal?.focus({ preventScroll: true });
});
