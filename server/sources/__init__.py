"""Reading what other systems export: recognise a file, guard its door, give its rows one by one."""
