"""The table of processes; that they start and restart is shown in hil_tests/test_running.py."""

from pathlib import Path

import pytest

from firmware.supervisor import FXO_TRUNK, programs

RUN = Path("/somewhere/run")


def by_name(fxo_ports):
    return {p.name: p for p in programs(RUN, 8443, 60, 8081, fxo_ports)}


def option(program, name):
    return program.argv[program.argv.index(name) + 1]


def test_without_analogue_ports_only_the_e1_line_runs():
    table = by_name(0)
    assert list(table)[:3] == ["exchange", "board", "callbox-isdn"]
    assert not [word for p in table.values() for word in p.argv if "fxo" in word]


@pytest.mark.parametrize("ports", [4, 16])
def test_exchange_board_and_box_agree_on_the_analogue_lines(ports):
    table = by_name(ports)
    exchange, board, box = (table[name] for name in ("exchange", "board-fxo", "callboxd"))
    assert option(exchange, "--fxo-line") == option(board, "--line")
    assert option(exchange, "--fxo-ports") == option(board, "--ports") == str(ports)
    assert option(board, "--kind") == "fxo"
    assert option(box, "--fxo-port") == f"{FXO_TRUNK}={option(board, '--port-link')}"


def test_boards_are_up_before_the_box_looks_for_them():
    table = by_name(4)
    order = list(table)
    for board in ("board", "board-fxo"):
        assert order.index("exchange") < order.index(board) < order.index("callboxd")
        assert table[board].ready == Path(option(table[board], "--port-link"))
    ports = {option(table["callboxd"], "--board-port"), option(table["callboxd"], "--fxo-port")}
    assert len(ports) == 2
