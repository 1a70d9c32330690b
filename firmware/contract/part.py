"""What the parts of the configuration have in common: the base model, names, numbers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^\+?[0-9*#]{1,32}$")]
Pattern = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{0,32}\*?$")]
"""A number, or its beginning followed by `*`."""
Clock = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Part(BaseModel):
    """Base of all parts: unknown keys are refused, values never change in place."""

    model_config = ConfigDict(extra="forbid", frozen=True)
