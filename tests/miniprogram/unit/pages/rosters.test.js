/** The pure parts of the pages about rosters, and of what people say of themselves. */

const { detailsOf, fieldsOf } = require('../../../../miniprogram/components/own-details/fields')
const { withOwn, withToggled } = require('../../../../miniprogram/organise/components/expected-people/questions')
const turnout = require('../../../../miniprogram/organise/components/turn-out/view')
const { badLineOf, isToBeSeen, viewOf } = require('../../../../miniprogram/organise/pages/import/view')
const { changesOf, draftOf, newDraft, toBody } = require('../../../../miniprogram/organise/pages/form/draft')
const { differencesOf } = require('../../../../miniprogram/organise/pages/form/differences')
const { lineOf } = require('../../../../miniprogram/organise/pages/roster/line')
const { ofCheckin } = require('../../../../miniprogram/pages/result/view')

const NOW = Date.UTC(2026, 8, 15, 1, 30)

const PERSON = { name: '王小明', number: '2026001', phone: '138****0000', group: '一班', note: '第一排', extra: { 座位: 'A7' } }

test('a person of a roster reads with what tells them from others, and whether it is known who they are', () => {
  expect(lineOf({ id: 'e', ...PERSON, bound: null })).toMatchObject({ name: '王小明', about: '一班 · 2026001 · 138****0000 · A7 · 第一排', tag: '' })
  expect(lineOf({ id: 'e', ...PERSON, bound: { user_id: 'u', how: 'phone', since: '' } }).tag).toBe('已确认')
})

describe('an import', () => {
  const job = (changes = {}) => ({
    id: 'i', state: 'ready', done: 0, total: 0, rows: 5, added: 2, changed: 1, missing: 4, unchanged: 1, bad: 1, kept: 0, skipped: 0,
    columns: [{ heading: '学生姓名', field: 'name' }, { heading: '座位', field: 'extra' }, { heading: '', field: 'phone' }, { heading: '序', field: '' }],
    sample: [PERSON], error: null, created_at: '', undo_until: null, ...changes,
  })

  test('says how many come in before anything is changed, and takes nobody off by itself', () => {
    expect(viewOf(job(), false, NOW)).toMatchObject({ can_apply: true, apply: '导入 3 人', remove: '把文件中没有的 4 人移出名单', bad: '1 行有误，不会导入' })
    expect(viewOf(job(), true, NOW).apply).toBe('导入 7 人')
    expect(viewOf(job(), false, NOW).counts.map(({ name, count }) => `${name} ${count}`)).toEqual(['新增 2', '更新 1', '不变 1', '文件中没有 4', '有误 1'])
  })

  test('that changes nothing cannot be taken over', () => {
    expect(viewOf(job({ added: 0, changed: 0 }), false, NOW)).toMatchObject({ can_apply: false, apply: '没有需要导入的人' })
  })

  test('names what each column was taken for', () => {
    expect(viewOf(job(), false, NOW).columns).toEqual(['学生姓名 → 姓名', '座位 → 其他', '手机', '序 → 不导入'])
  })

  test.each([
    ['reading', 0, { is_running: true, title: '正在读取名单', progress: '', note: '' }],
    ['applying', 200, { is_running: true, title: '正在导入', progress: '50 / 200 人', percent: 25, note: '可以离开本页，导入会继续进行' }],
    ['undoing', 200, { is_running: true, title: '正在撤销' }],
    ['ready', 0, { is_running: false }],
  ])('tells how far it is while it is %s', (state, total, told) => {
    expect(viewOf(job({ state, done: 50, total }), false, NOW)).toMatchObject(told)
  })

  test('is undone within its hour, and seen again by who comes back meanwhile', () => {
    const applied = job({ state: 'applied', undo_until: '2026-09-15T02:00:00Z', kept: 2, skipped: 1 })
    expect(viewOf(applied, false, NOW)).toMatchObject({ can_undo: true, notes: ['2 人已经签到，没有移出', '1 人在此期间被别人改过，没有覆盖'] })
    expect([NOW, NOW + 3600000].map((now) => isToBeSeen(applied, now))).toEqual([true, false])
    expect(viewOf(applied, false, NOW + 3600000).can_undo).toBe(false)
    expect(['reading', 'ready', 'applying', 'undone', 'failed'].map((state) => isToBeSeen(job({ state }), NOW))).toEqual([true, true, true, false, false])
  })

  test('of what nobody can read says why and what to do; a bad row, where it stands too', () => {
    expect(viewOf(job({ state: 'failed', error: { cause: '这是旧版 Excel', cure: '请另存为 xlsx' } }), false, NOW)).toMatchObject({ cause: '这是旧版 Excel', cure: '请另存为 xlsx' })
    expect(badLineOf({ line: 3, column: 2, reason: 'PHONE_MALFORMED', cause: '手机号不对', cure: '请改正' }))
      .toEqual({ id: '3 2', at: '第 3 行第 2 列', cause: '手机号不对', cure: '请改正' })
  })
})

