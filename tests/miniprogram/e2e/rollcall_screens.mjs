/** The screens of a roll call and of paper, for `screens.mjs`. */

import { crowd, RollcallDouble } from './rollcall_double.mjs'
import { newName, openActivity, openListed, signIn, until } from './stack.mjs'

const LONG_NAME = '阿卜杜热合曼·买买提明·艾合买提江'
const LONG_GROUP = '二〇二六级信息学院软件工程专业二班'
const COMING = ['normal', 'loading', 'error', 'offline']

/** An activity with a roster, one that expects nobody, and who came to it. */
export const populateRollcall = async () => {
  const people = [{ name: '王小明', number: '2026001', group: '一班' }, { name: LONG_NAME, number: '2026002', phone: '13900000002', group: LONG_GROUP }, { name: '李小红' }]
  const [activity, empty] = [await openListed(people, { gates: ['东侧主入口'] }), await openActivity()]
  const stranger = newName('stranger')
  const { checkin } = await (await signIn(stranger)).come(activity.code)
  await until(() => activity.stats(), (stats) => stats.pending_review === 1)
  const busy = await openListed(people)
  const said = (mark, reason, somebody) => activity.owner.post(`${activity.path}/marks`, { mark, reason, people: [somebody] })
  await said('late', '路上堵车，已电话说明', { user_id: checkin.user_id })
  await said('leave', '病假', { roster_entry_id: activity.entries[0].id })
  await until(() => activity.stats(), (stats) => stats.late === 1 && stats.leave === 1)
  return { activity, empty, busy, stranger, checkin }
}

const rollcall = ({ id }, more = '') => `/organise/pages/rollcall/rollcall?activity_id=${id}${more}`

/** Every page: as `pagesOf` of `screens.mjs`. */
export const rollcallPagesOf = ({ activity, empty, stranger, checkin }) => {
  const login = activity.owner.name
  const paper = `/organise/pages/paper/paper?activity_id=${activity.id}`
  return [
    { name: 'rollcall', at: rollcall(activity), states: COMING, login },
    { name: 'rollcall-paper', at: rollcall(activity, '&paper=1'), states: ['normal'], login },
    { name: 'rollcall-open', at: rollcall(empty), states: ['normal'], login: empty.owner.name },
    { name: 'people-marked', at: `/organise/pages/people/people?activity_id=${activity.id}&roster_id=${activity.roster.id}`, states: ['normal'], login },
    { name: 'record-marked', at: `/pages/record/record?id=${checkin.id}`, states: ['normal'], login: stranger },
    { name: 'paper', at: `${paper}&roster_id=${activity.roster.id}`, states: COMING, login },
    { name: 'paper-open', at: paper, states: ['normal'], login },
  ]
}

/** In a class where everything has happened. */
const called = () => {
  const people = crowd(20, ['一班', LONG_GROUP])
  Object.assign(people[1], { name: LONG_NAME, phone_tail: '0042' })
  people.push({ ...people[0], kind: 'guest', user_id: 'guest', entry_id: null, name: '赵临时', number: '', phone_tail: '1234', group: '' })
  const came = { status: 'checked_in', checked_in_at: new Date().toISOString(), method: 'qr', gate: '东侧主入口' }
  return new RollcallDouble(people, {
    'entry-0': came, 'entry-1': { ...came, punctuality: 'late' }, 'entry-2': { mark: 'leave' }, 'entry-3': { answer: 'leave' }, 'entry-4': { ...came, status: 'pending_review' },
    'entry-5': { mark: 'absent', status: 'absent' }, 'entry-6': { ...came, mark: 'present' }, 'entry-8': { ...came, status: 'refused' },
    stranger: { ...came, user_id: 'stranger', name: '不速之客', is_listed: false },
  })
}

/** What is there after taps: as `reached` of `screens.mjs` makes them, by `open` to a page. */
export const rollcallStepsOf = ({ activity, busy }, reached, open) => {
  const [owner, caller] = [activity, busy].map((one) => ({ login: `sim:${one.owner.name}` }))
  const at = (faults = [], more = '') => async (phone) => {
    const double = called()
    double.faults = [...faults]
    await phone.page.evaluate((key) => localStorage.removeItem(key), `wx:rollcall_left:${busy.id}`)
    await double.serve(phone)
    await open(phone, rollcall(busy, more))
    await phone.sees(LONG_NAME)
  }
  const whole = (name, taps, sees, faults) => reached(name, caller, taps, sees, async (phone) => {
    await at(faults)(phone)
    await phone.page.getByLabel('全组 一班').tap()
  })
  return [
    reached('rollcall-class', caller, [], '学生3', at()),
    reached('rollcall-class-paper', caller, [], '学生3', at([], '&paper=1')),
    whole('rollcall-chosen', ['学生3'], '撤销标记', []),
    whole('rollcall-done', [/^到 \d+$/], '人记为', []),
    whole('rollcall-sending', [/^到 \d+$/], '正在提交', ['never']),
    whole('rollcall-broken', [/^到 \d+$/], '没有提交', [{}, {}, {}]),
    reached('paper-printed', owner, ['打印签到表'], '再次打开', (phone) => open(phone, `/organise/pages/paper/paper?activity_id=${activity.id}&roster_id=${activity.roster.id}`)),
  ]
}
