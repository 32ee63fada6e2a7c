"""The vision-language policy: an open-weight model on the operator's own machine."""
