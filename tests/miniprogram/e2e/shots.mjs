/**
 * Pictures of every page in every state, on a small phone with enlarged text and on a large one: `npm run shots`
 *
 * They are written to .local/miniprogram-shots, with a sheet of all for each phone, and are there to be looked at: nothing
 * is compared. Needs the stack.
 */

import fs from 'node:fs'
import path from 'node:path'
import uuid from '../../../miniprogram/core/uuid7.js'
import { build, OUT, ROOT } from '../harness/build.mjs'
import { LARGE, launch, Phone, SMALL } from '../harness/browser.mjs'
import { serve } from '../harness/server.mjs'
import { INSIDE, newName, openActivity, OUTSIDE, PLACE, signIn, until } from './stack.mjs'

const FOLDER = path.join(ROOT, '.local', 'miniprogram-shots')
const PHONES = { small: { size: SMALL, font: 1.3 }, large: { size: LARGE, font: 1 } }
const COLUMNS = 8
const { uuid7 } = uuid
const SETTLE_MS = 1200
// A sync may have to wait for its turn, which is every two seconds.
const SYNCED_MS = 3000

const LONG = {
  organisation: '云南大学信息学院二〇二六级新生辅导员工作委员会办公室',
  title: '二〇二六年秋季新生入学教育与专业介绍大会（第一场，东陆校区）',
  place: '云南大学东陆校区图书馆附属学术报告厅二楼（东侧入口）',
  name: '阿卜杜热合曼·买买提明·艾合买提江',
}

const named = async (stem, name) => {
  const person = await signIn(newName(stem))
  await person.call('PUT', '/v1/me', { name })
  return person
}

const attempt = (token, place) => ({
  attempt_id: uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10))),
  method: 'qr', token, device_id: crypto.randomUUID(), direction: 'in',
  location: { latitude: place.latitude, longitude: place.longitude, accuracy_m: 10, coord: 'gcj02', age_ms: 100 },
})

const checkIn = async (person, activity, place) => {
  const said = await person.post('/v1/checkins', attempt((await activity.qr()).token, place))
  return said.checkin
}

/** An activity that several people came to, one of them doubtful; and a phone's owner with records of each kind. */
const populate = async () => {
  const activity = await openActivity({ title: LONG.title, place: { ...PLACE, name: LONG.place }, policy: { fence: 'review' }, gates: ['东侧主入口', '北门'] })
  const person = await named('person', LONG.name)
  const accepted = await checkIn(person, activity, INSIDE)
  for (const name of ['李雷', LONG.name]) await checkIn(await named('guest', name), activity, INSIDE)
  await checkIn(await named('doubtful', LONG.name), activity, OUTSIDE)
  await activity.owner.enlist(activity.organisation_id, await named('member', LONG.name), 'member')
  const doubted = await openActivity({ policy: { fence: 'review' } })
  const pending = await checkIn(person, doubted, OUTSIDE)
  await until(() => activity.stats(), (stats) => stats.checked_in === 3 && stats.pending_review === 1)
  return { activity, person, accepted, pending, empty: await openActivity() }
}

const problem = { status: 500, reason: 'INTERNAL', title: 'Internal', detail: '' }

/** What each state makes of the network of a phone that has already started. */
const STATES = {
  normal: () => {},
  empty: () => {},
  loading: (phone) => phone.page.route(/\/v1\//, () => {}),
  error: (phone) => phone.page.route(/\/v1\//, (route) => route.fulfill({
    status: 500, contentType: 'application/problem+json', headers: { 'x-request-id': '0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c55' }, body: JSON.stringify(problem),
  })),
  offline: (phone) => phone.set({ offline: true }),
}

/** Every page: where it is, whose phone it is on, and where it is when there is nothing yet. */
const pagesOf = ({ activity, accepted, pending, empty }) => [
  { name: 'home', at: '/pages/home/home', states: ['normal', 'offline'] },
  { name: 'checkin', at: '/pages/checkin/checkin', states: ['normal', 'offline'] },
  { name: 'checkin-place', at: `/pages/checkin/checkin?activity_id=${activity.id}`, states: ['normal', 'error'] },
  { name: 'records', at: '/pages/records/records', is_new_when_empty: true, settle_ms: SYNCED_MS },
  { name: 'record', at: `/pages/record/record?id=${accepted.id}`, states: ['normal', 'loading', 'error', 'offline'] },
  { name: 'record-pending', at: `/pages/record/record?id=${pending.id}`, states: ['normal'] },
  { name: 'activity', at: `/pages/activity/activity?activity_id=${activity.id}`, states: ['normal', 'loading', 'error', 'offline'] },
  { name: 'mine', at: '/pages/mine/mine', states: ['normal', 'empty', 'offline'], is_new_when_empty: true },
  { name: 'activities', at: '/organise/pages/activities/activities', is_organiser: true, is_new_when_empty: true },
  { name: 'create', at: '/organise/pages/create/create', is_organiser: true, states: ['normal', 'error', 'offline'] },
  { name: 'hub', at: `/organise/pages/hub/hub?activity_id=${activity.id}`, none: `/organise/pages/hub/hub?activity_id=${empty.id}`, is_organiser: true },
  { name: 'qr', at: `/organise/pages/qr/qr?activity_id=${activity.id}`, is_organiser: true, states: ['normal', 'loading', 'error', 'offline'] },
  { name: 'people', at: `/organise/pages/people/people?activity_id=${activity.id}`, none: `/organise/pages/people/people?activity_id=${empty.id}`, is_organiser: true },
  { name: 'staff', at: `/organise/pages/staff/staff?activity_id=${activity.id}`, none: `/organise/pages/staff/staff?activity_id=${empty.id}`, is_organiser: true },
  { name: 'reviews', at: `/organise/pages/reviews/reviews?activity_id=${activity.id}`, none: `/organise/pages/reviews/reviews?activity_id=${empty.id}`, is_organiser: true },
]

