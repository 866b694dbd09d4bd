"""Turn notebooks into a published site. Nothing in here knows about migration: it would print any notebook book."""
