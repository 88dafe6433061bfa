/** Every page in every state, and how a phone gets there: `shots.mjs` takes pictures of them, `accessible.test.mjs` measures them. */

import uuid from '../../../miniprogram/core/uuid7.js'
import { Phone } from '../harness/browser.mjs'
import { INSIDE, newName, openActivity, OUTSIDE, PLACE, signIn, until } from './stack.mjs'

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

const open = (phone, url) => phone.page.evaluate((to) => window.wx.navigateTo({ url: to }), url)

/** On the phone of its person, or of somebody new, from home to the page. */
const stateOf = (scene, page, state) => {
  const person = page.is_organiser ? (state === 'empty' && page.none ? scene.empty.owner : scene.activity.owner) : scene.person
  const is_new = state === 'empty' && page.is_new_when_empty
  return {
    name: `${page.name}-${state}`, settle_ms: page.settle_ms || SETTLE_MS, fx: { login: `sim:${is_new ? newName('nobody') : person.name}` },
    async go(phone) {
      await STATES[state](phone)
      if (page.name !== 'home') await open(phone, state === 'empty' && page.none ? page.none : page.at)
    },
  }
}

/** From the taps to what comes of them. */
const reached = (name, fx, taps, sees, prepare = () => {}) => ({
  name, settle_ms: SETTLE_MS, fx,
  async go(phone) {
    await prepare(phone)
    for (const each of taps) await phone.tap(each)
    await phone.sees(sees)
  },
})

const unfolded = ({ activity }) => {
  const organiser = { login: `sim:${activity.owner.name}` }
  return [
    reached('checkin-others', {}, ['其他方式'], '没有二维码', (phone) => open(phone, `/pages/checkin/checkin?activity_id=${activity.id}`)),
    reached('checkin-out', {}, [], '签退', (phone) => open(phone, '/pages/checkin/checkin?direction=out')),
    reached('create-more', organiser, ['选择地点', '更多设置'], '名额', (phone) => open(phone, '/organise/pages/create/create')),
  ]
}

const resultsOf = async ({ activity, person }) => {
  const over = await openActivity({ from: -120, to: -10, title: LONG.title })
  const refusing = await openActivity({ title: LONG.title, place: { ...PLACE, name: LONG.place } })
  // A QR lives for minutes; all screens take longer.
  const result = (name, of, sees, fx = {}, prepare = () => {}) => reached(`result-${name}`, fx, ['我要签到'], sees, async (phone) => {
    await phone.set({ scan: (await of.qr()).url })
    await prepare(phone)
  })
  return [
    result('accepted', activity, '签到成功'),
    result('duplicate', activity, '你已签到', { login: `sim:${person.name}` }),
    result('pending', activity, '待人工核验', { location: OUTSIDE }),
    result('outside', refusing, '不在签到范围', { location: OUTSIDE }),
    result('denied', refusing, '没有定位权限', { location: 'denied' }),
    result('late', over, '签到已结束'),
    result('saved', activity, '已保存在手机上', {}, (phone) => phone.set({ offline: true })),
    result('privacy', activity, '同意并继续', { privacy: 'needed' }),
    result('unsaved', activity, '还没有保存', {}, (phone) => phone.set({ offline: true, storage_limit: 0 })),
    result('slow', activity, '先保存，稍后自动上传', {}, (phone) => phone.page.route(/\/v1\/checkins$/, () => {})),
    result('working', activity, '正在签到', {}, (phone) => phone.page.route(/\/v1\/checkins$/, () => {})),
  ]
}

/**
 * Every screen, on a scene of its own that is made for it in the stack.
 *
 * @returns {Promise<{name: string, show: (browser: any, url: string, options: object) => Promise<Phone>}[]>} `show` gives a
 *   phone on that screen, still.
 */
export const allScreens = async () => {
  const scene = await populate()
  const states = pagesOf(scene).flatMap((page) => (page.states || ALL).map((state) => stateOf(scene, page, state)))
  return [...states, ...unfolded(scene), ...await resultsOf(scene)].map(({ name, settle_ms, fx, go }) => ({
    name,
    async show(browser, url, options) {
      const phone = await Phone.create(browser, url, { ...options, fx: { login: `sim:${newName('visitor')}`, location: INSIDE, ...fx } })
      await phone.open('pages/home/home')
      await phone.page.waitForFunction(() => window.getApp().services.session.user())
      await go(phone)
      await phone.page.waitForTimeout(settle_ms)
      return phone
    },
  }))
}
