// Before anything is painted: only one question at a time is to show.
document.documentElement.classList.add("stepping");
