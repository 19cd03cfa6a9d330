"""What `bench doctor` looks at, one file each; every one yields sections of one page."""
