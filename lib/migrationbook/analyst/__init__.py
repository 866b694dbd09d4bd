"""What an analyst asks: is this machine fit, what is stale, what differs between two executions, what is the book made of."""
