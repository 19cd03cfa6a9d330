"""Counts failures to enrol and to acquire among unseen people, as ISO/IEC 19795-1 names them."""

from collections.abc import Iterable

import pandas as pd


def attempts(splits: Iterable[pd.DataFrame]) -> dict[str, int]:
    """Return how many people could not be enrolled, and in how many probes no face was found.

    `splits` are the tables of all folds, whose counts are added; each needs `part`, `spectrum`,
    `subject` and `found`. => `people` with gallery images or probes, `not_enrolled`: those of them
    without a found face in the gallery; `probes` of the enrolled, `not_acquired`: those of them
    without a found face; `lost_probes`, those of people who are not enrolled. Empty where there are
    no unseen people.
    """
    counts = [_of_split(parts) for parts in splits]
    total = {name: sum(of_split[name] for of_split in counts) for name in (counts or [{}])[0]}
    return total if total.get("people") else {}


def _of_split(parts: pd.DataFrame) -> dict[str, int]:
    gallery = parts[(parts["part"] == "gallery") & (parts["spectrum"] == "VIS")]
    probes = parts[(parts["part"] == "probe") & (parts["spectrum"] == "NIR")]
    people = {*gallery["subject"], *probes["subject"]}
    enrolled = set(gallery.loc[gallery["found"], "subject"])
    of_enrolled = probes[probes["subject"].isin(enrolled)]
    return {
        "people": len(people),
        "not_enrolled": len(people - enrolled),
        "probes": len(of_enrolled),
        "not_acquired": int((~of_enrolled["found"].astype(bool)).sum()),
        "lost_probes": len(probes) - len(of_enrolled),
    }
