/**
 * Three hundred people through two phones of staff, one of them without a network for a while: `make crowd`
 *
 * Time is simulated: what people do takes the seconds that are written here, what the program does takes as long as it
 * takes, and both are counted per phone. Prints people an hour, how long a walk-in takes, and what the server knows in the
 * end: nobody lost, nobody doubled, and everybody who came twice told. Needs the stack.
 */

import assert from 'node:assert/strict'
import { build, OUT } from '../harness/build.mjs'
import { launch, Phone } from '../harness/browser.mjs'
import { serve } from '../harness/server.mjs'
import { hire, hold, openDoor, scanAt } from './door.mjs'
import { until } from './stack.mjs'

const WITH_PHONE = 240
const WITH_LABEL = 40
const WALK_INS = 20
/** So many come again at the other gate, or show somebody's code once more. */
const TWICE = 16
/** Which of its people the second phone meets without a network. */
const OFFLINE = { from: 40, to: 90 }

/** Seconds: to step up and hold the code before the camera; for staff to read a card and tap; to ask and type a name and four digits. */
const STEP_UP_S = 2.5
const READ_AND_TAP_S = 1
const ASK_AND_TYPE_S = 7
/** The server takes one batch a second of each member of staff, and nobody is let in faster than that. */
const FASTEST_MS = 1050

const seconds = (ms) => (ms / 1000).toFixed(1)

/** Who comes, in which way, spread over both gates. */
const crowdOf = ({ people, entries, labels }) => {
  const shown = people.map((person, index) => ({ name: entries[index].name, code: (activity) => person.code(activity) }))
  const printed = labels.map(({ name, entry_code }) => ({ name, code: () => `QDE1${entry_code.replace('-', '')}` }))
  const walking = Array.from({ length: WALK_INS }, (_, index) => ({ name: `散客${String.fromCharCode(0x4e00 + index)}`, tail: String(1000 + index) }))
  const listed = [...shown, ...printed]
  // Every fifteenth is a walk-in.
  return listed.flatMap((one, index) => (index % 14 === 13 && walking.length ? [one, walking.shift()] : [one])).concat(walking)
}

/** A phone of staff with a clock of its own, which people and the program move on. */
class Gate {
  constructor(phone, activity, name) {
    Object.assign(this, { phone, activity, name, spent_ms: 0, program_ms: [], walk_in_ms: [], told: 0, before: 0 })
  }

  async timed(human_s, act) {
    await new Promise((resolve) => { setTimeout(resolve, Math.max(0, this.before + FASTEST_MS - Date.now())) })
    this.before = Date.now()
    const said = await act()
    const program_ms = Date.now() - this.before
    this.program_ms.push(program_ms)
    this.spent_ms += program_ms + human_s * 1000
    return { said, took_ms: program_ms + human_s * 1000 }
  }

  /** What the band says once it is there. */
  async band() {
    await this.phone.page.waitForFunction(() => window.getCurrentPages().at(-1).data.result)
    return this.phone.page.evaluate(() => window.getCurrentPages().at(-1).data.result)
  }

  async scan(one) {
    await hold(this.phone, one.code(this.activity))
    await this.phone.page.waitForFunction(() => {
      const { card, result } = window.getCurrentPages().at(-1).data
      return result || (card && !card.is_checking)
    })
    if (await this.phone.page.evaluate(() => window.getCurrentPages().at(-1).data.card)) await this.phone.tap('签到', { exact: true })
    return this.band()
  }

  async register(one) {
    await this.phone.tap('临时登记', { exact: true })
    const fields = this.phone.page.locator('.h-page:not([hidden]) input')
    await fields.nth(0).fill(one.name)
    await fields.nth(1).fill(one.tail)
    await this.phone.tap('登记并签到', { exact: true })
    return this.band()
  }

  async meet(one) {
    if (!one.code) {
      const { said, took_ms } = await this.timed(ASK_AND_TYPE_S, () => this.register(one))
      this.walk_in_ms.push(took_ms)
      return said
    }
    return (await this.timed(STEP_UP_S + READ_AND_TAP_S, () => this.scan(one))).said
  }

  /** Somebody who has come before: whether it is told when, where and by whom. */
  async again(one) {
    const { title, hint } = await this.meet(one)
    const is_told = title === '已签到' && /\d\d:\d\d · [北南]门 · (由 .+|本机|工作人员)/.test(hint)
    if (is_told) this.told += 1
    return is_told
  }
}

