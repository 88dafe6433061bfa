/** What the result page says of every outcome. */

const { canAppeal, ofCheckin, viewOf, withCause } = require('../../../../miniprogram/pages/result/view')

const NOW = new Date(2026, 8, 15, 9, 31).getTime()
const AT = new Date(2026, 8, 15, 9, 30).toISOString()

const answer = (changes = {}) => ({
  state: 'answered', attempt_id: 'a', message: '', request_id: 'r-1', next_at: null,
  checkin: {
    id: 'c', outcome: 'accepted', direction: 'in', method: 'qr', occurrence_id: 'o', reasons: [], punctuality: 'on_time', late_by_s: 0, checked_in_at: AT,
    activity_title: '新生讲座', place_name: '报告厅', ...changes,
  },
})

test('a success names place and time, and asks for nothing', () => {
  expect(viewOf(answer(), NOW)).toMatchObject({
    tone: 'good', title: '签到成功', where: '新生讲座 · 报告厅', when: '今天 09:30', why: '', action_text: '', is_done: true, request_id: '',
  })
})

test('who was late is told by how much, and is in', () => {
  const view = viewOf(answer({ punctuality: 'late', late_by_s: 300, reasons: [{ reason: 'LATE', late_by_s: 300 }] }), NOW)
  expect(view).toMatchObject({ tone: 'good', hint: '迟到 5 分钟', why: '' })
})

test('a second time is a success that names the first', () => {
  const view = viewOf(answer({ outcome: 'duplicate', duplicate_of: { id: 'b', checked_in_at: AT }, reasons: [{ reason: 'ALREADY_CHECKED_IN' }] }), NOW)
  expect(view).toMatchObject({ tone: 'good', title: '你已签到', hint: '首次签到于 今天 09:30', why: '' })
})

test('a second check-in offers the check-out, a second check-out does not', () => {
  const second = { outcome: 'duplicate', activity_id: 'act', duplicate_of: { id: 'b', checked_in_at: AT } }
  expect(viewOf(answer(second), NOW).leaves).toBe('act')
  expect(viewOf(answer({ ...second, direction: 'out' }), NOW).leaves).toBe('')
  expect(viewOf(answer({ activity_id: 'act' }), NOW).leaves).toBe('')
})

test('who leaves again reads that it counts, and when they left first', () => {
  const again = { outcome: 'duplicate', direction: 'out', duplicate_of: { id: 'b', checked_in_at: AT }, reasons: [{ reason: 'LEFT_AGAIN' }] }
  expect(viewOf(answer(again), NOW)).toMatchObject({
    tone: 'good', title: '你已签退', hint: '首次签退于 今天 09:30', why: '离开时间已更新', what: '以最近一次签退为准', action_text: '',
  })
})

test('who only left is told so, whatever else was said of it', () => {
  const reasons = [{ reason: 'OFFLINE_SLOT_UNVERIFIABLE' }, { reason: 'OUT_WITHOUT_IN' }]
  expect(viewOf(answer({ direction: 'out', reasons }), NOW)).toMatchObject({
    tone: 'good', title: '签退成功', why: '只有签退，没有签到', what: '签退已记录；如已到场，请联系组织者补签', action_text: '',
  })
})

test('a refusal says why, by how much, what to do, and the request', () => {
  const reasons = [{ reason: 'QR_EXPIRED', expired_since_s: 42 }]
  expect(viewOf(answer({ outcome: 'refused', reasons }), NOW)).toMatchObject({
    tone: 'bad', title: '未能签到', why: '二维码已过期', much: '过期 42 秒', what: '请扫描现场屏幕上最新的二维码',
    action_text: '重新扫码', request_id: '请求编号 r-1', when: '',
  })
})

test('what waits for a human says who decides and is followed', () => {
  const view = viewOf(answer({ outcome: 'pending_review', reasons: [{ reason: 'FENCE_UNCERTAIN' }] }), NOW)
  expect(view).toMatchObject({ tone: 'wait', is_open: true, action_text: '用精确定位再试', hint: '由组织者人工核验，结果会显示在“我的记录”' })
})

