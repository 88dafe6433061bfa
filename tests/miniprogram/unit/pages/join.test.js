/** What an invite says. */

const { insideOf, isIn, refusalOf, viewOf } = require('../../../../miniprogram/pages/join/view')
const { failure } = require('../fake_phone')

const NOW = new Date(2026, 8, 15, 9, 31).getTime()
const INVITE = {
  organisation_name: '实验中学', invited_by: '李雷', role: 'staff', own_role: null, expires_at: new Date(2026, 8, 16, 9, 31).toISOString(),
}
const OF_ACTIVITY = { ...INVITE, activity_id: 'a1', activity_title: '秋季运动会' }

test('who asks whom to what, as which role, until when', () => {
  expect(viewOf(INVITE, NOW)).toMatchObject({ asks: '李雷 邀请你', to: '实验中学', as: '以工作人员身份加入', until: '邀请在 明天 09:31 前有效', was: '' })
  expect(viewOf({ ...INVITE, invited_by: '', own_role: 'member', group: '一班' }, NOW)).toMatchObject({ asks: '组织者 邀请你', was: '你现在是成员', group: '分组：一班' })
  expect(viewOf(OF_ACTIVITY, NOW)).toMatchObject({ as: '成为“秋季运动会”的工作人员', was: '' })
})

test.each([
  [{ own_role: null }, false],
  [{ own_role: 'member' }, false],
  [{ own_role: 'staff' }, true],
  [{ own_role: 'owner' }, true],
  [{ own_role: 'member', activity_id: 'a1' }, false],
  [{ own_role: 'staff', activity_id: 'a1' }, true],
])('with %j nothing is left to be joined: %p', (changes, is_in) => expect(isIn({ ...INVITE, ...changes })).toBe(is_in))

test.each([
  [INVITE, true, '已加入 实验中学', '你是工作人员', '查看我组织的活动'],
  [{ ...INVITE, own_role: 'owner' }, false, '你已在 实验中学', '你是所有者', '查看我组织的活动'],
  [{ ...INVITE, role: 'member' }, true, '已加入 实验中学', '你是成员', ''],
  [OF_ACTIVITY, true, '已加入 秋季运动会', '你是“秋季运动会”的工作人员', '打开这个活动'],
  [{ ...OF_ACTIVITY, own_role: 'owner' }, false, '你已在 秋季运动会', '你是所有者', '打开这个活动'],
])('inside it says where one is and where one can go', (invite, is_new, title, role, to) => {
  expect(insideOf(invite, is_new)).toMatchObject({ title, role, to })
})

test('each no has words of its own and says what to do; what passes is tried again', () => {
  const no = (reason, status) => refusalOf(failure('problem', '', { reason, status }))
  const words = ['INVITE_UNKNOWN', 'INVITE_EXPIRED', 'INVITE_USED_UP'].map((reason) => no(reason, 409))
  expect(words).toEqual([
    { why: '邀请无效或已被撤销', what: '请核对邀请码，或请对方重新邀请' },
    { why: '邀请已过期', what: '请对方重新邀请' },
    { why: '邀请名额已用完', what: '请对方重新邀请' },
  ])
  expect(no('SOMETHING_NEW', 403)).toEqual({ why: '没有权限进行这项操作', what: '' })
  expect([failure('offline'), failure('problem', '', { status: 503 })].map(refusalOf)).toEqual([null, null])
})
