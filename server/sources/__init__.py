"""How the exports of other systems are laid out, and how any file is read safely."""
