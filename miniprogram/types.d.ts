/**
 * Every shape that crosses a folder of the mini-program. Times on the wire are RFC 3339 text, `_at` numbers on the
 * phone are milliseconds since 1970 UTC.
 */

/** What the server takes and answers, as its API document says. */
type Api = import('./api').components['schemas']

type Outcome = Api['Checkin']['outcome']
type Method = NonNullable<Api['Checkin']['method']>
type Direction = NonNullable<Api['Checkin']['direction']>

/** A word of the vocabulary with its numbers, such as FENCE_OUTSIDE with distance_m and radius_m. */
type Reason = Api['Checkin']['reasons'][number]

/** The record of an attempt, as the server gives it. */
type Checkin = Api['Checkin']
type CheckinRecord = Api['Record']

/** What a participant may know of an activity before checking in. */
type Card = Api['Card']

/** An activity as its organisers see it. */
type Activity = Api['Activity']
type Qr = Api['Qr']
/** `is_partial` in a stream: `by_minute` has only what changed. */
type Stats = Api['Stats'] & Turnout & { is_partial?: boolean }
type ActivityPerson = Api['Person'] & ExpectedPerson
type Review = Api['Review']
type User = Api['User']
type Organisation = Api['Organisation']
type Member = Api['Member']
/** `activity_id`: it makes staff of that activity alone, and no member. */
type Invite = Api['Invite'] & { used_by?: Member[] }
type InvitePreview = Api['InvitePreview']
type SavedPlace = Api['SavedPlace']
/** Somebody who works at one activity, until a moment. */
type CrewMember = Api['ActivityStaff']
/** A screen that shows one activity without anybody's token. */
type Display = Api['Display']
/** A tag at an activity; `last_counter` of one that counts its touches. */
type Tag = Api['Tag']

/** A position. `age_ms` is counted when it is used. */
interface Fix { latitude: number; longitude: number; accuracy_m: number | null; coord: 'gcj02'; fixed_at: number }
interface Wifi { ssid: string; bssid: string }

/** The body of `POST /v1/checkins`; made once, sent again unchanged. */
interface Attempt {
  attempt_id: string; method: Method; token?: string; code?: string; activity_id?: string; direction: Direction
  gate?: string; location?: { latitude: number; longitude: number; accuracy_m: number | null; coord: 'gcj02'; age_ms: number }
  wifi?: Wifi; device_id: string; claimed_at: string; elapsed_ms?: number; receipt?: string
  /** Whom staff mean, in one of these ways. */
  user_id?: string; roster_entry_id?: string; entry_code?: string; person_token?: string; guest?: { id: string; name: string; phone_tail: string }
  client?: { scene: number; scan_ms: number; locate_ms: number; platform: string; app_version: string }
}

/** waiting: not answered yet; refused: answered for good and kept to be seen (quarantine), until the person lets go. */
interface Queued {
  attempt: Attempt
  owner_id: string
  queued_at: number
  state: 'waiting' | 'refused'
  title: string
  tries: number
  next_at: number
  message: string
  /** Staff let somebody in without a network who held a seat already; then `held` is that. */
  is_door?: boolean
  held?: Api['DuplicateOf']
}

/**
 * How a failed call or a failed ability of the phone is told.
 *
 * kind: offline, timeout, interrupted (went to the background), problem (the server said no; `status`, `reason`),
 * denied (permission), cancelled (by the person), unsupported (this phone has none), failed.
 */
interface Failure {
  kind: 'offline' | 'timeout' | 'interrupted' | 'problem' | 'denied' | 'cancelled' | 'unsupported' | 'failed'
  message: string
  status?: number
  reason?: string
  request_id?: string
  retry_after_s?: number
  receipt?: string
  errors?: Api['FieldProblem'][]
  body?: any
}

/** A file that a server makes: what it is called on the phone, and who is told how far it is; `percent` null where nobody knows. */
interface Wanted { name: string; told(progress: { percent: number | null; bytes: number }): void }

/** A tag as it is touched: the address on it, empty for none. `write` puts another there; it rejects when the tag is taken away. */
interface Touched { url: string; can_write: boolean; write(url: string): Promise<void> }

