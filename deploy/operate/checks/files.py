"""Certificates and secrets that processes read from files."""

import datetime

from cryptography import x509

from deploy.operate.finding import Finding, Scene, note, ok, unseen, wrong
from deploy.operate.screen import plural

_SOON = datetime.timedelta(days=21)
_URGENT = datetime.timedelta(days=3)


async def certificates(scene: Scene) -> list[Finding]:
    """Whether any certificate ends soon."""
    ends = {}
    for variable, path in scene.seen.files():
        if variable in ("QIANDAO_TLS_CA_FILE", "QIANDAO_TLS_CERT_FILE"):
            try:
                ends[path] = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
            except (OSError, ValueError) as error:
                return [wrong("certificates", f"{path} cannot be read: {error}", f"{variable} names it")]
    if not ends:
        return [unseen("certificates", "none is named here")]
    path, end = min(ends.items(), key=lambda item: item[1])
    left = end - datetime.datetime.now(datetime.UTC)
    says = f"{path} ends in {plural(left.days, 'day')}" if left.days >= 0 else f"{path} ended on {end:%Y-%m-%d}"
    advice = "make up renews it" if scene.seen.is_local else "let the authority issue a new one, then restart"
    if left < _URGENT:
        return [wrong("certificates", says, advice)]
    return [
        note("certificates", says, advice) if left < _SOON else ok("certificates", f"{len(ends)}, the first {says}")
    ]


async def secrets(scene: Scene) -> list[Finding]:
    """Whether every file that a variable names can be read and holds something."""
    found, count = [], 0
    for variable, path in scene.seen.files():
        try:
            count += 1
            if not path.read_bytes().strip():
                found.append(wrong("secrets", f"{variable} names an empty file: {path}", "write the secret into it"))
        except OSError as error:
            advice = "make up writes it" if scene.seen.is_local else "mount it, readable by user 10001"
            found.append(wrong("secrets", f"{variable}: {error.strerror}: {path}", advice))
    return found or [ok("secrets", f"{plural(count, 'file')} readable")]
