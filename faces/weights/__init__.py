"""Describes the weights of fixed networks, and finds checked copies of them on this machine."""
