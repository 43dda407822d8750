"""OneGuest: get guests' real contacts back, and know each guest as one person."""
