/** The server's side of a roll call in memory, for lists that take too long to write down: in the shapes of the gateway. */

const json = (body, status = 200) => ({ status, contentType: 'application/json', body: JSON.stringify(body) })

const STATUS_OF = { present: 'checked_in', late: 'checked_in', leave: null, absent: 'absent' }

const nobody = {
  status: null, punctuality: null, checked_in_at: null, method: null, gate: null, reasons: [], is_inside: false, left_at: null, left_early: false,
  is_listed: true, answer: null, details: [], mark: null,
}

/** A page of a list, and the token of the next one. */
const pageOf = (all, url) => {
  const [size, from] = [Number(url.searchParams.get('page_size')) || 50, Number(url.searchParams.get('page_token') || 0)]
  return [all.slice(from, from + size), from + size < all.length ? String(from + size) : '']
}

/** As many people as one likes, in groups. */
export const crowd = (count, groups) => Array.from({ length: count }, (_, index) => ({
  kind: 'entry', user_id: `entry-${index}`, entry_id: `entry-${index}`, name: `学生${index + 1}`, number: `2026${String(index + 1).padStart(4, '0')}`,
  phone_tail: '', group: groups[Math.floor((index * groups.length) / count)], extra: [], entry_code: '', code_keys: [],
}))

export class RollcallDouble {
  /**
   * @param {object[]} people Of the roster, and guests.
   * @param {Record<string, object>} [rows] What is known of who came, by entry or user.
   */
  constructor(people, rows = {}) {
    this.people = people
    this.rows = new Map(Object.entries(rows).map(([id, row]) => [id, { ...nobody, ...this.named(id), ...row }]))
    /** Every call of marks: its key and body. */
    this.said = []
    this.answers = new Map()
    /** What becomes of the next calls: undefined is well, `is_late` says it and its answer is lost, 'never' hangs, anything else is down. */
    this.faults = []
  }

  named(id) {
    const { name = '', number = '', group = '', entry_id = null, user_id = id } = this.people.find((one) => one.user_id === id) || {}
    return { user_id, entry_id, name, number, group }
  }

  mark(body) {
    return body.people.map((marked) => {
      const id = marked.roster_entry_id || marked.guest_id || marked.user_id
      const row = this.rows.get(id) || { ...nobody, ...this.named(id) }
      const is_set = row.mark || row.status === 'checked_in'
      if (body.only_unset && is_set) return { user_id: row.user_id, mark: row.mark, revision: 1, is_skipped: true, problem: null }
      const mark = body.mark === 'none' ? null : body.mark
      this.rows.set(id, { ...row, mark, status: mark ? STATUS_OF[mark] : null, punctuality: mark === 'late' ? 'late' : null })
      return { user_id: row.user_id, mark, revision: 2, is_skipped: false, problem: null }
    })
  }

  marks(request) {
    const [key, body] = [request.headers()['idempotency-key'], request.postDataJSON()]
    this.said.push({ key, body })
    const fault = this.faults.shift()
    if (fault === 'never') return undefined
    if (fault && !fault.is_late) return json({ type: '', title: '', status: 503, reason: 'UNAVAILABLE', detail: '' }, 503)
    if (!this.answers.has(key)) this.answers.set(key, { results: this.mark(body) })
    return fault ? null : json(this.answers.get(key))
  }

  listed(url) {
    const answer = url.searchParams.get('answer')
    const [people, next_page_token] = pageOf([...this.rows.values()].filter((row) => !answer || row.answer === answer), url)
    return json({ people, next_page_token })
  }

  expected(url) {
    const [people, next_page_token] = pageOf(this.people, url)
    return json({ people, next_page_token, expires_at: new Date(Date.now() + 3600000).toISOString(), server_time: new Date().toISOString() })
  }

  /** Answers a phone's calls from now on. */
  async serve({ page }) {
    await page.route(/\/v1\/activities\/[^/]+\/people/, (route) => route.fulfill(this.listed(new URL(route.request().url()))))
    await page.route(/\/door\/people/, (route) => route.fulfill(this.expected(new URL(route.request().url()))))
    await page.route(/\/marks$/, (route) => {
      const answer = this.marks(route.request())
      if (answer === undefined) return undefined
      return answer ? route.fulfill(answer) : route.abort('timedout')
    })
  }
}
