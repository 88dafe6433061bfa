/** How records read in a list. */

const { lineOf, lineOfQueued } = require('../../../../miniprogram/components/record-item/view')

const NOW = new Date(2026, 8, 15, 9, 31).getTime()

const record = (changes) => ({
  attempt_id: 'a', id: 'c', outcome: 'accepted', direction: 'in', reasons: [], punctuality: 'on_time', activity_title: '新生讲座', place_name: '',
  checked_in_at: new Date(NOW).toISOString(), ...changes,
})

test('a check-out is told from a check-in', () => {
  expect([lineOf(record({}), NOW), lineOf(record({ direction: 'out' }), NOW)].map(({ direction }) => direction)).toEqual(['签到', '签退'])
})

test('what was refused says why, and a success needs no cause', () => {
  expect(lineOf(record({ outcome: 'refused', reasons: [{ reason: 'QR_EXPIRED', expired_since_s: 42 }] }), NOW).why).toBe('二维码已过期')
  expect(lineOf(record({ reasons: [{ reason: 'LATE', late_by_s: 60 }] }), NOW).why).toBe('')
})

test('what waits on the phone says so, and what the server would not take says its reason', () => {
  const queued = { attempt: { attempt_id: 'a', direction: 'out' }, title: '', queued_at: NOW, state: 'waiting', message: '' }
  expect(lineOfQueued(queued, NOW, true)).toMatchObject({ direction: '签退', why: '等待上传' })
  expect(lineOfQueued({ ...queued, state: 'refused', message: '活动不存在' }, NOW, true)).toMatchObject({ why: '活动不存在', is_refused: true })
})