test('what waits for the system asks nothing of the person', () => {
  const view = viewOf(answer({ outcome: 'provisional', reasons: [{ reason: 'DEPENDENCY_UNAVAILABLE' }] }), NOW)
  expect(view).toMatchObject({ tone: 'wait', is_open: true, action_text: '', hint: '系统恢复后自动确认，一般不超过 15 分钟' })
})

test('where the person had said no to the position, the settings are the way', () => {
  const view = viewOf(answer({ outcome: 'pending_review', reasons: [{ reason: 'LOCATION_MISSING' }] }), NOW)
  expect(withCause(view, { reason: 'LOCATION_DENIED' })).toMatchObject({ why: '没有定位权限', action: 'settings', action_text: '打开定位设置', is_open: true })
})

test('what is saved on the phone says so', () => {
  const saved = { ...answer(), state: 'saved', checkin: null, message: '已保存，联网后自动上传' }
  expect(viewOf(saved, NOW)).toMatchObject({ is_saved: true, title: '已保存在手机上', hint: '已保存，联网后自动上传' })
})

test('what is in memory only says so', () => {
  const unsaved = { ...answer(), state: 'unsaved', checkin: null }
  expect(viewOf(unsaved, NOW)).toMatchObject({ tone: 'bad', title: '还没有保存', hint: '手机存储已满：请不要关闭小程序，联网后自动上传' })
})

const FENCED = [{ reason: 'FENCE_OUTSIDE', distance_m: 2300, radius_m: 200 }, { reason: 'DEVICE_NEW' }]

test.each([['qr', '重新扫码'], ['place', '我已走近，再试一次'], ['code', '我已走近，再试一次']])('who is outside by %s goes on with %s', (method, action_text) => {
  expect(viewOf(answer({ outcome: 'refused', method, reasons: FENCED }), NOW)).toMatchObject({ action_text })
})

test('every reason is told, as reviewers read them', () => {
  const view = viewOf(answer({ outcome: 'pending_review', reasons: FENCED }), NOW)
  expect([view.why, ...view.also.map(({ why }) => why)]).toEqual(['不在签到范围', '这台手机第一次使用'])
})

describe('what a human decided', () => {
  const said = (...events) => [{ event: 'received', at: AT }, ...events.map(([event, reason, is_stale]) => ({ event, reason, is_stale, at: AT }))]
  const view = (outcome, history) => ofCheckin(answer({ outcome, reasons: FENCED }).checkin, NOW, '', history)

  test('is told in their words, with a way to answer', () => {
    expect(view('refused', said(['refused', '请到前台登记']))).toMatchObject({
      title: '未能签到', why: '组织者核验后没有通过', said: '请到前台登记', what: '', also: [], action_text: '提出申诉', felt: 'heavy',
    })
  })

  test('is told once answered too, and not answered twice', () => {
    const history = said(['refused', '请到前台登记'], ['appealed', '我在'], ['refused', '没有看到你'])
    expect(view('refused', history)).toMatchObject({ said: '没有看到你', action_text: '' })
    expect(canAppeal(answer({ outcome: 'refused' }).checkin, history)).toBe(false)
  })

  test('of a success that was taken back too', () => {
    expect(view('annulled', said(['annulled', '代签']))).toMatchObject({ why: '组织者撤销了这次签到', said: '代签', action_text: '' })
  })

  test.each([
    ['nobody decided', 'refused', said()],
    ['it was decided too late', 'refused', said(['refused', '不对', true])],
    ['it was decided otherwise since', 'accepted', said(['refused', '不对'], ['approved', ''])],
    ['it is looked at again', 'pending_review', said(['refused', '不对'], ['appealed', '我在'])],
  ])('is not told where %s', (_, outcome, history) => expect(view(outcome, history).said).toBe(''))
})

test('an answer that this phone does not remember is no success', () => {
  expect(viewOf(null, NOW)).toMatchObject({ tone: 'bad', title: '没有找到这次签到', is_done: false })
})
