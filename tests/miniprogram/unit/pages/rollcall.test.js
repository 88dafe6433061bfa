/** The pure parts of a roll call, of paper, and of files. */

const { chunksOf, guess, indexOf, nearby } = require('../../../../miniprogram/organise/pages/rollcall/chunks')
const { below, linesOf, withTicks } = require('../../../../miniprogram/organise/pages/rollcall/lines')
const { countedAs, countsOf, everybody, isOpen, isSet, markedOf, shownOf, standingOf, stillChosen } = require('../../../../miniprogram/organise/pages/rollcall/people')
const { sayingsOf, summaryOf, told, undoingOf, unmarkingOf } = require('../../../../miniprogram/organise/pages/rollcall/said')
const { adviceOf, progressOf, stepOf } = require('../../../../miniprogram/components/paper-file/view')
const { isLasting } = require('../../../../miniprogram/organise/pages/privacy/days')

const NOW = Date.UTC(2026, 8, 15, 1, 30)

const entry = (id, more = {}) => ({ kind: 'entry', user_id: id, entry_id: id, name: `人${id}`, number: `20${id}`, phone_tail: '', group: '一班', ...more })
const row = (id, more = {}) => ({
  user_id: id, entry_id: null, name: `人${id}`, number: '', group: '', status: null, punctuality: null, checked_in_at: null, method: null, gate: null,
  answer: null, is_listed: null, mark: null, ...more,
})
const came = (id, more = {}) => row(id, { status: 'checked_in', method: 'qr', checked_in_at: '2026-09-15T01:00:00Z', ...more })

describe('everybody', () => {
  test('is who is expected in the order of the roster, then who came all the same, each once', () => {
    const people = everybody([entry('b'), entry('a', { user_id: 'u' }), entry('g', { kind: 'guest', entry_id: null, group: '' })],
      [came('x', { is_listed: false }), came('u', { entry_id: 'a' }), came('g', { is_listed: false })])
    expect(people.map(({ id, is_listed }) => [id, is_listed])).toEqual([['b', true], ['a', true], ['g', false], ['x', false]])
    expect(people.map((one) => standingOf(one))).toEqual(['', 'checked_in', 'checked_in', 'checked_in'])
  })

  test('is known by their entry also where another account of theirs checked in', () => {
    const people = everybody([entry('a', { user_id: 'u2' })], [came('u1', { entry_id: 'a', is_listed: true })])
    expect(people).toHaveLength(1)
    expect(standingOf(people[0])).toBe('checked_in')
  })

  test('is named to the server by entry, guest or user', () => {
    const [listed, guest, other] = everybody([entry('a', { user_id: 'u' }), entry('g', { kind: 'guest', entry_id: null })], [came('x', { is_listed: false })])
    expect([listed, guest, other].map(markedOf)).toEqual([{ roster_entry_id: 'a' }, { guest_id: 'g' }, { user_id: 'x' }])
  })
})

describe('where somebody stands', () => {
  const standing = (more) => everybody([entry('a')], [row('a', more)])[0]

  test.each([
    ['nothing', {}, ['', 'open', false, true]],
    ['came', { status: 'checked_in' }, ['checked_in', 'came', true, false]],
    ['came late', { status: 'checked_in', punctuality: 'late' }, ['late', 'late', true, false]],
    ['waits for a human', { status: 'pending_review' }, ['pending_review', 'open', false, true]],
    ['was refused', { status: 'refused' }, ['refused', 'open', false, true]],
    ['is absent', { status: 'absent' }, ['absent', 'absent', false, true]],
    ['asked for leave', { answer: 'leave' }, ['leave', 'leave', false, false]],
    ['asked for leave and came', { answer: 'leave', status: 'checked_in' }, ['checked_in', 'came', true, false]],
    ['is marked as on leave, though they came', { status: null, mark: 'leave' }, ['leave', 'leave', true, false]],
    ['is marked as there', { status: 'checked_in', mark: 'present' }, ['present', 'came', true, false]],
    ['is marked as absent', { status: 'absent', mark: 'absent' }, ['absent', 'absent', true, false]],
  ])('who %s', (_, more, [is, counted, set, open]) => {
    const one = standing(more)
    expect([standingOf(one), countedAs(one), isSet(one), isOpen(one)]).toEqual([is, counted, set, open])
  })

  test('unticks who came or was marked meanwhile, and nobody else', () => {
    const all = [entry('a'), entry('b'), entry('c')]
    const before = everybody(all, [came('c')])
    const now = everybody(all, [came('a'), came('c'), row('b', { status: 'pending_review' })])
    expect([...stillChosen(new Set(['a', 'b', 'c', 'gone']), before, now)]).toEqual(['b', 'c'])
  })

  test('is counted, and narrows the list', () => {
    const people = everybody([entry('a'), entry('b', { group: '二班' }), entry('c')], [came('a'), row('b', { mark: 'late' }), came('x', { is_listed: false })])
    expect(countsOf(people)).toEqual({ all: 4, open: 1, came: 2, late: 1, leave: 0, absent: 0, others: 1 })
    const ids = (filter) => shownOf(people, { q: '', standing: '', group: null, is_paper: false, ...filter }).map(({ one, place }) => `${one.id}${place}`)
    expect([ids({}), ids({ standing: 'open' }), ids({ standing: 'others' })]).toEqual([['a1', 'c2', 'b3', 'x0'], ['c2'], ['x0']])
    expect(ids({ group: '一班' })).toEqual(['a1', 'c2'])
  })

  test.each([
    ['人b', false, ['b']], ['20c', false, ['c']], ['0042', false, ['a']], ['2', false, ['c']], ['2', true, ['b']], ['0042', true, ['a']], ['没有', false, []],
  ])('is found by %s, on paper: %s', (q, is_paper, found) => {
    const people = everybody([entry('a', { phone_tail: '0042', number: '' }), entry('b', { number: '' }), entry('c', { number: '120c' })], [])
    expect(shownOf(people, { q, standing: '', group: null, is_paper }).map(({ one }) => one.id)).toEqual(found)
  })
})

