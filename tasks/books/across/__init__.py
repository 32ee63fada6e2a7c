"""Jobs across windows: what is read in one program is entered in another."""
