"""Who does the attempts of a bench: this process, several of its own, or other machines'."""