describe('who came of those who are expected', () => {
  const stats = (changes = {}) => ({ expected: 10, came: 4, leave: 2, not_yet: 4, absent: null, rate: 0.5, by_group: [], ...changes })

  test('nobody is absent before the end, and who is on leave never is', () => {
    const tiles = (of) => turnout.viewOf(of).tiles.map(({ name, count }) => `${name} ${count}`)
    expect(tiles(stats())).toEqual(['应到 10', '实到 4', '请假 2', '还没到 4'])
    expect(tiles(stats({ absent: 4, not_yet: 0 }))).toEqual(['应到 10', '实到 4', '请假 2', '未到 4'])
  })

  test('where nobody is expected nothing is said, and without anybody to come there is no rate', () => {
    expect(turnout.viewOf(stats({ expected: null }))).toBe(null)
    expect(turnout.viewOf(stats({ rate: null })).rate).toBe('–')
    expect(turnout.viewOf(stats()).rate).toBe('50%')
  })

  test('groups are told apart, where there are any', () => {
    const group = (name, changes = {}) => ({ group: name, expected: 5, came: 2, leave: 1, absent: null, ...changes })
    expect(turnout.viewOf(stats({ by_group: [group('')] })).groups).toEqual([])
    expect(turnout.viewOf(stats({ by_group: [group('一班'), group('', { came: 5, absent: 1 })] })).groups).toEqual([
      { group: '一班', numbers: '2 / 5', about: '请假 1', percent: 50 },
      { group: '未分组', numbers: '5 / 5', about: '请假 1 · 未到 1', percent: 100 },
    ])
  })
})

describe('what an activity asks', () => {
  const ask = ['name', 'number', 'employer', 'phone'].map((detail) => ({ detail, label: '' }))

  test('is chosen and let go, five things at most', () => {
    expect(withToggled([], 'name')).toEqual([{ detail: 'name', label: '' }])
    expect(withToggled(ask, 'name')).toHaveLength(3)
    expect(withToggled([...ask.slice(1), { detail: 'text', label: '尺码' }, { detail: 'text', label: '口味' }], 'name')).toBe(null)
  })

  test('in words of one\'s own is asked once', () => {
    const asked = withOwn([], '尺码')
    expect(asked).toEqual([{ detail: 'text', label: '尺码' }])
    expect(withOwn(asked, '尺码')).toBe(asked)
  })

  test('comes with what was said before; a phone is told only by what WeChat gave', () => {
    const fields = fieldsOf([{ detail: 'name', label: '', said: '李雷' }, { detail: 'phone', label: '', said: '138****0000' }, { detail: 'text', label: '尺码', said: '' }])
    expect(fields.map(({ text, value }) => `${text} ${value}`)).toEqual(['姓名 李雷', '手机 138****0000', '尺码 '])
    expect(detailsOf(fields)).toEqual([{ detail: 'name', value: '李雷' }])
    expect(detailsOf(fields.map((one) => ({ ...one, value: ' L ', phone_code: 'c' })))).toEqual([
      { detail: 'name', value: 'L' }, { detail: 'phone', phone_code: 'c' }, { detail: 'text', label: '尺码', value: 'L' },
    ])
  })
})

describe('an activity with a roster', () => {
  const draft = (changes = {}) => ({ ...newDraft(NOW), title: '例会', organisation_id: 'o', ...changes })

  test('names it and what becomes of others, and counts nobody by hand', () => {
    expect(toBody(draft({ roster_id: 'r', not_listed: 1, expected_count: '40' }))).toMatchObject({ roster_id: 'r', expected_count: 0, policy: { not_listed: 'refuse' } })
    expect(toBody(draft({ expected_count: '40', ask: [{ detail: 'name', label: '' }] }))).toMatchObject({
      roster_id: null, expected_count: 40, ask: [{ detail: 'name', label: '' }], policy: { not_listed: 'review' },
    })
  })

  test('is edited like the rest of it', () => {
    const before = draft()
    expect(changesOf(before, { ...before, roster_id: 'r', not_listed: 1 })).toEqual({ roster_id: 'r', policy: { not_listed: 'refuse' } })
    expect(differencesOf(before, { ...before, ask: [{ detail: 'name', label: '' }, { detail: 'text', label: '尺码' }] }))
      .toEqual([{ name: '签到后请大家填写', change: '无 → 姓名、尺码' }])
    const activity = {
      ...toBody(draft({ roster_id: 'r', ask: [{ detail: 'name', label: '' }] })), starts_at: '2026-09-15T01:45:00Z', ends_at: '2026-09-15T03:45:00Z',
    }
    expect(draftOf(activity)).toMatchObject({ roster_id: 'r', not_listed: 0, expected_count: '', ask: [{ detail: 'name', label: '' }] })
  })
})

describe('a check-in of somebody who is not on the roster', () => {
  const checkin = (changes = {}) => ({
    id: 'c', outcome: 'pending_review', direction: 'in', method: 'qr', occurrence_id: 'o', activity_id: 'a', reasons: [{ reason: 'NOT_ON_ROSTER' }],
    punctuality: 'on_time', late_by_s: 0, checked_in_at: null, activity_title: '新生讲座', place_name: null, ...changes,
  })

  test.each([
    ['waits', {}, [], true],
    ['was refused by a rule', { outcome: 'refused' }, [], true],
    ['was refused by a human', { outcome: 'refused' }, [{ event: 'refused', is_stale: false, reason: '不是本班' }], false],
    ['was accepted', { outcome: 'accepted' }, [], false],
    ['waits for something else', { reasons: [{ reason: 'FENCE_OUTSIDE', distance_m: 900, radius_m: 100 }] }, [], false],
  ])('that %s: may they still say who they are? %#', (_, changes, history, is) => {
    expect(ofCheckin(checkin(changes), NOW, '', history).is_stranger).toBe(is)
  })
})
