/** What a message says, and where it leads. */

const { lineOf } = require('../../../../miniprogram/organise/pages/inbox/view')

const NOW = new Date(2026, 8, 9, 10).getTime()

const message = (changes) => ({
  id: 'm1', kind: 'export_ready', organisation_id: 'o1', export_id: 'e1', title: '每周出勤', reason: null,
  figures: { expected: 120, came: 113, leave: 4 }, created_at: new Date(2026, 8, 9, 9).toISOString(), read_at: null, ...changes,
})

test.each([
  [{}, { name: '“每周出勤”已生成', figures: '应到 120 · 实到 113 · 签到率 97.4%', at: '今天 09:00', is_unread: true, export_id: 'e1' }],
  [{ figures: { expected: 0, came: 7, leave: 0 } }, { figures: '实到 7' }],
  [{ figures: { expected: 3, came: 0, leave: 3 } }, { figures: '应到 3 · 实到 0' }],
  [{ kind: 'export_failed', figures: null, read_at: '2026-09-09T01:00:00Z' }, { name: '“每周出勤”未能生成', figures: '', is_unread: false }],
  [{ kind: 'schedule_paused', export_id: null, figures: null, reason: 'OWNER_LOST_RIGHT' }, { name: '“每周出勤”已暂停', export_id: '' }],
  [{ kind: 'delivery_failed', export_id: null, figures: null, title: '教务群' }, { name: '群机器人“教务群”没有送达' }],
])('a message %j reads as %j', (changes, read) => {
  expect(lineOf(message(changes), NOW)).toMatchObject(read)
})
