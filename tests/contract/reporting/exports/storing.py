"""Where files lie, for tests and for the processes that they kill, which need no server of storage in them."""

from dataclasses import dataclass

from services.reporting.exports.vault import Vault


@dataclass
class Storage:
    """Where files lie."""

    store: str
    endpoint: str = ""
    region: str = "us-east-1"
    virtual_host: bool = False
    access_key: str = "key"
    secret_key: str = "secret"

    def vault(self) -> Vault:
        """What puts and gets them."""
        return Vault(self.store, lambda: self)
