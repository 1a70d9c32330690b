"""Every address of the box that a browser may reach, found without asking anybody outside."""

import fcntl
import ipaddress
import socket
import struct
from collections.abc import Sequence
from pathlib import Path

_SIOCGIFADDR = 0x8915
_IF_INET6 = Path("/proc/net/if_inet6")
_SCOPE_GLOBAL = "00"


def candidates(port: int, hosts: Sequence[str]) -> list[tuple[str, int]]:
    """Addresses with the port of the socket: those on a network first, loopback last."""
    near = [host for host in hosts if not ipaddress.ip_address(host).is_loopback]
    return [(host, port) for host in (*near, "127.0.0.1")]


def own_hosts() -> list[str]:
    """IPv4 addresses of all interfaces, then their global IPv6 addresses.  Reads /proc."""
    return [*_ipv4(), *_ipv6()]


def _ipv4() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(any_socket, _SIOCGIFADDR, request)
            except OSError:  # an interface without an IPv4 address
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _ipv6() -> list[str]:
    try:
        lines = _IF_INET6.read_text().splitlines()
    except OSError:
        return []
    fields = (line.split() for line in lines)
    return [
        str(ipaddress.IPv6Address(bytes.fromhex(address)))
        for address, _index, _prefix, scope, *_rest in fields
        if scope == _SCOPE_GLOBAL
    ]
