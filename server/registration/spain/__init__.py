"""What Spain's files for SES.HOSPEDAJES have in common: the ministry's lists, rules and envelope."""
