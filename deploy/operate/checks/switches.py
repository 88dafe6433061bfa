"""What operators have switched on, from where it is kept, else from what the processes say they heard."""

from deploy.operate.finding import Finding, Scene, note, ok, unseen
from deploy.operate.screen import span
from deploy.operate.surroundings import OutOfReachError
from deploy.operate.switch import current
from servicekit.clock import now_us

_ADVICE = "qiandao switch end takes it back sooner"


async def on(scene: Scene) -> list[Finding]:
    """Every switch that is on."""
    try:
        found = [
            note(
                f"switch {switch.title}",
                f"on for {span((switch.expires_at - now_us()) / 1e6)} more, by {switch.set_by}",
                _ADVICE,
            )
            for switch in await current(scene.seen)
        ]
    except OutOfReachError as error:
        heard = {labels["switch"] for _, labels, value in scene.samples("operator_switch") if value}
        found = [note(f"switch {name}", "on, say the processes", _ADVICE) for name in sorted(heard)]
        return found or [unseen("switches", error)]
    return found or [ok("switches", "none is on")]
