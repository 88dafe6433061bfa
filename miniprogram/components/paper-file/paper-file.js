/** A file that the server makes: fetched by a tap, opened, and sent on to be printed. */

const { alone } = require('../../core/alone')
const { asFailure } = require('../../core/failure')
const texts = require('../../texts/index')
const { adviceOf, progressOf, stepOf } = require('./view')

const t = texts.rollcall.files

Component({
  options: { styleIsolation: 'apply-shared' },
  properties: {
    path: { type: String, value: '' },
    /** Where it is asked for before it can be fetched; empty: it is made as it is fetched. */ made_at: { type: String, value: '' },
    /** What it is called on the phone. */ name: { type: String, value: '' },
    label: { type: String, value: '' },
    hint: { type: String, value: '' },
  },
  data: { t, progress: '', percent: 0, file: '', can_show: true, problem: '', is_gone: false },
  observers: {
    /** Another file than the one that was fetched. */
    path() {
      this.setData({ file: '', problem: '' })
    },
  },
  lifetimes: {
    detached() {
      this.data.is_gone = true
      getApp().services.files.forget()
    },
  },
  methods: {
    fetch() {
      return this.act(async () => {
        const { files } = getApp().services
        const { made_at } = this.data
        this.setData({ progress: t.making, percent: 0, file: '' })
        if (made_at) await files.make(made_at, (job) => this.follow(job))
        const file = await files.fetch(this.data.path, this.data.name, (progress) => this.setData(progressOf(progress)))
        const can_show = files.canShow(file)
        this.setData({ file, can_show, progress: '' })
        if (can_show) await files.open(file)
      })
    },
    /** Whether anybody still waits for it. */
    follow(/** @type {Job} */ job) {
      if (!this.data.is_gone) this.setData(stepOf(job))
      return !this.data.is_gone
    },
    open() {
      return this.act(() => getApp().services.files.open(this.data.file))
    },
    send() {
      return this.act(() => getApp().services.files.send(this.data.file))
    },
    act(/** @type {() => Promise<void>} */ does) {
      return alone(this, async () => {
        this.setData({ problem: '' })
        try {
          await does()
        } catch (thrown) {
          this.setData({ problem: adviceOf(asFailure(thrown), Boolean(this.data.file)), progress: '' })
        }
      })
    },
  },
})