describe('lines', () => {
  const people = everybody([entry('a'), entry('b', { group: '' }), entry('c'), entry('d')], [came('d', { gate: '北门' }), came('x', { is_listed: false })])
  const lines = (how = {}) => linesOf(shownOf(people, { q: '', standing: '', group: null, is_paper: false }), { is_paper: false, self: 'me', now: NOW, ...how })

  test('go by group, who is in none after the others, and strangers last', () => {
    expect(lines().map(({ is_head, name, id }) => (is_head ? name : id))).toEqual(['一班', 'a', 'c', 'd', '未分组', 'b', '名单以外的人', 'x'])
    expect(lines()[0].count).toBe('2 人待点，共 3 人')
    expect(lines()[3]).toMatchObject({ tag: '已签到', tone: 'good' })
    expect(lines()[3].about).toMatch(/^20d · .+ · 扫码 · 北门$/)
  })

  test('go by the numbers of the printed list, too', () => {
    expect(lines({ is_paper: true }).map(({ place, id, about }) => [place, id, about])).toEqual([
      [1, 'a', '一班 · 20a'], [2, 'c', '一班 · 20c'], [3, 'd', '一班 · 20d'], [4, 'b', '20b'], [0, 'x', ''],
    ])
  })

  test('a tick at a head is about those by whom nothing is decided, and never about oneself', () => {
    const self = lines({ self: 'c' })
    expect(below(lines(), 0)).toEqual(['a', 'c'])
    expect(below(self, 0)).toEqual(['a'])
    expect(self[2]).toMatchObject({ is_self: true, note: '自己的到场要由别人标记' })
  })

  test('a head is ticked when all below it are, and what looks as before is the same object', () => {
    const all = lines()
    const some = withTicks(all, new Set(['a']))
    expect(some.map(({ is_on }) => is_on).slice(0, 3)).toEqual([false, true, false])
    const whole = withTicks(some, new Set(['a', 'c']))
    expect(whole.filter(({ is_on }) => is_on).map(({ id }) => id)).toEqual(['head group 一班', 'a', 'c'])
    expect(whole[1]).toBe(some[1])
    expect(withTicks(whole, new Set()).some(({ is_on }) => is_on)).toBe(false)
  })
})

