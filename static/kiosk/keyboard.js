// Where the keyboard covers the page instead of making it shorter (iPad), what goes on moves above it.

/** Keep --covered at the height that the keyboard takes from the foot of the page. */
export function watchKeyboard(view = window.visualViewport) {
  if (!view) return;
  const measure = () => {
    const covered = view.scale > 1 ? 0 : Math.max(0, innerHeight - view.height - view.offsetTop);
    document.documentElement.style.setProperty("--covered", `${Math.round(covered)}px`);
  };
  view.addEventListener("resize", measure);
  view.addEventListener("scroll", measure);
}
