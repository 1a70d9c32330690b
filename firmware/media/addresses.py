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
