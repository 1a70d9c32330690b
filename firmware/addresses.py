"""Every address under which the box is reached, found without asking anybody outside."""

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path

_SIOCGIFADDR = 0x8915
_IF_INET6 = Path("/proc/self/net/if_inet6")
_SCOPE_GLOBAL = "00"


def own_hosts() -> list[str]:
    """IPv4 addresses of all interfaces, then their global IPv6 addresses.  Reads /proc."""
    return [*_ipv4(), *_ipv6()]


def reachable() -> list[str]:
    """The same without loopback: what a person at another machine may type."""
    return [host for host in own_hosts() if not ipaddress.ip_address(host).is_loopback]


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
