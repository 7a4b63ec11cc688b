"""DKIM keys of a given length. Nobody can sign with them; a checker only looks at their size."""

import base64
import random


def rsa(bits: int) -> str:
    """A SubjectPublicKeyInfo (RFC 5280 4.1) with a modulus of so many bits, in base64."""
    modulus = (1 << (bits - 1)) | random.Random(bits).getrandbits(bits - 1) | 1
    key = _der(0x30, _integer(modulus) + _integer(65537))
    algorithm = _der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    return base64.b64encode(_der(0x30, algorithm + _der(3, b"\0" + key))).decode()


def _der(tag: int, value: bytes) -> bytes:
    size = len(value)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x80 | len(octets)]) + octets) + value


def _integer(number: int) -> bytes:
    return _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))