describe('what is said', () => {
  const people = everybody([entry('a'), entry('b'), entry('c')], [came('b'), row('c', { mark: 'late', status: 'checked_in' })])

  test('touches who was unset only while they are, and who was set because they were chosen', () => {
    expect(sayingsOf('leave', '病假', people)).toEqual([
      { mark: 'leave', reason: '病假', only_unset: true, people: [{ roster_entry_id: 'a' }] },
      { mark: 'leave', reason: '病假', only_unset: false, people: [{ roster_entry_id: 'b' }, { roster_entry_id: 'c' }] },
    ])
    expect(sayingsOf('present', '现场点名', people.slice(0, 1))).toHaveLength(1)
  })

  test('is taken back of those alone who have a mark', () => {
    expect(unmarkingOf('点错了', people)).toEqual([{ mark: 'none', reason: '点错了', only_unset: false, people: [{ roster_entry_id: 'c' }] }])
  })

  test('changes those it could be said of; undone, each has the mark of before', () => {
    const page = {
      mark: 'absent',
      people: [{ roster_entry_id: 'a' }, { roster_entry_id: 'b' }, { roster_entry_id: 'c' }],
      results: [
        { user_id: 'a', mark: 'absent', revision: 2, is_skipped: false }, { user_id: 'b', mark: null, revision: 1, is_skipped: true },
        // On its way: what it tells is of before.
        { user_id: 'c', mark: 'late', revision: null, is_skipped: false },
      ],
    }
    const { people: now, changes, skipped, failed } = told(people, page)
    expect(now.map(({ mark }) => mark)).toEqual(['absent', null, 'absent'])
    expect([changes.length, skipped, failed]).toEqual([2, 1, 0])
    expect(undoingOf(changes).map(({ mark, people: some }) => [mark, some])).toEqual([
      ['none', [{ roster_entry_id: 'a' }]], ['late', [{ roster_entry_id: 'c' }]],
    ])
  })

  test('taken back, of somebody whose row followed the mark, leaves what they did themselves', () => {
    const marked = everybody([entry('a'), entry('b')], [row('a', { mark: 'present', status: 'checked_in', method: 'staff' }), came('b', { mark: 'leave', status: null, answer: 'leave' })])
    const both = [{ roster_entry_id: 'a' }, { roster_entry_id: 'b' }]
    const { people: now } = told(marked, { mark: 'none', people: both, results: both.map(() => ({ user_id: 'x', mark: null, revision: 3, is_skipped: false })) })
    expect(now.map(standingOf)).toEqual(['', 'checked_in'])
  })

  test('tells of whom it could not be said, and why', () => {
    const page = { mark: 'present', people: [{ roster_entry_id: 'a' }], results: [{ user_id: null, mark: null, revision: null, is_skipped: false, problem: { status: 403, reason: 'PERMISSION_DENIED', detail: '' } }] }
    const { people: now, failed } = told(people, page)
    expect([now[0].problem, now[0].mark, failed]).toEqual(['没有权限进行这项操作', null, 1])
    expect(summaryOf('present', { changes: [{}, {}], skipped: 1, failed: 1 })).toEqual(['已把 2 人记为“到”', '1 人刚刚已签到或已有标记，没有改动', '1 人没有成功，原因写在名字下面'])
    expect(summaryOf('none', { changes: [{}, {}], skipped: 0, failed: 0 })).toEqual(['已撤销 2 人的标记'])
  })
})

describe('a long list', () => {
  const lines = Array.from({ length: 5000 }, (_, index) => index)

  test('is drawn near the screen alone, wherever that is', () => {
    const pieces = chunksOf(lines)
    expect(pieces.flat()).toEqual(lines)
    expect(pieces[3][2]).toBe(indexOf(3, 2))
    const heights = pieces.map((some) => guess(some.length))
    const drawn = (top) => nearby(heights, top, 800)
    expect(drawn(-300)).toEqual({ from: 0, to: 2 })
    const { from, to } = drawn(100000)
    expect([from > 60, to - from <= 4]).toEqual([true, true])
    expect(drawn(1e9)).toEqual({ from: 0, to: 0 })
  })
})

describe('a file', () => {
  test('tells how far it is by percent, or by size where nobody knows how large it gets', () => {
    expect(progressOf({ percent: 40, bytes: 1 })).toEqual({ progress: '正在下载 40%', percent: 40 })
    expect(progressOf({ percent: null, bytes: 2 * 1048576 })).toEqual({ progress: '正在下载 2.0 MB', percent: 0 })
  })

  test('that is made before it is fetched tells how far that is', () => {
    expect(stepOf({ state: 'queued', progress: 0 })).toEqual({ progress: '正在排队', percent: 0 })
    expect(stepOf({ state: 'running', progress: 40 })).toEqual({ progress: '正在生成 40%', percent: 40 })
  })

  test.each([
    [{ kind: 'offline' }, false, '网络不可用，连上网络后再点一次'],
    [{ kind: 'timeout' }, false, '生成时间太长，请先选择一个分组再打印'],
    [{ kind: 'problem', status: 429 }, false, '正在生成的人太多，请过一会儿再点一次'],
    [{ kind: 'problem', status: 400, errors: [{ field: 'group', message: 'must name one group' }] }, false, '人数太多，请先选择一个分组再打印'],
    [{ kind: 'problem', status: 503 }, false, '暂时无法生成，请过一会儿再点一次'],
    [{ kind: 'problem', status: 403 }, false, '没有权限进行这项操作'],
    [{ kind: 'problem', status: 403, reason: 'OWN_PROOF_NEVER' }, false, '证明只由组织者出具，请联系组织者'],
    [{ kind: 'problem', status: 503, reason: 'INTERNAL' }, false, '暂时无法生成，请过一会儿再点一次'],
    [{ kind: 'failed' }, true, '这台手机打不开，请点“发送到聊天”后用电脑打开'],
    [{ kind: 'cancelled' }, true, ''],
  ])('says of %j what to do', (failure, is_here, advice) => expect(adviceOf(failure, is_here)).toBe(advice))
})

test.each([['1', true], ['1095', true], ['0', false], ['1096', false], ['', false], ['7.5', false], ['一年', false]])('%s days: %s', (days, is) => {
  expect(isLasting(days)).toBe(is)
})
