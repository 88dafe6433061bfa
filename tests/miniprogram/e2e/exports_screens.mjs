/** The screens of files that are made of history, for `screens.mjs`. */

const COMING = ['normal', 'loading', 'error', 'offline']
const HOUR_MS = 3600000
const json = (body, status = 200) => ({ status, contentType: status < 400 ? 'application/json' : 'application/problem+json', body: JSON.stringify(body) })

const at = (hours) => new Date(Date.now() + hours * HOUR_MS).toISOString()

const fileOf = ({ id, organisation_id }, number, changes) => ({
  id: `0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c5${number}`, report: 'people', format: 'xlsx', activity_id: id, organisation_id, user_id: id, shows_phones: false,
  state: 'done', progress: 100, row_count: 128, file_bytes: 40960, file_name: '', reason: null, created_at: at(-1), finished_at: at(-0.9), expires_at: null, ...changes,
})

/** A file in every state that there is. */
const filesOf = (activity) => [
  fileOf(activity, 0, { state: 'running', progress: 40, finished_at: null }),
  fileOf(activity, 1, { state: 'queued', progress: 0, report: 'register', finished_at: null, reason: 'STORAGE_FULL' }),
  fileOf(activity, 2, { file_name: '二〇二六年秋季新生入学教育与专业介绍大会（第一场，东陆校区） 人员名单 20260901-0800.xlsx', expires_at: at(160) }),
  fileOf(activity, 3, { state: 'failed', report: 'register', reason: 'TOO_MANY_ROWS' }),
  fileOf(activity, 4, { state: 'cancelled', report: 'checkins', format: 'csv' }),
  fileOf(activity, 5, { state: 'expired', report: 'checkins' }),
]

const page = ({ id }, more = '') => `/organise/pages/exports/exports?activity_id=${id}${more}`

/** Every page: as `pagesOf` of `screens.mjs`. */
export const exportPagesOf = ({ activity, empty }) => [
  { name: 'exports', at: page(empty), states: COMING, login: empty.owner.name },
  { name: 'inbox', at: '/organise/pages/inbox/inbox', states: COMING, login: empty.owner.name },
  { name: 'exports-organisation', at: `/organise/pages/exports/exports?organisation_id=${activity.organisation_id}`, states: ['normal'], login: activity.owner.name },
]

/** What is there after taps: as `reached` of `screens.mjs` makes them, by `open` to a page. */
export const exportStepsOf = ({ activity }, reached, open) => {
  const owner = { login: `sim:${activity.owner.name}` }
  const files = filesOf(activity)
  const told = (more = '') => async (phone) => {
    await phone.page.route(/\/v1\/exports(\?|$)/, (route) => route.fulfill(
      route.request().method() === 'POST' ? json({ status: 429, reason: 'EXPORTS_QUEUED', title: 'Queued', detail: '' }, 429) : json({ exports: files, next_page_token: '' }),
    ))
    await phone.page.route(/\/v1\/exports\/.*\/file/, (route) => route.fulfill(json({ status: 404, reason: 'NOT_FOUND', title: 'Gone', detail: '' }, 404)))
    await open(phone, page(activity, more))
    await phone.sees('排队中')
  }
  return [
    reached('exports-states', owner, [], '已过期', told()),
    reached('exports-pointed', owner, [], '下载并打开', told(`&export_id=${files[2].id}`)),
    reached('exports-gone', owner, ['下载并打开'], '没有找到', told(`&export_id=${files[2].id}`)),
    reached('exports-full', owner, ['生成文件'], '排队的文件太多', told()),
  ]
}
