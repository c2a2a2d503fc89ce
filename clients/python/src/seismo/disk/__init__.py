"""A queue on disk, in the format that the Node client writes too."""
