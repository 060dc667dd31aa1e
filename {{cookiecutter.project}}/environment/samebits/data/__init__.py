"""Raw data to sharded TFRecords, and back into training in an order that is a function of the seed."""
