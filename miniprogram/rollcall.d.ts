/** Shapes of what staff say of people and of files that are printed. Times on the wire are RFC 3339 text. */

/** What staff say somebody counts as, whatever they did themselves. */
type Mark = NonNullable<Api['Marked']['mark']>

/** Somebody whom staff expect at a door: of the roster, a guest, or a user of whom it says nothing. */
type Expected = Pick<Api['DoorPerson'], 'kind' | 'user_id' | 'entry_id' | 'name' | 'number' | 'phone_tail' | 'group'>

/** Somebody in a roll call; `row` is what is known of their coming, null of who has not tried. */
interface Called extends Expected { id: string; is_listed: boolean; row: ActivityPerson | null; mark: Mark | null; problem: string }

/** Whom a mark is about: exactly one of the three. */
interface Marked { user_id?: string; roster_entry_id?: string; guest_id?: string }

/** One thing that is said of several people; `only_unset`: of who has come or is marked already nothing is said. */
interface Saying { mark: Mark | 'none'; reason: string; only_unset: boolean; people: Marked[] }

/** `problem`: why nothing was said of this one. Without a revision the mark is on its way, and `mark` is that of before. */
type MarkResult = Api['Marked']

/** What came of a page: `results` in the order of its people. */
interface Told { mark: Saying['mark']; people: Marked[]; results: MarkResult[]; done: number; total: number }

/** What a round does, as it is told afterwards. */
type Doing = Mark | 'none' | 'undo'

/** Something that is said page by page, and goes on where it broke off. */
interface Round { activity_id: string; owner_id: string; does: Doing; total: number; pages: { key: string; body: Saying & { occurrence_id: string } }[] }

interface RollcallService {
  /** Everybody of a roster in its order, and guests. */
  expected(activity_id: string): Promise<Expected[]>
  /** Whoever tried to come, was marked, or asked for leave. */
  tried(activity_id: string, occurrence_id: string): Promise<ActivityPerson[]>
  /** Nothing is sent yet. */
  begin(activity_id: string, occurrence_id: string, does: Doing, sayings: Saying[]): Promise<Round>
  /** What broke off at this activity, also before the program ended; null where nothing did. */
  left(activity_id: string): Round | null
  /**
   * Sends page after page, each under a key of its own that makes a repeat harmless; `told` what came of each. Rejects with a
   * Failure; the same again goes on where it broke off.
   */
  go(round: Round, told: (page: Told) => void): Promise<void>
  /** Lets go of what is left. */
  drop(round: Round): void
}

/** A file that is made before it can be fetched. */
type Job = Api['OwnProof']

interface FilesService {
  /** Has a file made, and comes back when it is; `told` is asked meanwhile whether anybody still waits. */
  make(path: string, told: (job: Job) => boolean): Promise<void>
  /** Where on this phone it is. */
  fetch(path: string, name: string, told: Wanted['told']): Promise<string>
  canShow(path: string): boolean
  open(path: string): Promise<void>
  /** Must be called from a tap. */
  send(path: string): Promise<void>
  forget(): Promise<void>
}
