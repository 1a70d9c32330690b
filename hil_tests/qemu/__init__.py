"""The real image in a virtual machine: `make image-test`."""