const serveAll = async (gate, people, { offline } = {}) => {
  for (const [index, one] of people.entries()) {
    if (offline && index === offline.from) await gate.phone.set({ offline: true })
    if (offline && index === offline.to) await gate.phone.set({ offline: false })
    const { tone, title, name } = await gate.meet(one)
    assert.ok(tone === 'good' && name === one.name, `${gate.name} ${index} ${one.name}: ${title} ${name}`)
  }
}

/** Everybody of whom the server knows that they came, whatever is still to be decided. */
const arrived = async ({ owner, path }) => {
  const found = new Map()
  for (let page_token = ''; ;) {
    const page = await owner.get(`${path}/people?page_size=200&page_token=${page_token}`)
    for (const one of page.people) if (['checked_in', 'pending_review'].includes(one.status)) found.set(one.user_id, one)
    page_token = page.next_page_token
    if (!page_token) return [...found.values()]
  }
}

const report = (gates, people, all) => {
  const [program, walking] = ['program_ms', 'walk_in_ms'].map((kind) => gates.flatMap((gate) => gate[kind]).sort((left, right) => left - right))
  const slowest_ms = Math.max(...gates.map((gate) => gate.spent_ms))
  const names = new Set(people.map(({ name }) => name))
  console.log(`${all.length} people through ${gates.length} phones in ${seconds(slowest_ms)} s of simulated time: ${Math.round((all.length * 3600000) / slowest_ms)} people an hour`)
  console.log(`the program took ${program[Math.floor(program.length / 2)]} ms for one in the middle, ${program[Math.floor(program.length * 0.95)]} ms for 19 of 20`)
  console.log(`walk-ins: ${walking.length}, ${seconds(walking[Math.floor(walking.length / 2)])} s in the middle, ${seconds(walking.at(-1))} s at most`)
  const [lost, doubled] = [all.filter(({ name }) => !names.has(name)).length, people.length - names.size]
  console.log(`lost ${lost}, doubled ${doubled}`)
  assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 })
  assert.ok(walking.at(-1) <= 10000, 'a walk-in takes ten seconds at most')
}

await build()
const server = await serve(OUT)
const browser = await launch()
const names = Array.from({ length: WITH_PHONE }, (_, index) => `来宾${String.fromCharCode(0x4e00 + index)}`)
const activity = await openDoor(names)
const labels = []
for (let index = 0; index < WITH_LABEL; index += 1) {
  await activity.owner.post(`/v1/rosters/${activity.roster.id}/entries`, { name: `持签${String.fromCharCode(0x4e00 + index)}`, group: '三班' })
}
for (let page_token = ''; ;) {
  const page = await activity.owner.get(`${activity.path}/door/people?page_size=500&page_token=${page_token}`)
  labels.push(...page.people.filter(({ name }) => name.startsWith('持签')))
  page_token = page.next_page_token
  if (!page_token) break
}
const all = crowdOf({ ...activity, labels })
const gates = []
for (const [name, teacher] of [['北门', '王老师'], ['南门', '李老师']]) {
  const staff = await hire(activity, teacher)
  const phone = await Phone.create(browser, server.url, { fx: { login: `sim:${staff.name}` } })
  await scanAt(phone, activity, name)
  gates.push(new Gate(phone, activity, name))
}
const halves = [0, 1].map((half) => all.filter((_, index) => index % 2 === half))
await Promise.all([serveAll(gates[0], halves[0]), serveAll(gates[1], halves[1], { offline: OFFLINE })])
for (const { phone } of gates) await phone.page.waitForFunction(() => window.getCurrentPages().at(-1).data.waiting === 0)

// Whoever came in at one gate comes again at the other: those of a printed label, which anybody may copy, first.
const again = [0, 1].map((half) => halves[half].filter(({ code }) => code).slice(-TWICE / 2))
for (const half of [0, 1]) for (const one of again[half]) assert.ok(await gates[1 - half].again(one), `${one.name} is told`)
console.log(`came again: ${2 * again[0].length}, told with when, gate and who ${gates[0].told + gates[1].told}`)

await until(() => arrived(activity), (found) => found.length >= all.length, { within_ms: 60000, every_ms: 1000 })
report(gates, await arrived(activity), all)
for (const { phone } of gates) assert.deepEqual(await phone.faults(), [])
await browser.close()
await server.close()
