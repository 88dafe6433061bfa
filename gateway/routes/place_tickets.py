"""A place for the console's form, chosen on the phone's map: a browser shows a ticket, and the phone answers it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.browsers import machine_of
from gateway.http.fields import Id, IdText, Input, Time
from gateway.routes.console import (
    A_SECRET,
    STATES,
    StateName,
    Ticket,
    TicketPoll,
    confirm_url,
    count_poll,
    count_ticket,
    life_s,
    to_ticket,
)
from gateway.routes.dependencies import Call, Routes
from protos.identity.v1 import identity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("identity")

PlaceName = Annotated[str, Meta(max_length=256, examples=["图书馆"])]
Latitude = Annotated[float, Meta(ge=-90, le=90, examples=[25.04])]
Longitude = Annotated[float, Meta(ge=-180, le=180, examples=[102.71])]


class OpenedPlaceTicket(msgspec.Struct):
    """What a browser shows and what it keeps to itself: the place goes to who has `poll_secret`.

    `confirm_url` leads to a WeChat simulator that answers it; empty where there is none.
    """

    ticket: IdText
    poll_secret: Annotated[str, Meta(examples=A_SECRET)]
    qr: Annotated[str, Meta(examples=["https://qiandao.example/c/01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"])]
    expires_at: Time
    expires_in: Annotated[int, Meta(examples=[120], description="In seconds.")]
    confirm_url: Annotated[str, Meta(examples=[""])]


class ChosenPlace(Input, kw_only=True):
    """A place as `wx.chooseLocation` gives it, in GCJ-02."""

    name: PlaceName = ""
    latitude: Latitude
    longitude: Longitude


class TicketPlace(msgspec.Struct):
    """A place, in GCJ-02."""

    name: PlaceName
    latitude: Latitude
    longitude: Longitude


class PolledPlace(msgspec.Struct):
    """What has become of a ticket; with a place once one was chosen."""

    state: StateName | None
    place: TicketPlace | None


@routes.on("POST", "/v1/place-tickets", status=201)
async def open_place_ticket(call: Call) -> OpenedPlaceTicket:
    """A ticket for the caller's browser to show as a QR; a phone of the caller answers it within 120 s, once."""
    count_ticket(call)
    browser, platform = machine_of(call.user_agent)
    request = pb.OpenPlaceTicketRequest(browser=browser, platform=platform)
    opened: pb.OpenedTicket = await ask(call.services.console.OpenPlaceTicket, request, call.person)
    ticket_id, ticket = to_text(opened.ticket.ticket_id), opened.ticket
    return OpenedPlaceTicket(
        ticket=ticket_id,
        poll_secret=opened.secret,
        qr=opened.url,
        expires_at=to_rfc3339(ticket.expires_at),
        expires_in=life_s(ticket),
        confirm_url=confirm_url(call, f"place?ticket={ticket_id}"),
    )


@routes.on("POST", "/v1/place-tickets/poll")
async def poll_place(call: Call, body: TicketPoll) -> PolledPlace:
    """What has become of the ticket of this browser, to be asked every second or two."""
    count_poll(call, body)
    request = pb.GetChosenPlaceRequest(ticket_id=body.ticket, secret=body.poll_secret)
    chosen: pb.ChosenPlace = await ask(call.services.console.GetChosenPlace, request, call.person)
    place = chosen.place
    found = TicketPlace(place.name, place.latitude, place.longitude) if chosen.HasField("place") else None
    return PolledPlace(STATES.get(chosen.state), found)


@routes.on("POST", "/v1/auth/console/{ticket_id}/place")
async def choose_place(call: Call, ticket_id: Id, body: ChosenPlace) -> Ticket:
    """Tells a browser the place that it asks for; for a phone of the person who is signed in there."""
    count_ticket(call)
    place = pb.TicketPlace(name=body.name, latitude=body.latitude, longitude=body.longitude)
    request = pb.ChoosePlaceRequest(ticket_id=ticket_id, place=place)
    return to_ticket(await ask(call.services.console.ChoosePlace, request, call.person))
