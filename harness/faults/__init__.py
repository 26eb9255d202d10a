"""Faults: defects that can be injected again at will, each with the contract that must name it; campaigns over them."""