/** What `wx` gives, in promises that reject with a Failure; the only folder that knows `wx` is platform/. */
interface Platform {
  /** A body of text or bytes goes as it is, anything else as JSON. */
  request(call: { url: string; method: string; body?: unknown; headers: Record<string, string>; timeout_ms: number }):
    Promise<{ status: number; body: any; headers: Record<string, string> }>
  /** Chunks of text as they come; `unsupported` where the phone has no chunked requests. Returns a function that ends it. */
  stream(call: { url: string; headers: Record<string, string>; onText(text: string): void; onEnd(failure?: Failure): void }):
    () => void
  login(): Promise<string>
  /** What a QR says, or that it is a code of a mini-program; cancelled when the person went back. */
  scan(): Promise<{ text: string; is_mini: boolean }>
  locate(options: { isPrecise: boolean }): Promise<Fix>
  chooseLocation(): Promise<{ name: string; address: string; latitude: number; longitude: number }>
  /** A list that somebody sent in a chat: xlsx, csv or txt. */
  chooseFile(): Promise<{ name: string; content: ArrayBuffer }>
  /** A GET into a file of this name; `body` has its `path`, or what the server said no with. The one before is forgotten. */
  download(call: { url: string; headers: Record<string, string>; timeout_ms: number; file: Wanted }):
    Promise<{ status: number; body: any; headers: Record<string, string> }>
  /** Whether the phone can show it; whatever it cannot is sent to a chat. */
  canShow(path: string): boolean
  openFile(path: string): Promise<void>
  /** Must be called from a tap; cancelled when the person chose no chat. */
  sendFile(path: string): Promise<void>
  /** What was drawn on a canvas of a page, as a file. */
  pictureOf(canvas: any): Promise<string>
  /** The person chooses to whom, or keeps it; cancelled when they do neither. */
  sendPicture(path: string): Promise<void>
  /** Into the album of the phone; denied where that is not allowed. */
  keepPicture(path: string): Promise<void>
  /** Files hold names and numbers: none outlives the page that asked for it. */
  forgetFiles(): Promise<void>
  connectedWifi(): Promise<Wifi>
  /** The connected one, and every other access point of its name that the phone sees, as far as it tells. */
  wifiHere(): Promise<Wifi[]>
  /** Tags from now on; `onReady`: they are read, until the function that it gives is called. Only where `info().has_nfc`. */
  watchTags(listener: { onReady(): void; onTag(tag: Touched): void; onFailure(failure: Failure): void }): () => void
  subscribe(template_ids: string[]): Promise<Record<string, 'accept' | 'reject' | 'ban' | 'filter'>>
  read(key: string): any
  /** Rejects with `failed` when the storage is full. */
  write(key: string, value: unknown): void
  remove(key: string): void
  keys(): string[]
  /** What WeChat encrypts for this phone alone; null for nothing. `keys` and `remove` know it too. */
  readSealed(key: string): Promise<any>
  /** Rejects with `failed` when the storage is full. */
  writeSealed(key: string, value: unknown): Promise<void>
  isOnline(): Promise<boolean>
  onNetwork(told: (is_online: boolean) => void): void
  randomBytes(count: number): Promise<Uint8Array>
  vibrate(strength: 'light' | 'medium' | 'heavy'): void
  /** `env_version`: develop, trial or release. */
  info(): { platform: string; app_version: string; env_version: string; font_size: number; has_nfc: boolean; has_wifi: boolean; has_chunked: boolean }
  /** What the person granted: true, false, or undefined when never asked. */
  permissions(): Promise<{ location?: boolean }>
  openSettings(): Promise<void>
  openPrivacyContract(): Promise<void>
  /**
   * Tells that the person must agree to the privacy guide before an ability goes on; the id is that of the tapped
   * `agreePrivacyAuthorization` button. What nobody shows yet waits for the next who listens. Returns a function that ends it.
   */
  onPrivacy(told: (question: { agree(button_id: string): void; refuse(): void }) => void): () => void
  /** Whether the person has still to agree, and what the guide is called. */
  privacy(): Promise<{ is_needed: boolean; contract_name: string }>
  /** The program came to the foreground (true), or went to the background (false). */
  onShown(told: (is_shown: boolean) => void): void
  /** A newer version, once it is on the phone; `apply` starts the program again with it. */
  update: { isReady(): boolean; apply(): void; onReady(told: () => void): () => void }
  now(): number
}

