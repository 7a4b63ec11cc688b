"""Entries of the journal, as ``journalctl -o export`` writes them."""


def export(fields):
    """The lines of an entry; a value in bytes is written with its length."""
    lines = []
    for name, value in fields.items():
        if isinstance(value, bytes):
            lines += [name.encode(), len(value).to_bytes(8, "little") + value]
        else:
            lines.append(f"{name}={value}".encode())
    return b"\n".join((*lines, b"", b"")).split(b"\n")[:-1]
