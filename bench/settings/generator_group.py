"""Defines the settings under `generator`: shared ones, and defaults for those of CycleGANs.

`generator.width` is the width of every translator that has a setting of this name, unless its own
table has another (`--set A.width=8`). The same holds for the other settings of CycleGAN.
"""

from generators.cyclegan import CycleGanSettings
from generators.settings import GeneratorSettings


class GeneratorGroup(GeneratorSettings, CycleGanSettings):
    """Settings that all translators share, and defaults for their own settings of these names."""

    @property
    def shared(self) -> GeneratorSettings:
        """Return the settings that all translators share, without the defaults."""
        return GeneratorSettings(
            **{name: getattr(self, name) for name in GeneratorSettings.model_fields}
        )

    def defaults_of(self, names: list[str]) -> dict[str, object]:
        """Return the defaults of those of the named settings that have one here."""
        return {
            name: getattr(self, name) for name in names if name in CycleGanSettings.model_fields
        }