/**
 * What came of one tap: answered by the server; saved on the phone until the network is back; or unsaved, for the
 * storage is full: it is sent all the same, but only while the program runs.
 */
interface CheckinAnswer {
  state: 'answered' | 'saved' | 'unsaved'
  attempt_id: string
  checkin: Checkin | null
  message: string
  request_id: string
  /** When the server will be asked again, for states saved and unsaved; else null. */
  next_at: number | null
}

/** Steps a check-in page shows while it waits, in this order; slow: running, and the person need not wait for it. */
interface Progress { step: 'credential' | 'location' | 'wifi' | 'send'; state: 'running' | 'slow' | 'done' | 'failed' | 'skipped'; text: string }

interface CheckinsService {
  /** Begins to look for a position; called when the page opens, so that it is there after the scan. */
  prepare(): void
  /**
   * One check-in from credential to answer: stored first, then sent; after the credential it waits 5 s at most for a
   * position. On FENCE_UNCERTAIN or LOCATION_MISSING it reads the Wi-Fi and tries once more by itself. Rejects with a
   * Failure only where nothing was made.
   */
  checkIn(entry: { method: Method; token?: string; code?: string; activity_id?: string; direction?: Direction; gate?: string; title?: string; scene?: number; scan_ms?: number },
    told?: (progress: Progress) => void): Promise<CheckinAnswer>
  /** The same again with a precise position, after the person agreed. */
  retryPrecisely(attempt_id: string, told?: (progress: Progress) => void): Promise<CheckinAnswer>
  /** Ends the waiting for what is being sent: its answer is `saved`, and the real one comes to `answer` later. */
  saveForLater(): void
  /** The answer that a page was opened for; null when this phone does not remember it. */
  answer(attempt_id: string): CheckinAnswer | null
  /** What trying anew begins with: direction, gate and activity of an attempt; nothing of one that is not remembered. */
  beginning(attempt_id: string): { direction?: Direction; gate?: string; activity_id?: string }
  /** Whether another attempt needs another touch of the tag. */
  isSpent(attempt_id: string): boolean
  /** Asks until the record is decided or `stop` was called: every 2 s, then slower. */
  follow(checkin_id: string, told: (record: CheckinRecord) => void): () => void
}

interface RecordsService {
  /** What this phone knows, newest first, queue laid over it: rows of other people are never among them. */
  cached(): { checkins: Checkin[]; queued: Queued[] }
  refresh(): Promise<void>
  /** Older ones; false when there are no more. */
  more(): Promise<boolean>
  get(checkin_id: string): Promise<CheckinRecord>
  appeal(checkin_id: string, reason: string): Promise<CheckinRecord>
}

interface SyncService {
  /** Sends what waits, takes what changed; one at a time, called as often as one likes. */
  flush(): Promise<void>
  /** `unsaved` of those that wait are in memory only, for the storage is full. */
  /** `refused` of the person's own attempts, `refused_others` of those that they made for others as staff. */
  state(): { waiting: number; unsaved: number; refused: number; refused_others: number; is_running: boolean; last_at: number | null; failure: Failure | null }
  onChange(told: () => void): () => void
  /** Lets go of a refused one. */
  dismiss(attempt_id: string): void
  /** Everything on this phone that is not settled, oldest first; what staff queued for others too (`attempt.user_id`). */
  queued(): Queued[]
  /** Whether one of them is on the storage, and outlives this program. */
  isKept(attempt_id: string): boolean
}

interface SessionService {
  user(): User | null
  /** Signs in if need be. */
  ensure(): Promise<User>
  setName(name: string): Promise<User>
  signOut(): Promise<void>
  onChange(told: (user: User | null) => void): () => void
}

interface ActivitiesService {
  byToken(token: string): Promise<Card>
  byCode(code: string): Promise<Card>
  byId(activity_id: string): Promise<Card>
  /** As this phone has seen it last, else asked for within some seconds. */
  known(activity_id: string): Promise<Card>
  /** What is next: activities seen on this phone that are not over, soonest first. */
  upcoming(): Card[]
  /** Looks whether the next one is still as it was known, once a minute at most. */
  refresh(): Promise<void>
}

