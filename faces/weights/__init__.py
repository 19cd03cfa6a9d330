"""The weights of fixed networks: what they are, and where checked copies lie."""
