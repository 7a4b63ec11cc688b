from ipaddress import ip_address

import pytest

from smtp421.addresses import address_of


@pytest.mark.parametrize("text", ["192.0.2.25", "2001:db8::25"])
def test_addresses_of_both_versions(text):
    assert address_of(text) == ip_address(text)


@pytest.mark.parametrize("text", [None, "", "mail.example.com", "192.0.2.256", "192.0.2.25:25", "[192.0.2.25]"])
def test_other_texts_are_none(text):
    assert address_of(text) is None