const ALL = Object.keys(STATES)

class Camera {
  constructor(browser, url, name, options) {
    Object.assign(this, { browser, url, name, options, taken: [] })
    fs.mkdirSync(path.join(FOLDER, name), { recursive: true })
  }

  /** A phone that has started at home and is signed in. */
  async phone(fx) {
    const phone = await Phone.create(this.browser, this.url, { ...this.options, scale: 2, fx: { location: INSIDE, ...fx } })
    await phone.open('pages/home/home')
    await phone.page.waitForFunction(() => window.getApp().services.session.user())
    return phone
  }

  async take(phone, name, settle_ms = SETTLE_MS) {
    await phone.page.waitForTimeout(settle_ms)
    const file = path.join(FOLDER, this.name, `${name}.png`)
    await phone.page.screenshot({ path: file })
    this.taken.push({ name, file })
    const faults = await phone.faults()
    if (faults.length) console.log(`  ${this.name}/${name}: ${faults.join('; ')}`)
  }

  async state(scene, page, state) {
    const person = page.is_organiser ? (state === 'empty' && page.none ? scene.empty.owner : scene.activity.owner) : scene.person
    const is_new = state === 'empty' && page.is_new_when_empty
    const phone = await this.phone({ login: `sim:${is_new ? newName('nobody') : person.name}` })
    await STATES[state](phone)
    const url = state === 'empty' && page.none ? page.none : page.at
    if (page.name !== 'home') await phone.page.evaluate((to) => window.wx.navigateTo({ url: to }), url)
    await this.take(phone, `${page.name}-${state}`, page.settle_ms)
    await phone.close()
  }

  /** From the tap to what comes of it. */
  async result(name, fx, sees, prepare = () => {}) {
    const phone = await this.phone({ login: `sim:${newName('visitor')}`, ...fx })
    await prepare(phone)
    await phone.tap('我要签到')
    await phone.sees(sees)
    await this.take(phone, `result-${name}`)
    await phone.close()
  }

  /** One picture of all. */
  async sheet() {
    const page = await this.browser.newPage({ viewport: { width: COLUMNS * 240, height: 400 } })
    const figures = this.taken.sort((left, right) => left.name.localeCompare(right.name)).map(({ name, file }) =>
      `<figure><img src="data:image/png;base64,${fs.readFileSync(file, 'base64')}"><figcaption>${name}</figcaption></figure>`)
    await page.setContent(`<style>body { margin: 0; display: grid; grid-template-columns: repeat(${COLUMNS}, 1fr); background: #999; font: 12px sans-serif; }
      figure { margin: 6px; } img { width: 100%; display: block; }</style>${figures.join('')}`)
    await page.screenshot({ path: path.join(FOLDER, `${this.name}.png`), fullPage: true })
    await page.close()
  }
}

const results = async (camera, { activity }) => {
  const scan = async (of) => (await of.qr()).url
  const over = await openActivity({ from: -120, to: -10, title: LONG.title })
  const refusing = await openActivity({ title: LONG.title, place: { ...PLACE, name: LONG.place } })
  const url = await scan(activity)
  const refused = await scan(refusing)
  await camera.result('accepted', { scan: url }, '签到成功')
  await camera.result('pending', { scan: url, location: OUTSIDE }, '等待人工核验')
  await camera.result('outside', { scan: refused, location: OUTSIDE }, '不在签到范围')
  await camera.result('denied', { scan: refused, location: 'denied' }, '没有定位权限')
  await camera.result('late', { scan: await scan(over) }, '签到已结束')
  await camera.result('saved', { scan: url }, '已保存在手机上', (phone) => phone.set({ offline: true }))
  await camera.result('privacy', { scan: url, privacy: 'needed' }, '同意并继续')
  await camera.result('working', { scan: url }, '正在签到', (phone) => phone.page.route(/\/v1\/checkins$/, () => {}))
}

await build()
fs.rmSync(FOLDER, { recursive: true, force: true })
const server = await serve(OUT)
const browser = await launch()
await Promise.all(Object.entries(PHONES).map(async ([name, options]) => {
  const camera = new Camera(browser, server.url, name, options)
  const scene = await populate()
  for (const page of pagesOf(scene)) {
    for (const state of page.states || ALL) await camera.state(scene, page, state)
  }
  await results(camera, scene)
  await camera.sheet()
  console.log(`${name}: ${camera.taken.length} pictures in ${path.relative(ROOT, FOLDER)}/${name}`)
}))
await browser.close()
await server.close()
