/** Shapes of rosters and of what participants say of themselves. Times on the wire are RFC 3339 text. */

type Question = Api['Question']

/** A column of a roster beside the five that everybody knows; `is_shown` to the person of a row. */
type ExtraColumn = Api['ExtraColumn']
/** A list of people who are expected; several activities may use it. */
type Roster = Api['Roster']
/** `bound`: which person it is, and by what that is known. */
type RosterEntry = Api['RosterEntry']
/** What is said of a person on a roster; `phone` may be one that was told masked. */
type EntryDraft = Omit<RosterEntry, 'id' | 'bound' | 'entry_code'>
/** A list that is read, looked at, and then taken into a roster. */
type RosterImport = Api['RosterImport']
/** A row that was left out: why, and what to do about it. */
type BadRow = Api['BadRow']

/** Who one is on the roster of an activity; `entry` is null until that is known. */
interface OwnEntry {
  is_listed: boolean
  roster_title: string | null
  entry: { id: string; name: string; group: string; shown: { heading: string; value: string }[] } | null
}

/** An invite to say that an entry is oneself; the name is masked. */
interface EntryInvite { roster_title: string; organisation_name: string | null; name: string }

/** What one told an activity, what it asks, and what becomes of it. */
interface Participation {
  answer: 'coming' | 'leave' | null
  questions: (Question & { said: string })[]
  organisation_name: string
  keeps_days: number
  purpose: string
}

/** `phone_code`: what WeChat's own button gave. */
interface Detail { detail: Question['detail']; label?: string; value?: string; phone_code?: string }

interface RostersService {
  list(organisation_id: string): Promise<Roster[]>
  create(organisation_id: string, title: string): Promise<Roster>
  get(roster_id: string): Promise<Roster>
  change(roster_id: string, changes: { title?: string; extra?: ExtraColumn[] }): Promise<Roster>
  /** ROSTER_IN_USE while something expects its people. */
  remove(roster_id: string): Promise<void>
  groups(roster_id: string): Promise<Api['RosterGroup'][]>
  /** `q`: two Han characters or three others of a name, a whole number, or the last four digits of a phone. */
  entries(roster_id: string, filter?: { q?: string; group?: string; is_bound?: string; page_token?: string }):
    Promise<Api['RosterEntries']>
  add(roster_id: string, entry: EntryDraft): Promise<RosterEntry>
  replace(roster_id: string, entry_id: string, entry: EntryDraft): Promise<RosterEntry>
  takeOff(roster_id: string, entry_id: string): Promise<void>
  /** A file, or a text as it was pasted; nothing is changed by it. */
  read(roster_id: string, content: ArrayBuffer | string): Promise<RosterImport>
  progress(roster_id: string, import_id: string): Promise<RosterImport>
  badRows(roster_id: string, import_id: string, page_token?: string): Promise<Api['BadRows']>
  apply(roster_id: string, import_id: string, remove_missing: boolean): Promise<RosterImport>
  undo(roster_id: string, import_id: string): Promise<RosterImport>
  /** Good for one person; a new one ends the one before. */
  invite(roster_id: string, entry_id: string): Promise<{ code: string; expires_at: string }>
  /** Says who an entry is; never oneself. */
  bind(roster_id: string, entry_id: string, user_id: string): Promise<void>
  unbind(roster_id: string, entry_id: string): Promise<void>
}

interface ParticipantsService {
  ownEntry(activity_id: string): Promise<OwnEntry>
  /** `code`: what WeChat's button for a phone number gave. PHONE_NOT_LISTED where nobody has it. */
  bindByPhone(activity_id: string, code: string): Promise<OwnEntry>
  /** Nothing is bound yet. */
  preview(code: string): Promise<EntryInvite>
  accept(code: string): Promise<void>
  own(activity_id: string): Promise<Participation>
  answer(activity_id: string, answer: 'coming' | 'leave'): Promise<Participation>
  tell(activity_id: string, details: Detail[]): Promise<Participation>
  /** Names and numbers of this person go everywhere, and the account with them. */
  erase(): Promise<void>
}

interface GroupTurnout { group: string; expected: number; came: number; leave: number; absent: number | null }

/** Live numbers of who is expected, null where nobody is; `absent` is null until nothing more can come. */
interface Turnout {
  expected: number | null; came: number | null; leave: number | null; not_yet: number | null; absent: number | null; rate: number | null
  by_group?: GroupTurnout[]
}

/**
 * What is known of a person in the list of an activity: as they are on its roster, and what they said. Of somebody of whom
 * nobody knows who they are `entry_id` is the user_id too; `is_listed` is null where there is no roster.
 */
interface ExpectedPerson {
  is_listed: boolean | null; entry_id: string | null; number: string; group: string; answer: 'coming' | 'leave' | null; details: string[]
}
