"""Takes events to the server: the queue, batches and retries. Knows neither the network nor the disk."""
