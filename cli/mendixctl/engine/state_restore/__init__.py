"""Put an earlier copy of the state back, and record that."""
