"""The commands of `sim`, one module a group; `sim/cli.py` lists them and turns errors into exit codes."""
