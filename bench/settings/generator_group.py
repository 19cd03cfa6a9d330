"""Defines the settings under `generator`: shared ones, and defaults of CycleGANs' own ones.

`generator.width` is the width of every translator that has a setting of this name, unless its own
table says another (`--set A.width=8`); so with the other settings of CycleGAN's.
"""

from generators.cyclegan import CycleGanSettings
from generators.settings import GeneratorSettings


class GeneratorGroup(GeneratorSettings, CycleGanSettings):
    """What all translators share, and defaults for those that have settings of these names."""

    @property
    def shared(self) -> GeneratorSettings:
        """Gives what all translators share, alone."""
        return GeneratorSettings(
            **{name: getattr(self, name) for name in GeneratorSettings.model_fields}
        )

    def defaults_of(self, names: list[str]) -> dict[str, object]:
        """Gives those of the named settings that have their default here."""
        return {
            name: getattr(self, name) for name in names if name in CycleGanSettings.model_fields
        }
