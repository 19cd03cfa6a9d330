"""Makes every disk odd, in a Python process that has this folder on its PYTHONPATH.

ODD_DISK names the oddities, separated by commas:
* `unflushed-folders`: folders cannot be flushed (EINVAL), as on CIFS and some FUSE file systems;
* `no-locks`: there are no file locks (ENOLCK), as on NFS without its lock service;
* `no-home`: nobody has a home folder, as under a number that no user has in a container;
* `equal-inodes`: all files have the same inode number, as some pairs have on union file systems.

Python imports a module of this name as it starts, in worker processes, too.
"""

import errno
import os
import stat

ODDITIES = os.environ.get("ODD_DISK", "").split(",")


def refuse_to_flush_folders() -> None:
    """Let os.fsync flush files alone."""
    flush = os.fsync

    def fsync(file):
        descriptor = file if isinstance(file, int) else file.fileno()
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        flush(descriptor)

    os.fsync = fsync


def refuse_locks() -> None:
    """Let fcntl refuse every lock."""
    import fcntl

    def refused(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    fcntl.flock = fcntl.lockf = refused


def forget_homes() -> None:
    """Let pwd know no user, and drop HOME."""
    import pwd

    def unknown(who):
        raise KeyError(who)

    pwd.getpwuid = pwd.getpwnam = unknown
    os.environ.pop("HOME", None)


def equal_inodes() -> None:
    """Let os.stat, its variants and os.scandir show the same inode number for all files."""
    for name in ("stat", "lstat", "fstat"):
        setattr(os, name, _with_equal_numbers(getattr(os, name)))
    scandir = os.scandir

    class Listing:
        def __init__(self, *arguments):
            self.listing = scandir(*arguments)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()

        def __iter__(self):
            return map(Entry, self.listing)

        def __next__(self):
            return Entry(next(self.listing))

        def close(self):
            self.listing.close()

    class Entry:
        def __init__(self, entry):
            self.entry = entry
            self.stat = _with_equal_numbers(entry.stat)

        def __getattr__(self, name):
            return getattr(self.entry, name)

        def __fspath__(self):
            return self.entry.path

        def inode(self):
            return 1

    os.scandir = Listing


def _with_equal_numbers(function):
    """Return a function like os.stat whose results all have the inode number 1."""

    def equal(*arguments, **options):
        kind, (values, further) = function(*arguments, **options).__reduce__()
        return kind((values[0], 1, *values[2:]), further)

    for supported in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if function in supported:
            supported.add(equal)
    return equal


if "unflushed-folders" in ODDITIES:
    refuse_to_flush_folders()
if "no-locks" in ODDITIES:
    refuse_locks()
if "no-home" in ODDITIES:
    forget_homes()
if "equal-inodes" in ODDITIES:
    equal_inodes()