interface ConsolesService {
  /** Which browser asks, and for what. */
  look(ticket: string): Promise<Api['Ticket']>
  /** With the two digits that it shows. */
  approve(ticket: string, digits: string): Promise<void>
  /** Tells it the place that it asks for. */
  choosePlace(ticket: string, place: Api['ChosenPlace']): Promise<void>
  deny(ticket: string): Promise<void>
  /** Where one is signed in, used last first. */
  sessions(): Promise<Api['SignedIn'][]>
  end(session_id: string): Promise<void>
}

type Export = Api['Export']
type Message = Api['InboxMessage']
type Trends = Api['Trends']

interface ReportsService {
  /** How many came over time: days and weeks are YYYY-MM-DD. */
  trends(organisation_id: string, query: Record<string, string>): Promise<Trends>
  /** One's own latest, the newest first. */
  exports(): Promise<Api['Exports']>
  getExport(export_id: string): Promise<Export>
  /** Of an activity, or of an organisation's period. */
  ask(wish: { report: string; format: string; activity_id?: string; organisation_id?: string; from?: string; to?: string }): Promise<Export>
  cancel(export_id: string): Promise<Export>
  /** Where the file is, for `FilesService.fetch`. */
  fileOf(export_id: string): string
}

interface InboxService {
  /** The newest first. */
  page(page_token: string): Promise<Api['Inbox']>
  unread(): Promise<number>
  /** One, or all where it is empty; gives how many are left. */
  read(message_id: string): Promise<number>
}

interface OrganisationsService {
  /** All that one belongs to, whatever one's role; archived ones only where they are asked for. */
  list(archived?: boolean): Promise<Organisation[]>
  create(name: string): Promise<Organisation>
  rename(organisation_id: string, name: string): Promise<Organisation>
  archive(organisation_id: string): Promise<Organisation>
  unarchive(organisation_id: string): Promise<Organisation>
  /** `name`: two Han characters or three others at least. */
  members(organisation_id: string, filter?: { name?: string; page_token?: string }): Promise<Api['Members']>
  change(organisation_id: string, user_id: string, changes: { role?: string; group?: string }): Promise<Member>
  /** Oneself: one leaves. */
  remove(organisation_id: string, user_id: string): Promise<void>
  handOver(organisation_id: string, user_id: string): Promise<Member>
  invites(organisation_id: string, page_token?: string): Promise<Api['Invites']>
  invite(organisation_id: string, invite_id: string): Promise<Invite>
  makeInvite(organisation_id: string, invite: { role: string; uses: number; expires_at: string; group?: string; activity_id?: string }): Promise<Invite>
  revokeInvite(organisation_id: string, invite_id: string): Promise<Invite>
  /** Who invites to what; nothing is bound yet. */
  preview(code: string): Promise<InvitePreview>
  accept(code: string): Promise<void>
  privacy(organisation_id: string): Promise<Api['Privacy']>
  /** What is over by then is erased within the hour. */
  setPrivacy(organisation_id: string, privacy: Api['Privacy']): Promise<Api['Privacy']>
  places(organisation_id: string): Promise<SavedPlace[]>
  savePlace(organisation_id: string, place: Api['NewPlace'], wifi: Wifi[]): Promise<SavedPlace>
  learnWifi(organisation_id: string, place_id: string, wifi: Wifi[]): Promise<SavedPlace>
  forgetPlace(organisation_id: string, place_id: string): Promise<void>
}

