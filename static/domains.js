// One tap writes what stands behind the at sign; what stands before it is kept.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-domain]");
  if (!button) return;
  const field = document.getElementById(`f-${button.parentElement.dataset.domains}`);
  field.value = `${field.value.trim().split("@")[0]}@${button.dataset.domain}`;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  if (field.value.startsWith("@")) field.setSelectionRange(0, 0);
});
