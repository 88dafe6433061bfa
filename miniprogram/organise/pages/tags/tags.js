/** The NFC tags of an activity: made here, written where the phone can, listed, and taken out of use. */

const { asFailure } = require('../../../core/failure')
const { once } = require('../../../pages/once')
const feedback = require('../../../platform/feedback')
const navigation = require('../../../platform/navigation')
const texts = require('../../../texts/index')
const { lineOf, sheetOf, stepsOf, valuesOf } = require('./view')
const { writeTag } = require('./writing')

const CAN_MANAGE = ['owner', 'organiser']
const t = texts.nfc

const choicesOf = (/** @type {[string, string][]} */ names, /** @type {string} */ chosen) =>
  names.map(([name, text]) => ({ name, text, is_on: name === chosen }))

Page({
  data: {
    t,
    common: texts.common,
    is_off: false,
    /** Nothing proves who brings the text of a plain tag. */
    is_placeless: false,
    can_manage: false,
    label: '',
    gate: '',
    kind: 'static',
    /** @type {any[]} */ gates: [],
    kinds: choicesOf(Object.entries(t.kinds), 'static'),
    is_sending: false,
    /** @type {{ id: string, label: string, title: string, ready: string, url: string, is_static: boolean, values: any[] } | null} */ made: null,
    can_write: false,
    is_writing: false,
    is_written: false,
    /** @type {any[]} */ steps: [],
    /** @type {any[]} */ lines: [],
    is_loading: true,
    /** @type {Failure | null} */ failure: null,
  },

  activity_id: '',
  /** @type {Activity | null} */ activity: null,
  /** Ends the writing. */
  stop: () => {},

  onLoad(/** @type {{ activity_id: string }} */ { activity_id }) {
    this.activity_id = activity_id
    this.setData({ can_write: getApp().services.platform.info().has_nfc })
  },

  /** Whether one was touched meanwhile. */
  onShow() {
    this.load()
  },

  onHide() {
    this.stopWriting()
  },

  onUnload() {
    this.stopWriting()
  },

  async load() {
    this.setData({ is_loading: true, failure: null })
    try {
      const { organise, serverNow } = getApp().services
      const [activity, tags] = await Promise.all([organise.get(this.activity_id), organise.tags(this.activity_id)])
      this.show(activity)
      this.setData({ lines: tags.map((/** @type {Tag} */ tag) => lineOf(tag, serverNow())) })
    } catch (thrown) {
      this.setData({ failure: asFailure(thrown) })
    }
    this.setData({ is_loading: false })
  },

  show(/** @type {Activity} */ activity) {
    this.activity = activity
    const is_placeless = !activity.place && !activity.wifi.length
    this.setData({ is_off: !activity.methods.includes('nfc'), is_placeless, can_manage: CAN_MANAGE.includes(activity.own_role || '') })
    this.choose('gate', activity.gates.includes(this.data.gate) ? this.data.gate : '')
  },

  choose(/** @type {string} */ field, /** @type {string} */ name) {
    this.setData({ [field]: name })
    const gates = this.activity ? this.activity.gates : []
    this.setData({
      kinds: choicesOf(Object.entries(t.kinds), this.data.kind),
      gates: gates.length ? choicesOf([['', t.noGate], ...gates.map((one) => /** @type {[string, string]} */ ([one, one]))], this.data.gate) : [],
    })
  },

  chooseOne(/** @type {any} */ event) {
    const { field, name } = event.currentTarget.dataset
    this.choose(field, name)
  },

  type(/** @type {any} */ event) {
    this.setData({ label: event.detail.value })
  },

  turnOn() {
    return once(this, async () => {
      if (!this.activity) return
      this.show(await getApp().services.organise.change(this.activity, { methods: [...this.activity.methods, 'nfc'] }))
      feedback.toast(t.turnedOn)
    })
  },

  make() {
    return once(this, async () => {
      const { kind, gate } = this.data
      const label = this.data.label.trim()
      if (!label) return feedback.toast(t.needsLabel)
      this.setData({ is_sending: true })
      try {
        const { tag, url, sun } = await getApp().services.organise.makeTag(this.activity_id, { kind, label, ...(gate && { gate }) })
        this.stopWriting()
        this.setData({ label: '', is_written: false, made: { id: tag.tag_id, label, title: t.made(label), ready: t.ready(label), url, is_static: !sun, values: sun ? valuesOf(sun) : [] } })
      } finally {
        this.setData({ is_sending: false })
      }
      await this.load()
    }, texts.advise)
  },

  /** One that is there already: its sticker was lost, or it was added at a desk. */
  pick(/** @type {any} */ event) {
    const { id, label, url } = event.currentTarget.dataset
    this.setData({ is_written: false, made: { id, label, title: t.picked(label), ready: t.ready(label), url, is_static: true, values: [] } })
    navigation.toTop()
    this.write()
  },

  copyOne(/** @type {any} */ event) {
    return once(this, async () => {
      await feedback.copy(event.currentTarget.dataset.url)
      feedback.toast(t.copied)
    })
  },

  write() {
    const { made } = this.data
    if (!made) return
    this.stopWriting()
    this.setData({ is_writing: true, is_written: false })
    const { platform } = getApp().services
    this.stop = writeTag(platform, made.url, (stage) => {
      this.setData({ steps: stepsOf(stage), is_writing: stage.at !== 'done', is_written: stage.at === 'done' })
      if (stage.at === 'again' || stage.at === 'done') platform.vibrate('medium')
    })
  },

  stopWriting() {
    this.stop()
    this.stop = () => {}
    this.setData({ is_writing: false, steps: [] })
  },

  copy() {
    return once(this, async () => {
      const { made } = this.data
      if (!made) return
      await feedback.copy(made.is_static ? made.url : sheetOf(made.label, made.values))
      feedback.toast(t.copied)
    })
  },

  revoke(/** @type {any} */ event) {
    return once(this, async () => {
      const { id, label } = event.currentTarget.dataset
      if (!(await feedback.confirm(t.revokeAsk(label)))) return
      await getApp().services.organise.revokeTag(this.activity_id, id)
      if (this.data.made && this.data.made.id === id) {
        this.stopWriting()
        this.setData({ made: null })
      }
      await this.load()
    })
  },
})
