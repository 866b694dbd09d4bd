"""Methods of the book: pure functions from monthly series to frozen results. They load no data and draw nothing."""
