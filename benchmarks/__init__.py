"""What is measured: each module has `run(smoke, data)`, which yields figures; `./run bench NAME` runs it."""
