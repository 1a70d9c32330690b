"""Impedance and gains of analogue lines, as the board takes them."""

from board import wire_fxo
from firmware.contract.analog import AnalogLine
from firmware.trunk.analog_channel import Orders

_ROWS = {
    "fcc": wire_fxo.COUNTRY_FCC,
    "tbr21": wire_fxo.COUNTRY_TBR21,
    "china": wire_fxo.COUNTRY_CHINA,
    "uk": wire_fxo.COUNTRY_UK,
    "australia": wire_fxo.COUNTRY_AUSTRALIA,
    "japan": wire_fxo.COUNTRY_JAPAN,
    "global": wire_fxo.COUNTRY_GLOBAL,
    "new_zealand": wire_fxo.COUNTRY_NEW_ZEALAND,
    "india": wire_fxo.COUNTRY_INDIA,
}
_OF_COUNTRY = {
    "CN": "china",
    "GB": "uk",
    "DE": "tbr21",
    "FR": "tbr21",
    "JP": "japan",
    "AU": "australia",
    "IN": "india",
}
"""Impedance by country; 600 ohm elsewhere (US TW HK SG MY), as the Si3019 data sheet lists it."""


def set_up(board: Orders, line: int, settings: AnalogLine, country: str) -> None:
    """Tell the board what a line of this country is set to."""
    wanted = settings.impedance
    row = _OF_COUNTRY.get(country, "fcc") if wanted == "country" else wanted
    board.configure(line, _ROWS[row], settings.receive_gain_db, settings.transmit_gain_db)
