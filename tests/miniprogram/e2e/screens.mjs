/** Every page in every state, and how a phone gets there: `shots.mjs` takes pictures of them, `accessible.test.mjs` measures them. */

import { doorPagesOf, doorStepsOf, populateDoor } from './door_screens.mjs'
import { exportPagesOf, exportStepsOf } from './exports_screens.mjs'
import { nfcPagesOf, nfcStepsOf, populateNfc } from './nfc_screens.mjs'
import { populateRollcall, rollcallPagesOf, rollcallStepsOf } from './rollcall_screens.mjs'
import { populateRosters, rosterPagesOf, rosterStepsOf } from './roster_screens.mjs'
import { Browser, INSIDE, newAttemptId, newName, openActivity, OUTSIDE, PLACE, signIn, until, WIFI } from './stack.mjs'

const DAY_MS = 86400000

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
  attempt_id: newAttemptId(),
  method: 'qr', token, device_id: crypto.randomUUID(), direction: 'in',
  location: { latitude: place.latitude, longitude: place.longitude, accuracy_m: 10, coord: 'gcj02', age_ms: 100 },
})

const checkIn = async (person, activity, place) => {
  const said = await person.post('/v1/checkins', attempt((await activity.qr()).token, place))
  return said.checkin
}

/** Invites and screens that go on, and such as have ended; and somebody who joined. */
const inviting = async ({ owner, organisation_id, id: activity_id }) => {
  const at = `/v1/organisations/${organisation_id}`
  await owner.call('PUT', at, { name: LONG.organisation })
  await owner.call('PUT', '/v1/me', { name: LONG.name })
  const expires_at = new Date(Date.now() + 7 * DAY_MS).toISOString()
  const make = (changes) => owner.post(`${at}/invites`, { role: 'organiser', uses: 20, expires_at, ...changes })
  const [invite, used, revoked] = [await make({ group: '二〇二六级' }), await make({ role: 'member', uses: 1, group: '一班' }), await make({})]
  const crew = await make({ role: 'staff', activity_id })
  await (await named('helper', LONG.name)).post('/v1/invites/accept', { code: crew.code })
  await (await named('member', '李雷')).post('/v1/invites/accept', { code: used.code })
  await owner.post(`${at}/invites/${revoked.id}/revoke`)
  await owner.post(`${at}/places`, { place: { ...PLACE, name: LONG.place }, wifi: [WIFI] })
  for (const kind of ['qr', 'wall']) await owner.post(`/v1/activities/${activity_id}/displays`, { kind, show_names: 'masked' })
  const { displays: [ended] } = await owner.get(`/v1/activities/${activity_id}/displays`)
  await owner.call('DELETE', `/v1/activities/${activity_id}/displays/${ended.id}`)
  return { invite, used, crew }
}

