/** Personal codes, and staff who scan them at a door. The server's side: `domainkit/person_codes.py`, `services/activity/door`. */

interface OwnName { name: string; group: string }

interface OwnCodeService {
  /** Fetches the keys of this period and the next where they are due, or wanted anew; never fails. */
  refresh(is_wanted?: boolean): Promise<void>
  /** What staff read beneath the code: as the roster calls one, as far as this phone knows. */
  who(activity_id: string): Promise<OwnName>
  /**
   * A new code for an activity, without a network as far as the keys reach. Rejects with CODE_KEYS_MISSING where this phone
   * has none, CODE_KEYS_OLD where they are over, and cannot get any.
   */
  draw(activity_id: string): Promise<{ text: string; issued_at: number }>
}

/** How staff say whom they mean; one of them. */
type DoorWay = { user_id: string } | { roster_entry_id: string } | { entry_code: string } | { person_token: string } | { guest: Guest }
interface Guest { id: string; name: string; phone_tail: string }

/** `attempt_id`: of a look that was had; else a new one. `is_door`: who comes twice is told of later too. */
interface StaffWish { activity: { id: string; title: string }; who: DoorWay; direction: Direction; gate?: string; attempt_id?: string; is_door?: boolean }

/** Somebody as staff at a door see them. `code_keys`: by which their codes are verified here; in what was prepared alone. */
interface DoorPerson {
  kind: 'person' | 'entry' | 'guest'; user_id: string; entry_id: string | null; name: string; number: string; phone_tail: string; group: string
  extra: { heading: string; value: string }[]; entry_code: string; code_keys?: string[]
}

/** The check-in that holds a seat. `is_here`: this phone did it, and the server may not know yet. */
interface Held { checked_in_at: string; gate: string | null; method?: string | null; by: string | null; is_here?: boolean }

/**
 * What is known of somebody who stands there, before they are let in. `person` null: nobody knows here who it is.
 * `fault`: why they are not let in. `is_here`: as this phone knows it, without the server.
 */
interface DoorLook {
  attempt_id: string; who: DoorWay; person: DoorPerson | null; held: Held | null; is_inside: boolean; left_at: string | null; passes: number
  is_pending: boolean; mark: string | null; fault: (Reason & { message?: string }) | null; is_here: boolean
}

/** What came of letting somebody in. `kept`: it waits on this phone; on its storage, or in memory only. */
interface DoorAnswer { outcome: Outcome | null; message: string; held: Held | null; reasons: Reason[]; kept: 'storage' | 'memory' | null }

/** Somebody who was let in here; `problem`: what the server said later, `held`: who had come before. */
interface DoorEntry { attempt_id: string; name: string; at: string; gate: string; direction: Direction; problem: string; held: Held | null; is_waiting: boolean }

/** What a phone at a door has with it. */
interface DoorState {
  activity: Activity | null; count: number; prepared_at: number | null; is_preparing: boolean; is_lost: boolean; is_over: boolean; is_unsaved: boolean; is_online: boolean
  /** Why it could not be prepared anew. */ failure: Failure | null; waiting: number
  refused: DoorEntry[]
  /** How many were let in or out here, and the latest of them, newest first. */
  done: number; recent: DoorEntry[]
}

/** One activity's door on this phone. */
interface Door {
  /** What this phone has of it; then, with a network, what is new. Never fails; told by `state`. */
  open(): Promise<void>
  state(): DoorState
  onChange(told: () => void): () => void
  /** At once, as far as this phone knows. */
  lookHere(who: DoorWay): Promise<DoorLook>
  /** By the server, or as far as this phone knows where there is no way to it. */
  look(seen: DoorLook): Promise<DoorLook>
  letIn(seen: DoorLook, direction: Direction, gate: string): Promise<DoorAnswer>
  /** By part of a name, or four digits of a phone. */
  search(q: string): Promise<{ people: DoorPerson[]; is_here: boolean }>
  guest(name: string, phone_tail: string): Promise<DoorWay>
  /** Lets go of one that the server did not take. */
  dismiss(attempt_id: string): void
}

interface DoorsService { of(activity_id: string): Door }
