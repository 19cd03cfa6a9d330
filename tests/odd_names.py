"""Makes odd names of people, shots and files: what a reader may take for no text."""

import numpy as np

# Each alone is a name that some reader takes for missing, a number, a truth value, a date or a
# comment, or whose letters a file format gives a meaning.
ODD = (
    *("NA", "N/A", "n/a", "NaN", "nan", "-nan", "null", "NULL", "None", "<NA>", "#N/A", "NaT"),
    *("True", "FALSE", "true", "yes", "001", "1", "-0", "1e5", "1E400", "inf", "-inf", "Infinity"),
    *(
        "0x1F",
        "1_000",
        "1,5",
        "1.50",
        "٣",
        "2024-01-02",
        "12:30",
        "1+2j",
        "#",
        "# name",
        "//",
        "=1",
    ),
    *("", " ", "  a", "a  ", "\ta\t", "\u00a0", "a\nb", "a\rb", "a\r\nb", "\n", "\r", "\u2028"),
    *(",", ";", "|", '"', '""', "'", '"a', 'a"b', "a,b", "\\", "\\N", "\\n", "%s", "{}", "[b]"),
    *("\ufeff", "\ufeffa", "Zo\u00e9", "Zoe\u0301", "王", "😀", "ﬁ", "ß", "İ", "a\u200bb", "\x7f"),
    *("subject", "index", "Unnamed: 0", "..", "~", "*", "<b>", "CON", "a" * 300),
)


def odd_names(number: int, seed: int = 0) -> list[str]:
    """Return distinct names: all of ODD, then random ones, each joined from two to four of them."""
    rng = np.random.default_rng(seed)
    joined = ("".join(rng.choice(ODD, rng.integers(2, 5))) for _ in range(2 * number))
    return list(dict.fromkeys([*ODD, *joined]))[:number]