/** The same activity before it is published, after its end, called off, and as a trial. */
const ofAllStates = async ({ owner, path }) => {
  const copied = () => owner.post(`${path}/copy`, { starts_at: new Date(Date.now() + DAY_MS).toISOString() })
  const [draft, closed, cancelled] = [await copied(), await copied(), await copied()]
  for (const { id } of [closed, cancelled]) await owner.post(`/v1/activities/${id}/publish`)
  await owner.post(`/v1/activities/${closed.id}/close`)
  await owner.post(`/v1/activities/${cancelled.id}/cancel`)
  return { draft, closed, cancelled, trial: await owner.post(`/v1/activities/${draft.id}/rehearsal`) }
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
  const [invites, others] = [await inviting(activity), await ofAllStates(activity)]
  return { activity, person, accepted, pending, empty: await openActivity(), invites, others }
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

const COMING = ['normal', 'loading', 'error', 'offline']

/** Every page: where it is, whose phone it is on, and where it is when there is nothing yet. */
const pagesOf = ({ activity, accepted, pending, empty, invites, others }) => [
  { name: 'home', at: '/pages/home/home', states: ['normal', 'offline'] },
  { name: 'checkin', at: '/pages/checkin/checkin', states: ['normal', 'offline'] },
  { name: 'checkin-place', at: `/pages/checkin/checkin?activity_id=${activity.id}`, states: ['normal', 'error'] },
  { name: 'records', at: '/pages/records/records', is_new_when_empty: true },
  { name: 'record', at: `/pages/record/record?id=${accepted.id}`, states: ['normal', 'loading', 'error', 'offline'] },
  { name: 'record-pending', at: `/pages/record/record?id=${pending.id}`, states: ['normal'] },
  { name: 'activity', at: `/pages/activity/activity?activity_id=${activity.id}`, states: ['normal', 'loading', 'error', 'offline'] },
  { name: 'activity-trial', at: `/pages/activity/activity?activity_id=${others.trial.id}`, states: ['normal'] },
  { name: 'activity-cancelled', at: `/pages/activity/activity?activity_id=${others.cancelled.id}`, states: ['normal'] },
  { name: 'join', at: `/pages/join/join?code=${invites.invite.code}`, states: COMING },
  { name: 'join-used', at: `/pages/join/join?code=${invites.used.code}`, states: ['normal'] },
  { name: 'mine', at: '/pages/mine/mine', states: ['normal', 'empty', 'offline'], is_new_when_empty: true },
  { name: 'sessions', at: '/pages/sessions/sessions', states: COMING },
  { name: 'activities', at: '/organise/pages/activities/activities', is_organiser: true, is_new_when_empty: true },
  { name: 'join-member', at: `/pages/join/join?code=${invites.invite.code}`, is_organiser: true, states: ['normal'] },
  { name: 'form', at: '/organise/pages/form/form', is_organiser: true, states: ['normal', 'error', 'offline'] },
  { name: 'form-edit', at: `/organise/pages/form/form?activity_id=${activity.id}`, is_organiser: true, states: COMING },
  { name: 'hub', at: `/organise/pages/hub/hub?activity_id=${activity.id}`, none: `/organise/pages/hub/hub?activity_id=${empty.id}`, is_organiser: true },
  { name: 'hub-draft', at: `/organise/pages/hub/hub?activity_id=${others.draft.id}`, is_organiser: true, states: ['normal'] },
  { name: 'hub-closed', at: `/organise/pages/hub/hub?activity_id=${others.closed.id}`, is_organiser: true, states: ['normal'] },
  { name: 'report', at: `/organise/pages/report/report?activity_id=${activity.id}`, is_organiser: true, states: COMING },
  { name: 'hub-trial', at: `/organise/pages/hub/hub?activity_id=${others.trial.id}`, is_organiser: true, states: ['normal'] },
  { name: 'qr-trial', at: `/organise/pages/qr/qr?activity_id=${others.trial.id}`, is_organiser: true, states: ['normal'] },
  { name: 'people-trial', at: `/organise/pages/people/people?activity_id=${others.trial.id}&rehearsal=1`, is_organiser: true, states: ['normal'] },
  { name: 'organisation', at: `/organise/pages/organisation/organisation?${of(activity)}`, is_organiser: true, states: COMING },
  { name: 'members', at: `/organise/pages/members/members?${of(activity)}`, is_organiser: true, states: COMING },
  { name: 'invites', at: `/organise/pages/invites/invites?${of(activity)}`, none: `/organise/pages/invites/invites?${of(empty)}`, is_organiser: true },
  { name: 'invite', at: `/organise/pages/invite/invite?${of(activity)}&invite_id=${invites.invite.id}`, is_organiser: true, states: COMING },
  { name: 'invite-used', at: `/organise/pages/invite/invite?${of(activity)}&invite_id=${invites.used.id}`, is_organiser: true, states: ['normal'] },
  { name: 'invite-new', at: `/organise/pages/invite/invite?${of(activity)}`, is_organiser: true, states: ['normal'] },
  { name: 'invite-crew', at: `/organise/pages/invite/invite?${of(activity)}&activity_id=${activity.id}`, is_organiser: true, states: ['normal'] },
  { name: 'join-crew', at: `/pages/join/join?code=${invites.crew.code}`, states: ['normal'] },
  { name: 'crew', at: `/organise/pages/crew/crew?activity_id=${activity.id}`, none: `/organise/pages/crew/crew?activity_id=${empty.id}`, is_organiser: true },
  { name: 'displays', at: `/organise/pages/displays/displays?activity_id=${activity.id}`, none: `/organise/pages/displays/displays?activity_id=${empty.id}`, is_organiser: true },
  { name: 'places', at: `/organise/pages/places/places?${of(activity)}`, none: `/organise/pages/places/places?${of(empty)}`, is_organiser: true },
  { name: 'qr', at: `/organise/pages/qr/qr?activity_id=${activity.id}`, is_organiser: true, states: ['normal', 'loading', 'error', 'offline'] },
  { name: 'people', at: `/organise/pages/people/people?activity_id=${activity.id}`, none: `/organise/pages/people/people?activity_id=${empty.id}`, is_organiser: true },
  { name: 'staff', at: `/organise/pages/staff/staff?activity_id=${activity.id}`, none: `/organise/pages/staff/staff?activity_id=${empty.id}`, is_organiser: true },
  { name: 'reviews', at: `/organise/pages/reviews/reviews?activity_id=${activity.id}`, none: `/organise/pages/reviews/reviews?activity_id=${empty.id}`, is_organiser: true },
]

/** An organisation, as its owner opens what is of it. */
const of = ({ organisation_id }) => `organisation_id=${organisation_id}&role=owner&manage=1`

const ALL = Object.keys(STATES)

const open = (phone, url) => phone.page.evaluate((to) => window.wx.navigateTo({ url: to }), url)

/** Whose phone a page is on. */
const loginOf = (scene, page, is_none) => {
  if (page.login) return is_none ? page.nobody : page.login
  return (page.is_organiser ? (is_none ? scene.empty : scene.activity).owner : scene.person).name
}

/** On the phone of its person, or of somebody new, from home to the page. */
const stateOf = (scene, page, state) => {
  const login = loginOf(scene, page, state === 'empty' && Boolean(page.none))
  const is_new = state === 'empty' && page.is_new_when_empty
  return {
    name: `${page.name}-${state}`, hangs: state === 'loading', is_shared: !is_new, fx: { login: `sim:${is_new ? newName('nobody') : login}` },
    async go(phone) {
      await STATES[state](phone)
      if (page.name !== 'home') await open(phone, state === 'empty' && page.none ? page.none : page.at)
    },
  }
}

/** What never ends by itself. */
const HANGING = ['rollcall-sending', 'result-slow', 'result-working', 'result-privacy', 'roster-import-applying']

/** From the taps to what comes of them. */
const reached = (name, fx, taps, sees, prepare = () => {}) => ({
  name, hangs: HANGING.includes(name), is_shared: Object.keys(fx).join() === 'login', fx,
  async go(phone) {
    await prepare(phone)
    for (const each of taps) await phone.tap(each)
    await phone.sees(sees)
  },
})

const NO_TICKET = 'http://127.0.0.1:8080/c/0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c55'

/** What the browser of who is signed in asks for a place with, scanned. */
const askedPlace = async (phone, owner) => {
  const { qr } = await owner.post('/v1/place-tickets')
  await phone.set({ scan: qr })
  await open(phone, '/pages/console/console?scan=1')
  await phone.sees('为这台电脑上的活动选地点')
}

/** The QR of a browser, scanned; it lives for two minutes. */
const asked = async (phone) => {
  const browser = await Browser.open()
  await phone.set({ scan: browser.qr })
  await open(phone, '/pages/console/console?scan=1')
  await phone.sees('登录这台电脑？')
  return browser
}

const unfolded = ({ activity, empty, invites, others }) => {
  const [organiser, another] = [activity, empty].map(({ owner }) => ({ login: `sim:${owner.name}` }))
  return [
    reached('checkin-others', {}, ['其他方式'], '没有二维码', (phone) => open(phone, `/pages/checkin/checkin?activity_id=${activity.id}`)),
    reached('checkin-out', {}, [], '签退', (phone) => open(phone, '/pages/checkin/checkin?direction=out')),
    reached('form-more', { ...organiser, wifi: { SSID: WIFI.ssid, BSSID: WIFI.bssid } }, ['选择地点', '添加当前 Wi-Fi', '更多设置'], '名额', (phone) => open(phone, '/organise/pages/form/form')),
    reached('form-edit-more', organiser, ['更多设置'], '签退后再来', (phone) => open(phone, `/organise/pages/form/form?activity_id=${activity.id}`)),
    reached('form-stale', organiser, [/^保存$/], '刚刚有人改过', async (phone) => {
      const path = `/v1/activities/${others.draft.id}`
      await open(phone, `/organise/pages/form/form?activity_id=${others.draft.id}`)
      await phone.page.locator('.h-page:not([hidden]) input').first().fill('改过的名称')
      const { revision } = await activity.owner.get(path)
      await activity.owner.call('PATCH', path, { revision, capacity: 80 + revision, gates: ['南门'] })
    }),
    reached('displays-made', organiser, ['签到墙', '生成链接'], '15 分钟内有效', (phone) => open(phone, `/organise/pages/displays/displays?activity_id=${activity.id}`)),
    reached('join-joined', {}, [/^加入$/], '已加入', (phone) => open(phone, `/pages/join/join?code=${invites.invite.code}`)),
    reached('report-picture', organiser, ['生成图片'], '转发图片', (phone) => open(phone, `/organise/pages/report/report?activity_id=${activity.id}`)),
    reached('console-intro', { ...organiser, scan: null }, ['登录电脑'], '在电脑上管理活动', (phone) => open(phone, '/pages/mine/mine')),
    reached('console-ask', organiser, [], '登录这台电脑？', (phone) => asked(phone)),
    reached('console-wrong', organiser, [/^登录$/], '还可以试 1 次', async (phone) => {
      await phone.page.locator('.h-page:not([hidden]) input').fill((await asked(phone)).others)
    }),
    reached('console-done', organiser, [/^登录$/], '已登录', async (phone) => {
      await phone.page.locator('.h-page:not([hidden]) input').fill((await asked(phone)).digits)
    }),
    reached('console-denied', organiser, ['不是我，拒绝'], '已拒绝', (phone) => asked(phone)),
    // Somebody else's: one person may not ask after computers this often.
    reached('console-place', another, [], '在地图上选', (phone) => askedPlace(phone, empty.owner)),
    reached('console-place-unsent', { ...another, chooseLocation: { ...PLACE, name: LONG.place, address: '' } }, ['在地图上选'], '发送到电脑', async (phone) => {
      await askedPlace(phone, empty.owner)
      await phone.set({ offline: true })
    }),
    reached('console-place-done', another, ['在地图上选'], '已发送到电脑', (phone) => askedPlace(phone, empty.owner)),
    reached('console-unknown', { ...organiser, scan: NO_TICKET }, [], '二维码无效', (phone) => open(phone, '/pages/console/console?scan=1')),
    reached('organisation-stuck', another, [], '请先把组织移交给别人', async (phone) => {
      await open(phone, `/organise/pages/organisation/organisation?${of(empty)}`)
      await phone.tap('退出组织')
      await phone.answer('退出')
    }),
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
 * @returns {Promise<{name: string, hangs: boolean, is_shared: boolean, fx: object, go: (phone: import('../harness/browser.mjs').Phone) => Promise<void>}[]>} `go`
 *   takes a phone there from home; `is_shared`: any phone of that person will do; `hangs`: what it waits for never comes.
 */
export const allScreens = async () => {
  const [scene, rosters, rollcall, door, nfc] = [await populate(), await populateRosters(), await populateRollcall(), await populateDoor(), await populateNfc()]
  const states = [...pagesOf(scene), ...rosterPagesOf(rosters), ...rollcallPagesOf(rollcall), ...doorPagesOf(door), ...nfcPagesOf(nfc), ...exportPagesOf(scene)].flatMap((page) => (page.states || ALL).map((state) => stateOf(scene, page, state)))
  return [...states, ...unfolded(scene), ...await resultsOf(scene), ...rosterStepsOf(rosters, reached, open), ...rollcallStepsOf(rollcall, reached, open), ...doorStepsOf(door, reached, open), ...nfcStepsOf(nfc, reached, open), ...exportStepsOf(scene, reached, open)]
}
