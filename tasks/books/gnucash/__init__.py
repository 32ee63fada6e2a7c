"""Jobs in a GnuCash book."""
