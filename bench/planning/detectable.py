"""Predicts which difference a planned run can detect."""

import pandas as pd

from bench.planning.datasets import DataSet, request_of, try_protocol
from bench.planning.training_sets import planned
from bench.settings.run_settings import RunSettings
from reports.power import power_sentence


def detectable(settings: RunSettings, data: DataSet | None) -> str:
    """Return a sentence on rank-1 of unseen people, or that nobody unseen is tested."""
    people, probes = people_and_probes(settings, data)
    if not probes:
        return "Nobody unseen is tested under this protocol."
    fakes = sum(
        training_set.role in ("fakes", "leaky") and not training_set.twin
        for training_set in planned(settings)
    )
    return power_sentence(people, probes / people, len(settings.seeds), comparisons=fakes)


def people_and_probes(settings: RunSettings, data: DataSet | None) -> tuple[int, int]:
    """Return the number of unseen people, and that of their NIR probes in all folds."""
    if data is None:
        people = settings.data.unseen_subjects
        if not isinstance(people, int):
            people = round(people * settings.data.subjects)
        return people, people * settings.data.nir_per_subject
    protocol = settings.chosen_protocols[0]
    tried = [
        try_protocol(data.manifest, protocol, request_of(settings, protocol, fold)).parts
        for fold in settings.folds
    ]
    parts = pd.concat(tried)
    probes = parts[parts["part"] == "probe"]
    return probes["subject"].nunique(), len(probes)
