"""Which process may call which method of identity, and for whom."""

from servicekit.rpc.interceptors import Access, by, for_person

SERVICE = "/identity.v1.IdentityService/"
INVITES = "/identity.v1.InviteService/"
CONSOLE = "/identity.v1.ConsoleService/"
ACCESS: dict[str, Access] = {
    SERVICE + "SignInWithWechat": by("gateway"),
    SERVICE + "RefreshSession": by("gateway"),
    SERVICE + "EndSession": for_person("gateway"),
    SERVICE + "GetJwks": by("gateway", "activity", "checkin", "reporting"),
    SERVICE + "ListRevokedSessions": by("gateway"),
    SERVICE + "GetMe": for_person("gateway"),
    SERVICE + "UpdateMe": for_person("gateway"),
    SERVICE + "EraseMe": for_person("gateway"),
    SERVICE + "BatchGetUsers": by("checkin", "reporting", "exporter"),
    SERVICE + "FindUsers": by("reporting"),
    SERVICE + "CreateOrganisation": for_person("gateway"),
    SERVICE + "ListOrganisations": for_person("gateway", "activity", "checkin"),
    SERVICE + "ListMembers": for_person("gateway"),
    SERVICE + "AddMember": for_person("gateway"),
    SERVICE + "UpdateMember": for_person("gateway"),
    SERVICE + "RemoveMember": for_person("gateway"),
    SERVICE + "RenameOrganisation": for_person("gateway"),
    SERVICE + "ArchiveOrganisation": for_person("gateway"),
    SERVICE + "UnarchiveOrganisation": for_person("gateway"),
    SERVICE + "HandOver": for_person("gateway"),
    INVITES + "CreateInvite": for_person("gateway"),
    INVITES + "ListInvites": for_person("gateway"),
    INVITES + "GetInvite": for_person("gateway"),
    INVITES + "RevokeInvite": for_person("gateway"),
    INVITES + "PreviewInvite": for_person("gateway"),
    INVITES + "AcceptInvite": for_person("gateway"),
    INVITES + "ListActivityStaff": for_person("gateway"),
    INVITES + "RemoveActivityStaff": for_person("gateway"),
    # A browser is nobody until its ticket is redeemed, and proves by its secrets that it is the same one.
    CONSOLE + "OpenTicket": by("gateway"),
    CONSOLE + "RedeemTicket": by("gateway"),
    CONSOLE + "RefreshConsole": by("gateway"),
    CONSOLE + "EndConsole": by("gateway"),
    CONSOLE + "GetTicket": for_person("gateway"),
    CONSOLE + "ApproveTicket": for_person("gateway"),
    CONSOLE + "DenyTicket": for_person("gateway"),
    CONSOLE + "OpenPlaceTicket": for_person("gateway"),
    CONSOLE + "GetChosenPlace": for_person("gateway"),
    CONSOLE + "ChoosePlace": for_person("gateway"),
    CONSOLE + "ListSessions": for_person("gateway"),
    CONSOLE + "RevokeSession": for_person("gateway"),
    SERVICE + "GrantSubscriptions": for_person("gateway"),
    SERVICE + "GetSubscriptions": for_person("gateway"),
    # The number is told to nobody but who looks for it in a list of its own.
    SERVICE + "VerifyPhoneNumber": by("activity"),
    SERVICE + "GetOrganisationName": by("activity", "reporting", "exporter"),
    SERVICE + "GetRole": by("activity", "checkin", "reporting", "exporter"),
    # A process of that name is only the probe, with a certificate of its own.
    SERVICE + "StartSyntheticSession": by("synthetic"),
}
