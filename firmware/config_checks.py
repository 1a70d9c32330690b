"""Checks of a configuration that need this system: its time zones, its prompts."""

import zoneinfo
from collections.abc import Callable, Collection

from firmware.contract.config import Config
from firmware.contract.views import Problem


def timezone_problems(config: Config) -> list[Problem]:
    """The site's time zone must be one that the system knows."""
    name = config.site.timezone
    if name in zoneinfo.available_timezones():
        return []
    return [Problem("site.timezone", "unknown_timezone", f"there is no time zone '{name}'")]


def prompt_problems(prompts: Collection[str]) -> Callable[[Config], list[Problem]]:
    """Every prompt that a flow names must be one of `prompts`."""

    def problems(config: Config) -> list[Problem]:
        return [
            Problem(
                f"flows.{flow}.nodes.{node}.prompts.{n}",
                "unknown_prompt",
                f"there is no prompt '{prompt}'",
                {"name": prompt},
            )
            for flow, document in config.flows.items()
            for node, settings in document.nodes.items()
            for n, prompt in enumerate(settings.prompts)
            if prompt not in prompts
        ]

    return problems
