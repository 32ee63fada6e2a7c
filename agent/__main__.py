"""`python -m agent` is `dormouse`."""

from agent.cli import main

if __name__ == "__main__":
    main()
