"""The papers a house prints from its own settings: the privacy notice, the register, the desk's card."""
