"""The lobby tablet: a calm hotel object."""
