"""Every signal, in the order in which reasons are told; a further one is a file here and a name in this list."""

from services.antifraud.signals.fence import FENCE
from services.antifraud.signals.unproven import UNPROVEN
from services.antifraud.signals.wifi import WIFI

SIGNALS = (FENCE, WIFI, UNPROVEN)
