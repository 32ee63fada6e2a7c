"""Jobs in one beancount file, through Fava in a browser."""
