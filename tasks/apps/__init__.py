"""Programs of the trade: how each is started silently, waited for, and its files read back."""
