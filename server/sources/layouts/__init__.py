"""One file per export layout: it defines LAYOUT and says in its docstring where the layout comes from."""
