/** An activity in under a minute: a name, and everything else has a good beginning; the same form for one that exists. */

const { alone } = require('../../../core/alone')
const { asFailure } = require('../../../core/failure')
const { join } = require('../../../core/pages')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { differencesOf } = require('./differences')
const { changesOf, draftOf, KINDS, missing, newDraft, rebased, toBody } = require('./draft')

const CAN_CREATE = ['owner', 'organiser']
const t = texts.organise.form

/** The field on this page that a field of the request belongs to. */
const FIELDS = /** @type {Record<string, string>} */ ({ starts_at: 'starts', ends_at: 'ends', late_after_s: 'late', opens_before_s: 'opens' })
const FOLDED = ['late', 'opens', 'capacity', 'gates', 'reentry']

const methodsOf = (/** @type {string[]} */ chosen) =>
  Object.entries(t.methodNames).map(([name, text]) => ({ name, text, is_on: chosen.includes(name) }))

/** Access points by the name that people know them by. */
const networksOf = (/** @type {Wifi[]} */ wifi) => [...new Set(wifi.map(({ ssid }) => ssid))].map((ssid) => ({
  ssid,
  name: ssid || t.wifiHidden,
  count: t.wifiCount(wifi.filter((one) => one.ssid === ssid).length),
}))

/** Whether a place is chosen that is not saved yet. */
const isNew = (/** @type {{ latitude: number, longitude: number } | null} */ chosen, /** @type {SavedPlace[]} */ places) =>
  Boolean(chosen && !places.some(({ place }) => place.latitude === chosen.latitude && place.longitude === chosen.longitude))

const frozenOf = (/** @type {Activity} */ { kind, time_zone, strict }) => [
  { name: t.kind, text: texts.ofKind(kind).one },
  { name: t.zone, text: time_zone },
  { name: t.strict, text: strict ? t.strictChoices.on : t.strictChoices.off },
]

