/** The screens of one's own code and of staff who scan, for `screens.mjs`. */

import { hold, newcomer, openDoor } from './door.mjs'
import { newAttemptId, newName, openActivity, signIn } from './stack.mjs'

const LONG_NAME = '阿卜杜热合曼·买买提明·艾合买提江'

/** An activity with people on its roster, one that expects nobody, and somebody on no list. */
export const populateDoor = async () => {
  const activity = await openDoor(['王小明', LONG_NAME, '李小红', '张伟'], { gates: ['东侧主入口', '北门'] })
  const letIn = (person) => activity.owner.post(`${activity.path}/checkins/batch`, { checkins: [person] })
  await letIn({ attempt_id: newAttemptId(), roster_entry_id: activity.entries[1].id, gate: '东侧主入口' })
  return { activity, empty: await openActivity(), stranger: await newcomer('司徒静'), nobody: (await signIn(newName('nobody'))).name }
}

const door = ({ id }, more = '') => `/organise/pages/door/door?activity_id=${id}${more}`

/** Every page: as `pagesOf` of `screens.mjs`. */
export const doorPagesOf = ({ activity, empty, nobody }) => {
  const login = activity.owner.name
  const shower = activity.people[1].person.name
  return [
    { name: 'door', at: door(activity), none: door(empty), nobody: empty.owner.name, states: ['normal', 'empty', 'loading', 'error', 'offline'], login },
    { name: 'door-refused', at: door(activity, '&refused=1'), states: ['normal'], login },
    { name: 'code', at: `/pages/code/code?activity_id=${activity.id}`, states: ['normal', 'error', 'offline'], login: shower },
    { name: 'code-none', at: '/pages/code/code', states: ['normal', 'offline'], login: nobody },
  ]
}

/** What is there after taps: as `reached` of `screens.mjs` makes them, by `open` to a page. */
export const doorStepsOf = ({ activity, stranger }, reached, open) => {
  const owner = { login: `sim:${activity.owner.name}` }
  const [wang, came, li] = activity.people
  const at = (prepare = () => {}) => async (phone) => {
    await phone.set({ held: '' })
    await open(phone, door(activity))
    await phone.sees(/已备好/)
    await phone.tap('东侧主入口', { exact: true })
    await phone.tap('开始扫码')
    await prepare(phone)
  }
  const held = (text) => at(async (phone) => hold(phone, await text()))
  const offline = (text) => at(async (phone) => {
    await phone.set({ offline: true })
    await hold(phone, await text())
  })
  const typed = (q) => async (phone) => phone.page.locator('.h-page:not([hidden]) input').first().fill(q)
  return [
    reached('door-unready', { ...owner, scan: '' }, [], '名单还没有下载', async (phone) => {
      await phone.set({ offline: true })
      await open(phone, door(activity))
    }),
    reached('door-aim', owner, [], '对准对方的签到码或标签', at()),
    reached('door-card', owner, [], '第一次到', held(() => wang.code(activity))),
    reached('door-came', owner, [], '已签到', held(() => came.code(activity))),
    reached('door-late', owner, [], '签到码已过期', held(() => li.code(activity, { ago_s: 40 }))),
    reached('door-own', owner, [], '这是活动的签到二维码', held(async () => (await activity.qr()).url)),
    reached('door-offline', owner, [], '离线核对', offline(() => li.code(activity))),
    reached('door-unknown', owner, [], '无法核对', offline(() => stranger.code(activity))),
    reached('door-saved', owner, [/^签到$/], '已记录签到', offline(() => li.code(activity))),
    reached('door-no-camera', { ...owner, camera: 'denied' }, [], '不能使用相机', at()),
    reached('door-search', owner, ['查找'], '手机后四位', at()),
    reached('door-found', owner, [], '找到 1 人', at(async (phone) => {
      await phone.tap('查找')
      await typed('小明')(phone)
    })),
    reached('door-none', owner, [], '没有找到', at(async (phone) => {
      await phone.tap('查找')
      await typed('司马懿')(phone)
    })),
    reached('door-guest', owner, ['临时登记', '登记并签到'], '请填写姓名', at()),
  ]
}