interface OrganiseService {
  activities(page_token?: string): Promise<Api['Activities']>
  /** Made and not published. */
  draft(draft: Record<string, unknown>): Promise<Activity>
  /** For one page with one draft: what it gives creates and publishes, and may be called again with a changed draft. */
  opening(): (draft: Record<string, unknown>) => Promise<Activity>
  get(activity_id: string): Promise<Activity>
  publish(activity_id: string): Promise<Activity>
  close(activity_id: string): Promise<Activity>
  reopen(activity_id: string): Promise<Activity>
  cancel(activity_id: string): Promise<Activity>
  /** Of the revision that was seen; REVISION_STALE where there is a newer one. */
  change(seen: { id: string; revision: number }, changes: Record<string, unknown>): Promise<Activity>
  /** Another window from now on, in which everybody checks in once more; which one it is to be. */
  again(activity_id: string, number: number): Promise<Activity>
  /** A draft that says the same of another time. */
  copy(activity_id: string, starts_at: string): Promise<Activity>
  /** A hidden activity that tries a draft from now on. */
  rehearse(activity_id: string): Promise<Activity>
  /** A draft alone. */
  remove(activity_id: string): Promise<void>
  qr(activity_id: string): Promise<Qr>
  revokeQr(activity_id: string): Promise<Qr>
  /** Of the newest window, or of another one. */
  stats(activity_id: string, occurrence_id?: string): Promise<Stats>
  /**
   * Numbers as they change, chunked where the phone can, else asked every 3 s; `changed` says that the activity may read
   * otherwise than before. Returns a function that ends it.
   */
  live(activity_id: string, told: (stats: Stats) => void, failed?: (failure: Failure) => void, changed?: () => void, occurrence_id?: string): () => void
  people(activity_id: string, filter?: { occurrence_id?: string; status?: string; q?: string; group?: string; answer?: string; details?: string; page_token?: string }):
    Promise<{ people: ActivityPerson[]; next_page_token: string }>
  /** Who was missing, late and on leave, a hundred of each at most, and that there are others. */
  named(activity_id: string, occurrence_id?: string): Promise<Record<'absent' | 'late' | 'leave', string[]>>
  crew(activity_id: string): Promise<CrewMember[]>
  dismiss(activity_id: string, user_id: string): Promise<void>
  displays(activity_id: string): Promise<Display[]>
  /** `url` opens the screen once, in the browser that spends it. */
  makeDisplay(activity_id: string, display: { kind: string; show_names: string }): Promise<Api['CreatedDisplay']>
  endDisplay(activity_id: string, display_id: string): Promise<void>
  tags(activity_id: string): Promise<Tag[]>
  /** `url` is what is written to it; keys of one that counts are told now and never again. */
  makeTag(activity_id: string, tag: { kind: string; label: string; gate?: string }): Promise<Api['CreatedTag']>
  revokeTag(activity_id: string, tag_id: string): Promise<void>
  /** Staff check people in; offline it is queued and syncs later: then `results` is null, and `is_kept` false in memory only. */
  checkInOthers(activity: Activity, user_ids: string[], direction: Direction, gate?: string): Promise<{ results: any[] | null; is_kept: boolean }>
  reviews(filter: { activity_id?: string; state?: string; page_token?: string }): Promise<Api['ReviewPage']>
  decide(review: Review, decision: 'approve' | 'refuse', reason: string): Promise<Review>
  decideOffline(occurrence_id: string, decision: 'approve' | 'refuse', reason: string): Promise<any[]>
  annul(checkin_id: string, reason: string, revision?: number): Promise<Review>
}

interface SubscriptionsService {
  /** Templates this server has; empty when there are none: then nothing is asked. */
  available(): Api['Template'][]
  /** Must be called from a tap; tells the server what was granted. */
  ask(names: string[]): Promise<Record<string, string>>
  quotas(): Record<string, number>
}

interface EventsService {
  /**
   * Sampled and sent later, never waited for: scan_cancelled, scan_failed, tap_to_answer, locate. Of which activity,
   * where that is known.
   */
  add(event: { name: string; took_ms?: number; reason?: string; activity_id?: string }): void
}

/** All that pages know: `getApp().services`. */
interface Services {
  platform: Platform
  session: SessionService
  checkins: CheckinsService
  records: RecordsService
  sync: SyncService
  activities: ActivitiesService
  organise: OrganiseService
  organisations: OrganisationsService
  rosters: RostersService
  participants: ParticipantsService
  own_code: OwnCodeService
  rollcall: RollcallService
  reports: ReportsService
  inbox: InboxService
  files: FilesService
  doors: DoorsService
  consoles: ConsolesService
  subscriptions: SubscriptionsService
  events: EventsService
  /** The server's address, which QRs of ours begin with. */
  server: string
  /** The server's clock, as far as this phone knows it; milliseconds since 1970. */
  serverNow(): number
}

/** So that `getApp().services` is checked wherever a page uses it. */
declare namespace WechatMiniprogram.App {
  interface Option { services: Services }
}
