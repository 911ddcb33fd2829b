"""One module a format, one function to call: `read_document`."""
