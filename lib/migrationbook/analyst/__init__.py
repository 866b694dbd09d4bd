"""What an analyst asks of the book: is this machine fit, what is stale, what differs between two executions, what is it made of."""