Page({
  data: {
    t,
    common: texts.common,
    draft: newDraft(0),
    kinds: KINDS.map((kind) => texts.ofKind(kind).one),
    kind: 0,
    kind_name: '',
    name: '',
    methods: methodsOf([]),
    /** @type {any[]} */ networks: [],
    radius: '',
    /** @type {Organisation[]} */ organisations: [],
    organisation: 0,
    /** @type {SavedPlace[]} */ places: [],
    /** @type {string[]} */ placeNames: [],
    can_save: false,
    /** @type {Roster[]} */ rosters: [],
    is_edit: false,
    is_ready: false,
    /** @type {any[]} */ frozen: [],
    /** @type {any[]} */ stale: [],
    taken: '',
    undecided_hint: t.undecidedHint(''),
    is_more: false,
    is_sending: false,
    /** @type {Record<string, string>} */ errors: {},
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  /** @type {Activity | null} What is edited, as it was seen last. */ activity: null,
  /** @type {Promise<void>} Over once it is known whose activity it is to be: somebody may type before. */ loaded: Promise.resolve(),
  // One per page, so that however many taps it takes there is one activity in the end.
  /** @type {ReturnType<OrganiseService['opening']> | null} */ open: null,

  onLoad(/** @type {{ activity_id?: string }} */ { activity_id = '' }) {
    this.activity_id = activity_id
    this.open = getApp().services.organise.opening()
    this.setData({ is_edit: Boolean(activity_id), is_ready: !activity_id })
    this.change(newDraft(getApp().services.serverNow()))
    this.load()
  },

  /** Also back from the rosters, where there may be a new one. */
  onShow() {
    if (this.organisationId()) this.loadOwn()
  },

  load() {
    this.loaded = this.read()
    return this.loaded
  },

  async read() {
    this.setData({ failure: null })
    try {
      await (this.activity_id ? this.loadActivity() : this.loadOrganisations())
      this.setData({ is_ready: true })
      this.loadOwn()
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
  },

  async loadOrganisations() {
    const all = await getApp().services.organisations.list()
    this.setData({ organisations: all.filter((/** @type {Organisation} */ one) => CAN_CREATE.includes(one.role || '')) })
  },

  async loadActivity() {
    const { organise } = getApp().services
    const activity = await organise.get(this.activity_id)
    this.activity = activity
    this.change(draftOf(activity))
    if (activity.state !== 'published') return
    const { checked_in } = await organise.stats(this.activity_id)
    this.setData({ frozen: frozenOf(activity), taken: checked_in ? t.taken(checked_in) : '' })
  },

  /** What the organisation has saved; somebody types an activity also where it does not come. */
  async loadOwn() {
    const { organisations, rosters } = getApp().services
    const organisation_id = this.organisationId()
    const asked = [organisations.places(organisation_id), rosters.list(organisation_id), organisations.list()]
    const own = await Promise.all(asked.map((some) => some.catch(() => [])))
    const [known] = /** @type {Organisation[]} */ (own[2])
    if (known && known.undecided_after_s) this.setData({ undecided_hint: t.undecidedHint(texts.duration(known.undecided_after_s)) })
    this.showPlaces(/** @type {SavedPlace[]} */ (own[0]))
    this.setData({ rosters: /** @type {Roster[]} */ (own[1]) })
  },

  showPlaces(/** @type {SavedPlace[]} */ places) {
    this.setData({ places, placeNames: places.map(({ place }) => place.name || ''), can_save: isNew(this.data.draft.place, places) })
  },

  organisationId() {
    const { draft, organisations, organisation } = this.data
    return draft.organisation_id || (organisations[organisation] ? organisations[organisation].id : '')
  },

  change(/** @type {Partial<import('./draft').Draft>} */ changes) {
    const draft = { ...this.data.draft, ...changes }
    const { one } = texts.ofKind(draft.kind)
    this.setData({
      draft,
      kind: KINDS.indexOf(draft.kind),
      kind_name: one,
      name: t.name(one),
      methods: methodsOf(draft.methods),
      networks: networksOf(draft.wifi),
      radius: t.radius(draft.radius_m),
      can_save: isNew(draft.place, this.data.places),
      errors: {},
    })
    navigation.title(this.activity_id ? t.edit(one) : t.create(one))
  },

  type(/** @type {any} */ event) {
    this.change({ [event.currentTarget.dataset.field]: event.detail.value })
  },

  choose(/** @type {any} */ event) {
    this.change({ [event.currentTarget.dataset.field]: Number(event.detail.value) })
  },

  take(/** @type {any} */ event) {
    this.change(event.detail)
  },

  async showRosters() {
    await this.loaded
    if (this.organisationId()) navigation.open('/organise/pages/rosters/rosters', { organisation_id: this.organisationId(), manage: 1 })
  },

  chooseKind(/** @type {any} */ event) {
    this.change({ kind: KINDS[event.detail.value] })
  },

  chooseOrganisation(/** @type {any} */ event) {
    this.setData({ organisation: Number(event.detail.value) })
    this.change({ roster_id: '' })
    this.loadOwn()
  },

  choosePlace() {
    return once(this, async () => {
      const { name, latitude, longitude } = await getApp().services.platform.chooseLocation()
      this.change({ place: { name, latitude, longitude } })
    })
  },

  chooseSaved(/** @type {any} */ event) {
    const { place, wifi } = this.data.places[event.detail.value]
    const { name = '', latitude, longitude, radius_m = 500 } = place
    this.change({ place: { name, latitude, longitude }, radius_m, wifi })
  },

  savePlace() {
    return once(this, async () => {
      const { place, radius_m, wifi } = this.data.draft
      if (!place) return
      const saved = await getApp().services.organisations.savePlace(this.organisationId(), { ...place, coord: 'gcj02', radius_m }, wifi)
      this.showPlaces([saved, ...this.data.places])
      feedback.toast(t.placeSaved)
    })
  },

  chooseRadius(/** @type {any} */ event) {
    this.change({ radius_m: event.currentTarget.dataset.radius || event.detail.value })
  },

  addWifi() {
    return once(this, async () => {
      const here = await getApp().services.platform.wifiHere().catch(() => [])
      const wifi = join(this.data.draft.wifi, here, 'bssid')
      if (!here.length) feedback.toast(t.wifiMissing)
      else if (wifi.length === this.data.draft.wifi.length) feedback.toast(t.wifiKnown)
      else this.change({ wifi })
    })
  },

  removeWifi(/** @type {any} */ event) {
    const { ssid } = event.currentTarget.dataset
    this.change({ wifi: this.data.draft.wifi.filter((/** @type {Wifi} */ one) => one.ssid !== ssid) })
  },

  toggleMethod(/** @type {any} */ event) {
    const { name } = event.currentTarget.dataset
    const { methods } = this.data.draft
    this.change({ methods: methods.includes(name) ? methods.filter((one) => one !== name) : [...methods, name] })
  },

  toggleMore() {
    this.setData({ is_more: !this.data.is_more })
  },

  told(/** @type {Failure} */ failure) {
    if (failure.kind !== 'cancelled') feedback.toast(texts.say(failure))
  },

  submit() {
    return this.send(async () => {
      if (!this.open) return
      const activity = await this.open(this.body())
      navigation.replace('/organise/pages/hub/hub', { activity_id: activity.id, qr: 1 })
    })
  },

  keepDraft() {
    return this.send(async () => {
      const activity = await getApp().services.organise.draft(this.body())
      navigation.replace('/organise/pages/hub/hub', { activity_id: activity.id })
    })
  },

  store() {
    return this.send(async () => {
      const { activity } = this
      const changes = activity ? changesOf(draftOf(activity), this.data.draft) : {}
      if (activity && Object.keys(changes).length) await getApp().services.organise.change(activity, changes)
      this.isStored()
    })
  },

  isStored() {
    feedback.toast(t.stored)
    navigation.back()
  },

  body() {
    return toBody({ ...this.data.draft, organisation_id: this.organisationId() })
  },

  send(/** @type {() => Promise<void>} */ act) {
    return alone(this, async () => {
      const lacking = missing(this.data.draft)
      if (lacking) return feedback.toast(t[lacking])
      this.setData({ is_sending: true })
      await this.loaded
      await act().catch((/** @type {unknown} */ thrown) => this.refused(asFailure(thrown)))
      this.setData({ is_sending: false })
    })
  },

  refused(/** @type {Failure} */ failure) {
    if (failure.reason === 'REVISION_STALE') return this.rebase().catch((/** @type {unknown} */ thrown) => this.told(asFailure(thrown)))
    const errors = Object.fromEntries((failure.errors || []).map(({ field, message }) => [FIELDS[field] || field.split(/[.[]/)[0], message]))
    this.setData({ errors, is_more: this.data.is_more || Object.keys(errors).some((field) => FOLDED.includes(field)) })
    return this.told(failure)
  },

  /** Somebody else was first, or the answer to one's own change was lost: what is left of it goes onto the newest revision. */
  async rebase() {
    if (!this.activity) return
    const before = draftOf(this.activity)
    this.activity = await getApp().services.organise.get(this.activity_id)
    const fresh = draftOf(this.activity)
    const draft = rebased(before, this.data.draft, fresh)
    if (!Object.keys(changesOf(fresh, draft)).length) return this.isStored()
    this.change(draft)
    this.setData({ stale: differencesOf(before, fresh) })
    feedback.toast(t.stale)
  },
})
