"""Where browsers reach the box's audio: its socket, and the addresses it is told of."""

import ipaddress
import socket
from collections.abc import Sequence


def candidates(port: int, hosts: Sequence[str]) -> list[tuple[str, int]]:
    """Addresses with the port of the socket: those on a network first, loopback last."""
    near = [host for host in hosts if not ipaddress.ip_address(host).is_loopback]
    return [(host, port) for host in (*near, "127.0.0.1")]


def one_host(host: str, port: int) -> socket.socket:
    """A UDP socket bound to one address; port 0 takes any.  Raises OSError."""
    version = ipaddress.ip_address(host).version
    udp = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((host, port))
    return udp


def all_hosts(port: int) -> socket.socket:
    """A UDP socket for all addresses, IPv6 too where the kernel has it.  Raises OSError."""
    try:
        udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        udp.bind(("::", port))
    except OSError:  # a kernel without IPv6
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("", port))
    return udp
